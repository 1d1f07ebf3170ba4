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
		if _, err := readForm(files, "forms/a/x.yaml"); err == nil || !strings.Contains(err.Error(), "forms/a/x.yaml") {
			t.Errorf("%s: %v", says, err)
		}
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
