package regime

import (
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"
)

// changed is the embedded law with one text replaced in one file.
func changed(t *testing.T, file, old, with string) fs.FS {
	t.Helper()
	out := fstest.MapFS{}
	err := fs.WalkDir(embedded, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := fs.ReadFile(embedded, name)
		if name == file {
			if !strings.Contains(string(b), old) {
				t.Fatalf("%s does not hold %q", file, old)
			}
			b = []byte(strings.Replace(string(b), old, with, 1))
		}
		out[name] = &fstest.MapFile{Data: b}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestBadLawIsRefusedWithFileLineAndReason(t *testing.T) {
	const d3 = "nd85-tt03/dossier-3.yaml"
	for _, c := range []struct{ says, file, old, with, reason string }{
		{"an unknown key", d3, "start: draft", "begin: draft", "begin"},
		{"an uncited step", d3, `basis: ["NĐ 85/2016 Đ16 k1"], origin: design, does: [new_version, take_level]`, `basis: [], origin: design, does: [new_version, take_level]`, "cites nothing"},
		{"an unknown guard", d3, "guards: [substance_unchanged]", "guards: [substance_kept]", "unknown guard substance_kept"},
		{"an unknown effect", d3, "does: [correct]", "does: [repair]", "unknown effect repair"},
		{"an unknown role", d3, "by: [owner_office]", "by: [doorman]", "unknown role doorman"},
		{"an unknown act", d3, "act: return_file", "act: throw_file", "no such act"},
		{"a state nobody reaches", d3, "  approved: {", "  lost: {stage: closed, end: true}\n  approved: {", "lost: no step leads here"},
		{"a dead end", d3, "  withdrawn: {stage: closed, end: true,", "  withdrawn: {stage: closed,", "no step leads out"},
		{"an unknown deadline", d3, "rule: D-APP-3", "rule: D-APP-9", "no deadline D-APP-9"},
		{"a citation of another shape", d3, `"NĐ 85/2016 Đ14 k1 c"`, `"Decree 85"`, "is not of the form"},
		{"one act twice from one state", d3, "act: ask_more, from: [under_appraisal]", "act: on_site_check, from: [under_appraisal]", "already by line"},
		{"a key that is not the folder's", "nd85-tt12/regime.yaml", "key: nd85-tt12", "key: nd85-tt13", "not the name of the folder"},
		{"two regimes on one day", "nd85-tt12/regime.yaml", "from: 2022-10-01", "from: 2022-09-30", "begins before"},
		{"a guard without origin", "nd85-tt03/guards.yaml", `one_owner: {basis: ["NĐ 85/2016 Đ5 k1 a"], origin: law}`, `one_owner: {basis: ["NĐ 85/2016 Đ5 k1 a"]}`, "needs origin and either basis or by_rule"},
		{"a field of no type", "acts.yaml", "reason: text!, points: texts", "reason: prose!, points: texts", "no field type"},
	} {
		t.Run(c.says, func(t *testing.T) {
			_, err := Read(changed(t, c.file, c.old, c.with))
			if err == nil || !strings.Contains(err.Error(), c.reason) || !strings.Contains(err.Error(), c.file) {
				t.Errorf("got %v, want %q in %s", err, c.reason, c.file)
			}
		})
	}
}

func TestTheRegimeOfADay(t *testing.T) {
	b, err := Open()
	if err != nil {
		t.Fatal(err)
	}
	for on, want := range map[string]string{"2017-06-30": "", "2017-07-01": "nd85-tt03", "2022-09-30": "nd85-tt03", "2022-10-01": "nd85-tt12", "2026-06-30": "nd85-tt12", "2026-07-01": "", "2026-08-18": "", "2026-08-19": "nd331", "2031-01-01": "nd331"} {
		d, _ := ParseDay(on)
		r, ok := b.On(d)
		if ok != (want != "") || ok && r.Key != want {
			t.Errorf("%s: %v", on, r)
		}
	}
}
