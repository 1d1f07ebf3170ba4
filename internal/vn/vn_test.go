package vn

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/unicode/norm"
)

func TestCleanRefusesWhatCannotBeSeenOrPrinted(t *testing.T) {
	for name, c := range map[string]struct {
		in string
		r  rune
	}{
		"a zero-width space":       {"a\u200bb", 0x200B},
		"a zero-width joiner":      {"a\u200db", 0x200D},
		"a byte order mark":        {"\ufeffa", 0xFEFF},
		"a soft hyphen":            {"a\u00adb", 0xAD},
		"a direction override":     {"a\u202eb", 0x202E},
		"a direction isolate":      {"a\u2066b", 0x2066},
		"a bell":                   {"a\x07", 7},
		"a lone carriage return":   {"a\rb", '\r'},
		"a NUL":                    {"\x00", 0},
		"a C1 control":             {"a\u0085b", 0x85},
		"a line separator":         {"a\u2028b", 0x2028},
		"an emoji":                 {"xin chào 😀", 0x1F600},
		"bytes that are not UTF-8": {"a\xffb", 0xFFFD},
		"half a surrogate pair":    {"a\xed\xa0\x80b", 0xFFFD},
		"a variation selector":     {"a\ufe0f", 0xFE0F},
	} {
		_, err := Clean(c.in)
		var re *RuneError
		if !errors.As(err, &re) || re.Rune != c.r {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := Clean("ab\u202ec"); err == nil || !strings.Contains(err.Error(), "U+202E") {
		t.Errorf("the error does not name the character: %v", err)
	}
}

func TestCleanKeepsHonestText(t *testing.T) {
	for in, want := range map[string]string{
		"  Sở\u00a0Nội vụ \n":                    "Sở Nội vụ",
		norm.NFD.String("Ủy ban nhân dân huyện"): "Ủy ban nhân dân huyện",
		"a\r\nb\tc": "a\nb\tc",
		"":          "",
		"Đường Trần Phú – “số 5”…": "Đường Trần Phú – “số 5”…",
	} {
		if got, err := Clean(in); err != nil || got != want {
			t.Errorf("%q gave %q, %v", in, got, err)
		}
	}
}

func TestFoldFindsWordsTypedWithoutMarks(t *testing.T) {
	for in, want := range map[string]string{
		"Hệ thống  Đất đai\u00a0điện tử":       "he thong dat dai dien tu",
		norm.NFD.String(" Đắk Nông ƯỚC mơ Ỹ "): "dak nong uoc mo y",
		"TÀI CHÍNH": "tai chinh", "": "", " \n ": "",
	} {
		if got := Fold(in); got != want {
			t.Errorf("%q folds to %q", in, got)
		}
	}
}

func TestSearchKeyHasASpaceBeforeEveryBeginning(t *testing.T) {
	for in, want := range map[string]string{
		"Hệ thống  Đất đai": " he thong dat dai", "VNPT-iOffice 4.0": " vnpt-ioffice ioffice 4.0 0", "(QLVB) 100%": " (qlvb) qlvb) 100%", "a--b": " a--b b", " \n ": "", "%_": " %_",
	} {
		if got := SearchKey(in); got != want {
			t.Errorf("%q is searched as %q, want %q", in, got, want)
		}
	}
}

func TestKeysOfEndlessTextsFitIntoAnIndex(t *testing.T) {
	for _, s := range []string{strings.Repeat("ắ", 10_000), strings.Repeat("a-", 5_000), strings.Repeat("\u9f8d", 10_000)} {
		if key := SortKey(s); len(key) > 1400 {
			t.Errorf("%.8s…: a key of %d", s, len(key))
		}
		if words := Words(s); len(words) != 1 || len(words[0]) > 4*wordLetters || len(SearchKey(s)) > 4000 {
			t.Errorf("%.8s…: %d words, searched as %d bytes", s, len(words), len(SearchKey(s)))
		}
	}
}

func TestSortKeyGivesVietnameseOrder(t *testing.T) {
	for name, list := range map[string][]string{
		"letters":               {"an", "ăn", "ân", "bà", "da", "đa", "em", "êm", "oi", "ôi", "ơi", "pha", "un", "ưn", "vui"},
		"tones":                 {"ma", "mà", "mả", "mã", "má", "mạ", "mai"},
		"letter before tone":    {"mạ", "măng", "mẫn"},
		"words":                 {"Ba Đình", "Bác Ái", "Ninh Hải", "Ninh Phước", "Phan Rang", "Thuận Bắc", "Thuận Nam"},
		"shorter first":         {"Sở", "Sở Nội vụ", "Sở Tài chính"},
		"small before capital":  {"sở tài chính", "Sở tài chính", "Sở Tài chính", "Sở Tài Chính"},
		"digits before letters": {"1", "10", "2", "a1", "b"},
		"last letters":          {"ưu", "vì", "wifi", "xa", "yên", "zalo"},
	} {
		keys := make([]string, len(list))
		for i, s := range list {
			keys[i] = SortKey(s)
			if SortKey(norm.NFD.String(s)) != keys[i] {
				t.Errorf("%s: %q sorts differently when decomposed", name, s)
			}
		}
		if !slices.IsSorted(keys) || len(slices.Compact(slices.Clone(keys))) != len(keys) {
			t.Errorf("%s: %q", name, keys)
		}
	}
	if strings.ContainsFunc(SortKey("Đà Nẵng 2 – 😀 (x)"), func(r rune) bool { return !(r >= 'a' && r <= 'z' || r >= '0' && r <= '9') }) {
		t.Error("a key holds other than a-z and 0-9")
	}
}

func TestInitialsOfAnOffice(t *testing.T) {
	for in, want := range map[string]string{
		"Sở Thông tin và Truyền thông":   "STTTT",
		"Ủy ban nhân dân":                "UBND",
		"Sở Khoa học Và Công nghệ":       "SKHCN",
		"Trung tâm đào tạo - Ấp 2 (mới)": "TTĐTA2M",
		"vá và va": "VV", "": "",
	} {
		if got := Initials(norm.NFD.String(in)); got != want {
			t.Errorf("%s gave %s", in, got)
		}
	}
}
