package regime

import (
	"os"
	"path/filepath"
	"testing"
	"testing/fstest"
)

func TestEveryFileOfContentsHoldsTogether(t *testing.T) {
	found, err := filepath.Glob("*/content.yaml")
	if err != nil || len(found) < 3 {
		t.Fatalf("%v, %v", found, err)
	}
	for _, name := range found {
		asks, err := readContent(os.DirFS("."), name)
		if err != nil || len(asks) < 5 {
			t.Errorf("%s: %d, %v", name, len(asks), err)
		}
	}
}

func TestABadFileOfContentsIsRefused(t *testing.T) {
	for says, text := range map[string]string{
		"nothing cited":      "asks:\n  - {of: zones, origin: law}\n",
		"no such origin":     "asks:\n  - {of: zones, basis: [\"TT 12/2022 Đ8 k3\"], origin: guess}\n",
		"a loose citation":   "asks:\n  - {of: zones, basis: [\"TT 12/2022\"], origin: law}\n",
		"asked for twice":    "asks:\n  - {of: zones, basis: [\"TT 12/2022 Đ8 k3\"], origin: law}\n  - {of: zones, basis: [\"TT 12/2022 Đ8 k3\"], origin: law}\n",
		"asked for nothing":  "asks:\n  - {basis: [\"TT 12/2022 Đ8 k3\"], origin: law}\n",
		"an unknown key":     "asks:\n  - {of: zones, bars: true, basis: [\"TT 12/2022 Đ8 k3\"], origin: law}\n",
		"an unknown mark":    "asks:\n  - {of: zones, basis: [\"TT 12/2022 Đ8 k3\"], origin: law, verified: maybe}\n",
		"it is not there":    "",
		"it is no such file": "- 1\n",
	} {
		files := fstest.MapFS{}
		if text != "" {
			files["r/content.yaml"] = &fstest.MapFile{Data: []byte(text)}
		}
		if _, err := readContent(files, "r/content.yaml"); err == nil {
			t.Errorf("%s: read", says)
		}
	}
}
