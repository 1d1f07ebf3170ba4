//go:build bench

package bench

import (
	"bufio"
	"bytes"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"capdo/internal/vn"
	"capdo/workflow"
	"capdo/workflow/regime"
)

// lists measures W4: what pages ask for.
func lists(t *testing.T, p *province) []result {
	who := "giang" // the head of the owner sees everything
	db := readers(t, p.path)
	page := func(q workflow.SystemQuery) work {
		return each(func(int) error {
			got, err := p.svc.ListSystems(ctx, who, q)
			if err == nil && len(got.Items) == 0 {
				err = fmt.Errorf("nothing found by %+v", q)
			}
			return err
		})
	}
	rows := func(query string, args ...any) work {
		stmt, err := db.Prepare(query)
		if err != nil {
			t.Fatal(err)
		}
		return each(func(int) error { return nouns[workflow.System](stmt, args...) })
	}
	three := 3
	middle := vn.SortKey("Hệ thống")
	in := fmt.Sprintf(" (%d systems)", p.systems)
	far := workflow.SystemQuery{Sort: workflow.ByName, After: middle + "/"}
	out := []result{
		contest(t, "W4 page of 50 by name"+in, "the index, rows as nouns", 0, 40, page(workflow.SystemQuery{Sort: workflow.ByName}),
			rows("SELECT body FROM systems WHERE (sort, id) > ('', '') ORDER BY sort, id LIMIT 51")),
		contest(t, "W4 page far down"+in, "the index, rows as nouns", 0, 40, page(far), rows("SELECT body FROM systems WHERE (sort, id) > (?, '') ORDER BY sort, id LIMIT 51", middle)),
		contest(t, "W4 filter by level"+in, "the index, rows as nouns", 0, 40, page(workflow.SystemQuery{Sort: workflow.ByName, Level: &three}),
			rows("SELECT body FROM systems WHERE level = 3 AND (sort, id) > ('', '') ORDER BY sort, id LIMIT 51")),
		contest(t, "W4 search by common words"+in, "a page of the index, rows as nouns", 0, 20, page(workflow.SystemQuery{Sort: workflow.ByName, Name: "điện tử"}),
			rows("SELECT body FROM systems WHERE (sort, id) > ('', '') ORDER BY sort, id LIMIT 51")),
		contest(t, "W4 search by a rare word"+in, "one row by its key, as a noun", 0, 20, page(workflow.SystemQuery{Sort: workflow.ByName, Name: fmt.Sprint("so ", p.systems-1)}),
			rows("SELECT body FROM systems WHERE id = ?", fmt.Sprintf("s-%07d", p.systems-1))),
		contest(t, "W4 search by a beginning, neither rare nor common"+in, "a page of the index, rows as nouns", 0, 20, page(workflow.SystemQuery{Sort: workflow.ByName, Name: "99"}),
			rows("SELECT body FROM systems WHERE (sort, id) > ('', '') ORDER BY sort, id LIMIT 51")),
		contest(t, "W4 search for what is not there"+in, "no row by its key", 0, 20, each(func(int) error {
			_, err := p.svc.ListSystems(ctx, who, workflow.SystemQuery{Sort: workflow.ByName, Name: "xyzzy"})
			return err
		}), rows("SELECT body FROM systems WHERE id = 'xyzzy'")),
		dashboard(t, p, rows),
		contest(t, "W4 counts of the start page"+in, "one row", 0, 40, each(func(int) error { _, err := p.svc.CountByLevel(ctx); return err }),
			rows("SELECT '{}' FROM settings WHERE key = 'demo.day'")),
		contest(t, "W4 tasks of an operator's officer"+in, "his running cases by an index", 0, 20, each(func(int) error {
			mine, waiting, err := p.svc.Inbox(ctx, "p-00000")
			if err == nil && len(mine)+len(waiting) == 0 {
				err = errors.New("nothing to do")
			}
			return err
		}), rows("SELECT c.body FROM systems s JOIN cases c ON c.system = s.id WHERE s.operator = ? AND c.stage NOT IN ('in_force', 'closed', 'resting')", officeOf(0))),
	}
	for i := range out {
		out[i].within(50, 500*time.Microsecond)
		out[i].within(99, 10*time.Millisecond)
	}
	return out
}

