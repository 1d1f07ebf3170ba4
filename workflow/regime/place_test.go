package regime

import (
	"reflect"
	"strings"
	"testing"
)

// citations finds every Citation inside a value, however deep.
func citations(v reflect.Value, seen map[uintptr]bool, found func(string)) {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if v.IsNil() || v.Kind() == reflect.Pointer && seen[v.Pointer()] {
			return
		}
		if v.Kind() == reflect.Pointer {
			seen[v.Pointer()] = true
		}
		citations(v.Elem(), seen, found)
	case reflect.Struct:
		for i := range v.NumField() {
			citations(v.Field(i), seen, found)
		}
	case reflect.Slice, reflect.Array:
		for i := range v.Len() {
			citations(v.Index(i), seen, found)
		}
	case reflect.Map:
		for _, k := range v.MapKeys() {
			citations(v.MapIndex(k), seen, found)
		}
	case reflect.String:
		if v.Type() == reflect.TypeFor[Citation]() && v.String() != "" {
			found(v.String())
		}
	}
}

func TestEveryCitationIsOfATextTheBookKnows(t *testing.T) {
	b := open(t)
	n, missing := 0, map[string]bool{}
	citations(reflect.ValueOf(b), map[uintptr]bool{}, func(c string) {
		n++
		p, ok := b.Place(Citation(c))
		if !ok {
			missing[c] = true
			return
		}
		if p.Text.Text == "" || p.Article == "" {
			return
		}
		if len(p.Passages()) == 0 {
			t.Errorf("%s: its article is not in the text at hand", c)
		}
		if p.Clause != "" && !cited(p) {
			t.Errorf("%s: nothing of its article is what it names", c)
		}
	})
	if n < 1000 {
		t.Errorf("only %d citations were found", n)
	}
	for c := range missing {
		t.Errorf("%s is of no text in instruments.yaml", c)
	}
}

func cited(p Place) bool {
	for _, part := range p.Passages() {
		if part.Cited {
			return true
		}
	}
	return false
}

func TestAnArticleIsShownWholeWithWhatIsCitedMarked(t *testing.T) {
	b := open(t)
	for _, c := range []struct {
		cite, title, marked string
		lines               int
	}{
		{"NĐ 85/2016 Đ16 k2 a", "Thẩm định hồ sơ đề xuất cấp độ", "15 ngày kể từ ngày nhận đủ hồ sơ", 1},
		{"NĐ 85/2016 Đ14 k1 b", "Trình tự, thủ tục xác định cấp độ đối với hệ thống thông tin đang vận hành", "khoản 1 Điều 12", 2},
		{"NĐ 85/2016 Đ20 k2 c gạch 2", "Trách nhiệm của chủ quản hệ thống thông tin", "", 1},
		{"NĐ 85/2016 Đ12 k3 a-c", "Thẩm quyền thẩm định và phê duyệt cấp độ", "Bộ Quốc phòng", 3},
		{"NĐ 85/2016 Đ15", "Hồ sơ đề xuất cấp độ", "", 0},
	} {
		p, ok := b.Place(Citation(c.cite))
		if !ok || p.Title() != c.title {
			t.Errorf("%s is headed %q", c.cite, p.Title())
		}
		var text []string
		for _, part := range p.Passages() {
			if part.Cited {
				text = append(text, part.Text)
			}
		}
		if len(text) != c.lines || !strings.Contains(strings.Join(text, "\n"), c.marked) {
			t.Errorf("%s marks %d lines: %q", c.cite, len(text), text)
		}
	}
	if a, ok := b.Instruments[0].Article("19"); !ok || len(a.Lines) == 0 || b.Instruments[0].Articles[18].No != "19" {
		t.Error("the articles do not stand in the order of their numbers")
	}
	if p, ok := b.Place("TT 12/2022 Đ9 k2"); !ok || p.Passages() != nil {
		t.Error("a text that is not at hand shows something")
	}
}

func TestUsesOfAnArticleNameStepsAndDeadlines(t *testing.T) {
	b := open(t)
	kinds := map[string]bool{}
	near := false
	for _, u := range b.Uses("NĐ 85/2016 Đ16 k2 a") {
		if near && !u.Near {
			t.Fatal("what cites the place itself comes after what only cites its article")
		}
		near = near || u.Near
		if !u.Near {
			kinds[u.Kind+" "+u.Key] = true
		}
	}
	if !kinds["deadline D-APP-3"] || kinds["deadline D-APP-45"] || !near {
		t.Errorf("rests on it: %v", kinds)
	}
}

func TestATextWithoutItsFileIsRefused(t *testing.T) {
	_, err := Read(changed(t, "instruments.yaml", "text: nghi-dinh-85-2016.txt", "text: nghi-dinh-86.txt"))
	if err == nil || !strings.Contains(err.Error(), "instruments.yaml: NĐ 85/2016") {
		t.Errorf("got %v", err)
	}
}
