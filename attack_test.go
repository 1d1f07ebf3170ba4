package main

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"capdo/internal/chain"
	"capdo/internal/store"
	"capdo/workflow"
)

// province is the demo with a file, a void number and two checkpoints; the copy
// of the database from the first lies beside it as yesterday.db.
func province(t *testing.T) string {
	t.Helper()
	a, _ := testApp(t)
	dir, ctx := t.TempDir(), t.Context()
	db := filepath.Join(dir, "capdo.db")
	svc, st, err := a.playDemo(ctx, db)
	if err != nil {
		t.Fatal(err)
	}
	a.files = a.roomOf(t, db)
	h, err := openHistory(ctx, st, historyPlaces{}.beside(db))
	if err != nil {
		t.Fatal(err)
	}
	sealNow := func() {
		t.Helper()
		if made, err := h.checkpoint(ctx); err != nil || !made {
			t.Fatalf("checkpoint: %v, %v", made, err)
		}
	}
	sealNow()
	raw, err := sql.Open("sqlite3", db)
	if err == nil {
		_, err = raw.Exec("VACUUM INTO ?", filepath.Join(dir, "yesterday.db"))
	}
	if err := errors.Join(err, raw.Close()); err != nil {
		t.Fatal(err)
	}
	if _, err := svc.Act(ctx, "an", workflow.Want{Act: "create", System: "van-ban", NewCase: "d9", Level: 2, Track: "operating"}); err == nil {
		t.Fatal("a second dossier is opened")
	}
	_, err = a.takeFile(ctx, svc, bytes.NewReader(drawing(3)), workflow.Attachment{Case: "d3", As: "evidence", Name: "a.png", By: "oanh"})
	for i, id := range []string{"n1", "n2"} {
		_, fault := st.Reserve(ctx, workflow.NumberAsk{ID: id, Issuer: "so-tttt", Year: 2022, Text: "%s/STTTT", Case: "d3", Order: int64(90 + i), Form: "form-04"})
		err = errors.Join(err, fault, st.VoidNumber(ctx, id, "bỏ"))
	}
	if err = errors.Join(err, st.SetSetting(ctx, "a", "b")); err != nil {
		t.Fatal(err)
	}
	sealNow()
	if err := st.Close(); err != nil {
		t.Fatal(err)
	}
	return dir
}