// dashboard measures what an owner steers by.
func dashboard(t *testing.T, p *province, rows func(query string, args ...any) work) result {
	plan, err := regime.TargetPlanFor("", today)
	if err != nil {
		t.Fatal(err)
	}
	return contest(t, fmt.Sprintf("W4 dashboard of today (%d systems)", p.systems), "one row", 0, 20, each(func(int) error {
		d, err := p.svc.Dashboard(ctx, "ubnd", today, plan)
		if err == nil && d.Systems < p.systems {
			err = fmt.Errorf("%d systems counted of %d", d.Systems, p.systems)
		}
		return err
	}), rows("SELECT '{}' FROM settings WHERE key = 'demo.day'"))
}

func readers(t *testing.T, path string) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite3", "file:"+path+"?mode=ro&_query_only=on&_busy_timeout=5000")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// nouns reads rows into nouns.
func nouns[T any](stmt *sql.Stmt, args ...any) error {
	rows, err := stmt.Query(args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var text []byte
		var noun T
		if err := errors.Join(rows.Scan(&text), json.Unmarshal(text, &noun)); err != nil {
			return err
		}
	}
	return rows.Err()
}

// decided measures what a step reads and decides before it writes: the acts open
// to a person on a case, beside the rows they are decided from.
func decided(t *testing.T, p *province) result {
	cases := p.owned(t, 20)
	stmt, err := readers(t, p.path).Prepare("SELECT c.body FROM cases c JOIN systems s ON s.id = c.system WHERE c.id = ?")
	if err != nil {
		t.Fatal(err)
	}
	return contest(t, fmt.Sprintf("W1 a step decided (%d systems, %d people)", p.systems, max(p.systems/perOffice, 1)*5), "case and system, read", 0, 20,
		each(func(i int) error { _, err := p.svc.Acts(ctx, "p-00000", cases[i%20].ID); return err }), each(func(i int) error { return nouns[workflow.Case](stmt, cases[i%20].ID) }))
}

// allowed measures W5.
func allowed(t *testing.T) result {
	p := rights(t)
	roles, acts := []string{"operator_officer", "sdu_head", "auditor", "sysadmin"}, p.Acts()
	flat := map[[2]string]bool{}
	for _, r := range roles {
		for _, a := range acts {
			_, flat[[2]string{r, a}] = p.Allows(r, a)
		}
	}
	yes := 0
	r := contest(t, "W5 right to act", "a map of pairs", 5, 20000, quick(func(i int) {
		if _, ok := p.Allows(roles[i%4], acts[i%len(acts)]); ok {
			yes++
		}
	}), quick(func(i int) {
		if flat[[2]string{roles[i%4], acts[i%len(acts)]}] {
			yes++
		}
	}))
	r.cpu(time.Microsecond)
	return r
}

// due measures W7: what has passed among all that runs.
func due(t *testing.T, p *province, on workflow.Day, goal float64) result {
	stmt, err := readers(t, p.path).Prepare("SELECT body FROM cases WHERE due <> '' AND due < ? ORDER BY due, id LIMIT 200")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	r := contest(t, "", "partial index, rows as nouns", goal, 50, each(func(int) error {
		list, err := p.st.Cases(ctx, workflow.CaseQuery{DueBy: on, Limit: 200})
		n = len(list)
		return err
	}), each(func(int) error { return nouns[workflow.Case](stmt, on.String()) }))
	r.load = fmt.Sprintf("W7 first %d due of %d systems", n, p.systems)
	return r
}

