package templates

import (
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// saidKey finds the keys a page names outright.
var saidKey = regexp.MustCompile(`\bt "([a-z0-9_.-]+)"`)

func TestEveryWordOfThePagesIsThereInBothLanguages(t *testing.T) {
	words, err := Open()
	if err != nil {
		t.Fatal(err)
	}
	if vi, en := words.Keys("vi"), words.Keys("en"); !slices.Equal(vi, en) {
		t.Errorf("the languages hold different keys: %d and %d", len(vi), len(en))
	}
	err = fs.WalkDir(pageFiles, "pages", func(name string, d fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(name, ".html") {
			return err
		}
		b, err := pageFiles.ReadFile(name)
		if err != nil {
			return err
		}
		for _, m := range saidKey.FindAllStringSubmatch(string(b), -1) {
			if !words.Has("vi", m[1]) || !words.Has("en", m[1]) {
				t.Errorf("%s says %s, which has no words", name, m[1])
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestEveryAssetHasItsType(t *testing.T) {
	p, err := OpenPages(nil)
	if err != nil || len(p.assets) == 0 {
		t.Fatal(err)
	}
	for name, a := range p.assets {
		if a.Type == "" {
			t.Errorf("%s has no content type", name)
		}
	}
}

func TestEveryPageCanBeRead(t *testing.T) {
	words, err := Open()
	if err != nil {
		t.Fatal(err)
	}
	p, err := OpenPages(words)
	if err != nil {
		t.Fatal(err)
	}
	names, err := p.Names()
	if err != nil || len(names) < 10 {
		t.Fatal(names, err)
	}
	for _, name := range names {
		for _, lang := range []string{"vi", "en"} {
			tm, err := p.page(lang, name)
			if err != nil {
				t.Errorf("%s: %v", name, err)
				continue
			}
			for _, block := range []string{"title", "main"} {
				if tm.Lookup(block) == nil {
					t.Errorf("%s defines no %s", name, block)
				}
			}
		}
	}
}

// TestPagesHoldNoVietnamese keeps the words of pages in the messages, where the
// other language finds them too. The name of the language itself stands in it.
func TestPagesHoldNoVietnamese(t *testing.T) {
	letters := regexp.MustCompile(`[ăâđêôơưĂÂĐÊÔƠƯạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ]`)
	err := fs.WalkDir(pageFiles, "pages", func(name string, d fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(name, ".html") {
			return err
		}
		b, err := pageFiles.ReadFile(name)
		for n, line := range strings.Split(strings.ReplaceAll(string(b), "Tiếng Việt", ""), "\n") {
			if letters.MatchString(line) {
				t.Errorf("%s:%d holds Vietnamese words", name, n+1)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestNoTwoPartsShareAName: the parts are one set, so the later of two parts of
// one name would silently take the place of the first.
func TestNoTwoPartsShareAName(t *testing.T) {
	names, in := regexp.MustCompile(`{{-?\s*define "([^"]+)"`), map[string]string{}
	files, err := fs.Glob(pageFiles, "pages/parts/*.html")
	if err != nil || len(files) == 0 {
		t.Fatal("no parts", err)
	}
	for _, f := range files {
		b, err := fs.ReadFile(pageFiles, f)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range names.FindAllStringSubmatch(string(b), -1) {
			if other := in[m[1]]; other != "" {
				t.Errorf("%q is defined in %s and in %s", m[1], other, f)
			}
			in[m[1]] = f
		}
	}
}