// copied copies the files of a province to a place of their own.
func copied(t *testing.T, from string) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(from)); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(filepath.Join(dir, "capdo.db.key"), 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

// attacked opens a database as its owner could, without triggers.
func attacked(t *testing.T, db string, do func(q func(query string, args ...any))) {
	t.Helper()
	raw, err := sql.Open("sqlite3", "file:"+db+"?_synchronous=OFF")
	if err != nil {
		t.Fatal(err)
	}
	q := func(query string, args ...any) {
		t.Helper()
		done, err := raw.Exec(query, args...)
		if err != nil {
			t.Fatalf("%s: %v", query, err)
		}
		if n, _ := done.RowsAffected(); n == 0 && !strings.HasPrefix(query, "DROP") {
			t.Fatalf("%s: touches nothing", query)
		}
	}
	for _, trigger := range []string{"events_no_update", "events_no_delete", "links_no_update", "links_no_delete", "checkpoints_no_update", "checkpoints_no_delete", "contents_no_update", "contents_no_delete", "attachments_no_delete"} {
		q("DROP TRIGGER " + trigger)
	}
	do(q)
	if err := raw.Close(); err != nil {
		t.Fatal(err)
	}
}

// one gives one value of a database.
func one[T any](t *testing.T, db, query string, args ...any) (v T) {
	t.Helper()
	raw, err := sql.Open("sqlite3", db)
	if err == nil {
		err = raw.QueryRow(query, args...).Scan(&v)
	}
	if err = errors.Join(err, raw.Close()); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return v
}

// verifying is the command with what it prints.
type verifying struct {
	a   *app
	out *bytes.Buffer
}

func newVerifying(t *testing.T) verifying {
	a, out := testApp(t)
	return verifying{a, out}
}

// at verifies a database as the command does and gives findings and notes, a
// line each.
func (v verifying) at(t *testing.T, dir string, args ...string) (found, notes []string, code int) {
	t.Helper()
	a, out := v.a, v.out
	out.Reset()
	code = a.exit(verify(t.Context(), a, append([]string{"--json", "--db", filepath.Join(dir, "capdo.db")}, args...)))
	got := verification{Report: &chain.Report{}}
	if err := json.Unmarshal(out.Bytes(), &got); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return said(got.Findings), said(got.Notes), code
}

func said(list []chain.Finding) []string {
	var out []string
	for _, f := range list {
		out = append(out, strings.Join(strings.Fields(fmt.Sprint(f.Code, " ", f.Table, " ", f.Key, " ", f.Subject, " ", f.N, " ", f.Event, " ", f.Checkpoint)), " "))
	}
	slices.Sort(out)
	return out
}

// rechain computes a chain anew, as somebody would who knows the format.
func rechain(t *testing.T, db, subject string) {
	t.Helper()
	raw, err := sql.Open("sqlite3", db)
	if err != nil {
		t.Fatal(err)
	}
	defer raw.Close()
	rows, err := raw.Query("SELECT n, record FROM links WHERE subject = ? ORDER BY n", subject)
	if err != nil {
		t.Fatal(err)
	}
	hashes, before := map[int64]string{}, chain.None
	for rows.Next() {
		var n int64
		var record string
		if err := rows.Scan(&n, &record); err != nil {
			t.Fatal(err)
		}
		before = chain.LinkHash(before, subject, n, record)
		hashes[n] = before
	}
	rows.Close()
	for n, hash := range hashes {
		if _, err := raw.Exec("UPDATE links SET hash = ? WHERE subject = ? AND n = ?", hash, subject, n); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := raw.Exec("UPDATE heads SET hash = ? WHERE subject = ?", before, subject); err != nil {
		t.Fatal(err)
	}
}

// TestWhatListsAndCountsGoByIsComparedWithTheRows: no link covers it, and still
// nobody hides a row by it.
func TestWhatListsAndCountsGoByIsComparedWithTheRows(t *testing.T) {
	base, v := province(t), newVerifying(t)
	for _, c := range []struct{ do, want string }{
		{"UPDATE cases SET appraiser = 'x' WHERE id = 'd5'", "stray cases d5 appraiser 0 0 0"},
		{"UPDATE cases SET of_owner = 'x' WHERE id = 'd6'", "stray cases d6 of_owner 0 0 0"},
		{"UPDATE cases SET of_operator = 'x' WHERE id = 'd6'", "stray cases d6 of_operator 0 0 0"},
		{"UPDATE systems SET state = 'x' WHERE id = 'cong-dvc'", "stray systems cong-dvc state 0 0 0"},
		{"UPDATE level_counts SET n = n + 1 WHERE level = 2", "stray level_counts 2 n 0 0 0"},
		{"UPDATE system_counts SET n = 0 WHERE level = 3", "stray system_counts ubnd/operating/3 n 0 0 0"},
		{"DELETE FROM system_words WHERE word = 'cong'", "stray words cong n 0 0 0"},
	} {
		dir := copied(t, base)
		attacked(t, filepath.Join(dir, "capdo.db"), func(q func(string, ...any)) { q(c.do) })
		if found, _, code := v.at(t, dir, "--quick"); code != 1 || !slices.Contains(found, c.want) {
			t.Errorf("%s: exit %d, %q", c.do, code, found)
		}
	}
}

const decision = "d3.14.form-06"

func TestEveryAttackOnTheDatabaseIsNamedByItsRow(t *testing.T) {
	base, v := province(t), newVerifying(t)
	if found, notes, code := v.at(t, base); code != 0 || len(found)+len(notes) != 0 {
		t.Fatalf("clean: exit %d, %q, %q", code, found, notes)
	}
	clean := filepath.Join(base, "capdo.db")
	entry := one[string](t, clean, "SELECT id FROM register_entries WHERE body LIKE '%02/QĐ-UBND%'")
	number := one[string](t, clean, "SELECT id FROM numbers WHERE text = '02/QĐ-UBND'")
	notice := one[string](t, clean, "SELECT id FROM numbers WHERE case_id = 'd3' AND form = 'supplement-notice'")
	file := one[string](t, clean, "SELECT sha256 FROM attachments")
	attachment := one[string](t, clean, "SELECT id FROM attachments")
	event := func(id string, nth int) int { // of a case, in order
		return one[int](t, clean, "SELECT seq FROM events WHERE case_id = ? ORDER BY seq LIMIT 1 OFFSET ?", id, nth-1)
	}
	// sealedBy is the link that says last what a row is.
	sealedBy := func(table string, key any) string {
		like := fmt.Sprintf(`%%["%s","%v",%%`, table, key)
		return one[string](t, clean, "SELECT subject || ' ' || n || ' ' || CASE WHEN record LIKE '{\"event\":%' THEN CAST(substr(record, 10) AS INTEGER) ELSE 0 END || ' 0' FROM links WHERE record LIKE ? ORDER BY id DESC LIMIT 1", like)
	}
	says := func(code, table string, key any) string {
		return fmt.Sprint(code, " ", table, " ", key, " ", sealedBy(table, key))
	}
	asked, appraised, other := event("d3", 4), event("d3", 9), event("d2", 4)
	missing := func(after int) (out []string) { // links since a checkpoint
		rows := one[string](t, clean, "SELECT group_concat('link_missing ' || subject || ' ' || n || ' ' || CASE WHEN record LIKE '{\"event\":%' THEN CAST(substr(record, 10) AS INTEGER) ELSE 0 END || ' 0', '|') FROM links WHERE id > (SELECT last FROM checkpoints WHERE number = ?)", after)
		return strings.Split(rows, "|")
	}
	tail := missing(1)
	linkOf := func(seq int) string { return fmt.Sprintf(`{"event":%d,%%`, seq) }
	type query = func(string, ...any)
	for _, c := range []struct {
		says string
		do   func(q query, db string)
		want []string // code, table, key, subject, n, event, checkpoint
	}{
		{"an event is deleted (A40)", func(q query, _ string) { q("DELETE FROM events WHERE seq = ?", asked) }, []string{says("row_deleted", "events", asked)}},
		{"an event is edited (A41)", func(q query, _ string) {
			q(`UPDATE events SET body = replace(body, '"chi"', '"dung"') WHERE seq = ?`, appraised)
		}, []string{says("row_edited", "events", appraised)}},
		{"two events change places (A41)", func(q query, _ string) {
			q("UPDATE events SET seq = -1 WHERE seq = ?", asked)
			q("UPDATE events SET seq = ? WHERE seq = ?", asked, appraised)
			q("UPDATE events SET seq = ? WHERE seq = -1", appraised)
		}, []string{says("row_edited", "events", asked), says("row_edited", "events", appraised)}},
		{"two events change cases (A41)", func(q query, _ string) {
			q("UPDATE events SET case_id = CASE case_id WHEN 'd2' THEN 'd3' ELSE 'd2' END WHERE seq IN (?, ?)", other, asked)
		}, []string{says("row_edited", "events", other), says("row_edited", "events", asked)}},
		{"an event is put in", func(q query, _ string) {
			q("INSERT INTO events (seq, case_id, system, office, act, body) SELECT 900, case_id, system, office, act, body FROM events WHERE seq = ?", asked)
		}, []string{"row_added events 900 0 0 0"}},
		{"a decision's bytes are changed", func(q query, _ string) { q("UPDATE papers SET pdf = CAST(pdf || ' ' AS BLOB) WHERE id = ?", decision) }, []string{says("row_edited", "papers", decision)}},
		{"a decision is deleted", func(q query, _ string) { q("DELETE FROM papers WHERE id = ?", decision) }, []string{"number_unused numbers " + number + " 0 0 0", says("row_deleted", "papers", decision)}},
		{"a level is raised in a system", func(q query, _ string) {
			q(`UPDATE systems SET body = replace(body, '"level":3', '"level":4') WHERE id = 'cong-dvc'`)
		}, []string{says("row_edited", "systems", "cong-dvc")}},
		{"a case is set back", func(q query, _ string) { q("UPDATE cases SET state = 'draft' WHERE id = 'd3'") }, []string{says("row_edited", "cases", "d3")}},
		{"a row of the register is edited", func(q query, _ string) { q("UPDATE register_entries SET until = '2022-02-01' WHERE id = ?", entry) }, []string{says("row_edited", "register_entries", entry)}},
		{"a row of the register is put in", func(q query, _ string) {
			q("INSERT INTO register_entries (seq, id, owner, system, since, until, place, body) SELECT 900, 'r9', owner, system, since, until, place, body FROM register_entries WHERE id = ?", entry)
		}, []string{"row_added register_entries r9 0 0 0"}},
		{"a role is given", func(q query, _ string) {
			q(`UPDATE people SET body = replace(body, 'sdu_officer', 'sdu_head') WHERE id = 'chi'`)
		}, []string{says("row_edited", "people", "chi")}},
		{"a number is deleted", func(q query, _ string) { q("DELETE FROM numbers WHERE id = 'n1'") }, []string{"number_gap so-tttt/2022 " + one[string](t, clean, "SELECT n FROM numbers WHERE id = 'n1'") + " 0 0", says("row_deleted", "numbers", "n1")}},
		{"a void number loses its reason", func(q query, _ string) { q("UPDATE numbers SET reason = '' WHERE id = 'n2'") }, []string{says("row_edited", "numbers", "n2")}},
		{"a number is used twice", func(q query, _ string) {
			q("DROP INDEX numbers_text")
			q("INSERT INTO numbers (id, issuer, series, year, n, text, typed, state, reason, case_id, step, form, dated, person) SELECT 'n9', issuer, series, year, n, text, typed, state, reason, case_id, step, form, dated, person FROM numbers WHERE id = ?", number)
		}, []string{"row_added numbers n9 0 0 0"}},
		{"an attachment is pointed elsewhere", func(q query, _ string) { q("UPDATE attachments SET sha256 = ?", strings.Repeat("0", 64)) }, []string{says("row_edited", "attachments", attachment)}},
		{"a file is changed on the disk", func(_ query, db string) {
			at := filepath.Join(db+".files", file[:2], file[2:4], file)
			if err := os.WriteFile(at, []byte("khác"), 0o600); err != nil {
				t.Fatal(err)
			}
		}, []string{"file_corrupt attachments " + attachment + " 0 0 0"}},
		{"a file is deleted from the disk", func(_ query, db string) {
			if err := os.Remove(filepath.Join(db+".files", file[:2], file[2:4], file)); err != nil {
				t.Fatal(err)
			}
		}, []string{"file_missing attachments " + attachment + " 0 0 0"}},
		{"a link and its event are deleted", func(q query, _ string) {
			q("DELETE FROM links WHERE record LIKE ?", linkOf(asked))
			q("DELETE FROM events WHERE seq = ?", asked)
		}, []string{"link_missing " + sealedBy("events", asked), "row_added papers d3.4.supplement-notice 0 0 0", "row_edited numbers " + notice + " case/d3 5 0 0"}},
		{"links change chains", func(q query, _ string) {
			q("UPDATE links SET subject = 'x' WHERE subject = 'case/d2' AND n = 3")
			q("UPDATE links SET subject = 'case/d2' WHERE subject = 'case/d3' AND n = 3")
			q("UPDATE links SET subject = 'case/d3' WHERE subject = 'x'")
		}, []string{"link_order case/d2 3 0 0", "link_rewritten case/d3 3 0 0"}},
		{"the tail is cut (A42)", func(q query, _ string) {
			q("DELETE FROM links WHERE id = (SELECT max(id) FROM links)")
			q("DELETE FROM settings WHERE key = 'a'")
			q("UPDATE heads SET n = n - 1 WHERE subject = 'house'")
		}, []string{tail[len(tail)-1]}},
		{"a chain is rewritten whole (A43)", func(q query, db string) {
			q(`UPDATE events SET body = replace(body, '"chi"', '"dung"') WHERE seq = ?`, appraised)
			cols := [][2]string{{"seq", "i"}, {"case_id", "t"}, {"system", "t"}, {"office", "t"}, {"act", "t"}, {"body", "t"}}
			var now []chain.Column
			for _, c := range cols {
				now = append(now, chain.Column{c[0], c[1], one[string](t, db, "SELECT CAST("+c[0]+" AS TEXT) FROM events WHERE seq = ?", appraised)})
			}
			old := one[string](t, clean, "SELECT record FROM links WHERE record LIKE ?", linkOf(appraised))
			var rec chain.Record
			if err := json.Unmarshal([]byte(old), &rec); err != nil {
				t.Fatal(err)
			}
			rec.Rows[0][2] = chain.Digest("events", now)
			forged, err := rec.Write()
			if err != nil {
				t.Fatal(err)
			}
			q("UPDATE links SET record = ? WHERE record LIKE ?", forged, linkOf(appraised))
			rechain(t, db, "case/d3")
		}, []string{"link_rewritten " + sealedBy("events", appraised)}},
		{"a checkpoint is deleted", func(q query, _ string) { q("DELETE FROM checkpoints WHERE number = 1") }, []string{"checkpoint_missing 0 0 1"}},
		{"a checkpoint is edited", func(q query, _ string) {
			q(`UPDATE checkpoints SET body = replace(body, '"chains":', '"chains":1') WHERE number = 2`)
		}, []string{"checkpoint_differs 0 0 2"}},
		{"yesterday's copy is put back", func(_ query, db string) {
			for _, end := range []string{"-wal", "-shm"} {
				_ = os.Remove(db + end)
			}
			if err := os.Rename(filepath.Join(filepath.Dir(db), "yesterday.db"), db); err != nil {
				t.Fatal(err)
			}
		}, append(tail, "checkpoint_missing 0 0 2", "rolled_back 0 0 2")},
	} {
		t.Run(c.says, func(t *testing.T) {
			dir := copied(t, base)
			db := filepath.Join(dir, "capdo.db")
			attacked(t, db, func(q query) { c.do(q, db) })
			found, _, code := v.at(t, dir, "--quick")
			want := slices.Clone(c.want)
			slices.Sort(want)
			if code != 1 || !slices.Equal(found, want) {
				t.Errorf("exit %d\n got %q\nwant %q", code, found, want)
			}
			v.samePython(t, dir)
		})
	}
}

// samePython compares the verdict over an export with that of the second
// verifier.
func (v verifying) samePython(t *testing.T, dir string) {
	t.Helper()
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Log("python3 is not there: the second verifier was NOT asked")
		return
	}
	db, file := filepath.Join(dir, "capdo.db"), filepath.Join(dir, "h.zip")
	st, err := store.Open(t.Context(), db, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	h := &history{st: st, places: historyPlaces{}.beside(db), now: fixedNow}
	var b bytes.Buffer
	if err := errors.Join(h.export(t.Context(), &b), st.Close(), os.WriteFile(file, b.Bytes(), 0o600)); err != nil {
		t.Fatal(err)
	}
	args := []string{file, "--public-key", h.places.public, "--checkpoints", h.places.file}
	ours, _, code := v.at(t, dir, append(args, "--quick")...)
	out, err := exec.CommandContext(context.WithoutCancel(t.Context()), python, append([]string{"docs/verify.py", "--json"}, args...)...).Output()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	var list []chain.Finding
	if err := json.Unmarshal(out, &list); err != nil {
		t.Fatalf("%v: %s, %s", err, out, exit.Stderr)
	}
	if theirs := said(list); !slices.Equal(ours, theirs) || exit == nil != (code == 0) {
		t.Errorf("exit %d\n  ours %q\ntheirs %q", code, ours, theirs)
	}
}