// started measures W6: from the start of the program to its first answer.
func started(t *testing.T, p *province) result {
	var took []string
	ours := each(func(int) error {
		one, err := serves(t, p)
		took = append(took, one)
		return err
	})
	bare := each(func(int) error { return exec.Command(program(t), "help").Run() })
	r := contest(t, fmt.Sprintf("W6 start to first answer (%d systems)", p.systems), "the program's help", 0, 1, ours, bare)
	r.note = "after the first answer: " + took[len(took)-1]
	r.within(50, 150*time.Millisecond)
	info, err := os.Stat(program(t))
	if err != nil {
		t.Fatal(err)
	}
	r.size("the program's file", int(info.Size()/1e6), 40, "MB")
	return r
}

// overHTTP measures W4 through the door of the program: session, rights, JSON.
func overHTTP(t *testing.T, p *province) result {
	cmd, base, err := serving(t, p)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = errors.Join(cmd.Process.Kill(), cmd.Wait()) }()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	client := &http.Client{Jar: jar}
	answered := func(a *http.Response, err error) error {
		if err != nil {
			return err
		}
		_, err = io.Copy(io.Discard, a.Body)
		if a.StatusCode != http.StatusOK {
			err = errors.Join(err, errors.New(a.Status))
		}
		return errors.Join(err, a.Body.Close())
	}
	if err := answered(client.Post(base+"/api/v1/session", "application/json", strings.NewReader(`{"login":"giang","password":"capdo-tinh-mau"}`))); err != nil {
		t.Fatal(err)
	}
	r := contest(t, fmt.Sprintf("W4 page of 50 by name over HTTP (%d systems)", p.systems), "the same without a door", 0, 100,
		each(func(int) error { return answered(client.Get(base + "/api/v1/systems?sort=name&limit=50")) }),
		each(func(int) error {
			_, err := p.svc.ListSystems(ctx, "giang", workflow.SystemQuery{Sort: workflow.ByName, Limit: 50})
			return err
		}))
	r.within(50, time.Millisecond)
	r.within(99, 10*time.Millisecond)
	return r
}

// serves starts the program, waits for its first answer and ends it; it tells
// what the program took until then.
func serves(t *testing.T, p *province) (took string, err error) {
	cmd, base, err := serving(t, p)
	if err != nil {
		return "", err
	}
	defer func() { _ = errors.Join(cmd.Process.Kill(), cmd.Wait()) }() // what it takes to stop is not asked here
	a, err := http.Get(base + "/healthz")
	if err == nil {
		err = a.Body.Close()
	}
	if err != nil {
		return "", err
	}
	return tookOf(cmd.Process.Pid)
}

// serving starts the program and waits until it tells its address.
func serving(t *testing.T, p *province) (cmd *exec.Cmd, base string, err error) {
	cmd = exec.Command(program(t), "serve", "--db", p.path, "--addr", "127.0.0.1:0")
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		return nil, "", err
	}
	for lines := bufio.NewScanner(out); lines.Scan(); {
		_, rest, here := strings.Cut(lines.Text(), "http://")
		if !here {
			continue
		}
		go func() { _, _ = io.Copy(io.Discard, out) }() // a demo lists everybody's sign-in
		return cmd, "http://" + strings.Trim(strings.Fields(rest)[0], "/."), nil
	}
	return nil, "", errors.Join(errors.New("the program says no address"), cmd.Process.Kill(), cmd.Wait())
}

// tookOf tells what a process has taken so far, as the kernel counts it.
func tookOf(pid int) (string, error) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	stat, fault := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err = errors.Join(err, fault); err != nil {
		return "", err
	}
	memory := ""
	for line := range strings.Lines(string(status)) {
		if name, value, _ := strings.Cut(line, ":"); slices.Contains([]string{"VmRSS", "RssFile"}, name) {
			memory += name + " " + strings.TrimSpace(value) + ", "
		}
	}
	fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
	user, err := strconv.Atoi(fields[11]) // utime and stime, in hundredths of a second
	system, fault := strconv.Atoi(fields[12])
	return fmt.Sprintf("%s%d ms of a processor", memory, 10*(user+system)), errors.Join(err, fault)
}
