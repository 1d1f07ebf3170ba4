package templates

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

func TestBothLanguagesHoldTheSameKeys(t *testing.T) {
	words, err := Open()
	if err != nil {
		t.Fatal(err)
	}
	if vi, en := words.Keys("vi"), words.Keys("en"); !slices.Equal(vi, en) || len(vi) < 200 {
		t.Errorf("%d keys in Vietnamese, %d in English", len(vi), len(en))
	}
}

func TestABadFormIsRefusedWithItsName(t *testing.T) {
	for says, text := range map[string]string{
		"an unknown block":    "blocks:\n  - picture: x\n",
		"an unknown key":      "colour: red\nblocks: []\n",
		"two kinds in one":    "blocks:\n  - {para: a, part: b}\n",
		"no kind":             "blocks:\n  - {when: a}\n",
		"a broken template":   "blocks:\n  - para: \"{{.F.\"\n",
		"an unknown function": "blocks:\n  - para: \"{{frob .F}}\"\n",
	} {
		files := fstest.MapFS{"forms/a/x.yaml": {Data: []byte(text)}}
		if _, err := readForm(files, newTexts(), "forms/a/x.yaml"); err == nil || !strings.Contains(err.Error(), "forms/a/x.yaml") {
			t.Errorf("%s: %v", says, err)
		}
	}
}

func TestWhatIsReadLaterIsCheckedWhole(t *testing.T) {
	words, err := Open()
	if err != nil {
		t.Fatal(err)
	}
	if err := words.Check(); err != nil {
		t.Error(err)
	}
	files := fstest.MapFS{"messages.vi.yaml": {Data: []byte("a: b\n")}, "messages.en.yaml": {Data: []byte("a: b\n")},
		"forms/regimes.yaml": {Data: []byte("r: {}\n")}, "forms/r/x.yaml": {Data: []byte("blocks:\n  - picture: x\n")}}
	late, err := open(files)
	if err != nil {
		t.Fatal(err)
	}
	for range 2 { // a fault stays one
		if _, err := late.Fill("r", "x", nil); err == nil || !strings.Contains(err.Error(), "forms/r/x.yaml") {
			t.Errorf("a bad form is filled: %v", err)
		}
	}
	if err := late.Check(); err == nil || !strings.Contains(err.Error(), "forms/r/x.yaml") {
		t.Errorf("a bad form is not found: %v", err)
	}
	files["messages.en.yaml"] = &fstest.MapFile{Data: []byte("a: b\na: c\n")}
	if _, err := Read(files); err == nil || !strings.Contains(err.Error(), "messages.en.yaml") {
		t.Errorf("messages that say a key twice: %v", err)
	}
}

func TestAMissingKeyComesBackVisibly(t *testing.T) {
	words, err := Open()
	if err != nil {
		t.Fatal(err)
	}
	if got := words.Message("vi", "nothing.like.this", nil); !strings.Contains(got, "nothing.like.this") {
		t.Error(got)
	}
}
