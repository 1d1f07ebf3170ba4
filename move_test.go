package main

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"

	"capdo/internal/store"
)

func TestTheDemoProvinceMovesToAServerAndBack(t *testing.T) {
	from := smallHouse(t)
	dir := filepath.Dir(from)
	back, server := filepath.Join(dir, "back.db"), onPostgres(t)
	changed := onPostgres(t)
	if st, err := store.Open(t.Context(), changed, store.Options{}); err != nil {
		t.Fatal(err)
	} else if err := st.SetSetting(t.Context(), "own", "1"); err != nil {
		t.Fatal(err)
	} else {
		t.Cleanup(func() { _ = st.Close() })
	}
	for _, c := range []struct {
		says, args string
		code       int
		contains   string
	}{
		{"a target must be named", "move --db " + from, 2, "--to"},
		{"a source that is not there", "move --db " + filepath.Join(dir, "none.db") + " --to " + server, 2, "none.db"},
		{"to a server", "move --db " + from + " --to " + server, 0, "--files " + from + ".files"},
		{"the same again", "move --db " + from + " --to " + server, 0, "đã có đủ"},
		{"with its files", "move --db " + from + " --to " + server + " --files-to " + filepath.Join(dir, "elsewhere"), 0, "Đã chép và đối chiếu 1 tệp"},
		{"once more", "move --db " + from + " --to " + server + " --files-to " + filepath.Join(dir, "elsewhere"), 0, "Đã chép và đối chiếu 0 tệp"},
		{"and back", "move --db " + server + " --to " + back, 0, "papers"},
		{"a target with rows of its own", "move --db " + from + " --to " + changed, 1, "phải trống"},
		{"the register from the server", "print register --db " + server + " --owner ubnd --on 2021-11-30 --format text", 0, "22 hệ thống: 21 cấp độ 2, 01 cấp độ 3"},
		{"the register from the file that came back", "print register --db " + back + " --owner ubnd --on 2021-11-30 --format text", 0, "22 hệ thống: 21 cấp độ 2, 01 cấp độ 3"},
	} {
		var out, errs bytes.Buffer
		code := run(t.Context(), strings.Fields(c.args), strings.NewReader(""), &out, &errs)
		if told := out.String() + errs.String(); code != c.code || !strings.Contains(told, c.contains) {
			t.Errorf("%s: exit %d\n%s", c.says, code, told)
		}
	}
}
