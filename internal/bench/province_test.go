//go:build bench

package bench

import (
	"context"
	"encoding/json"
	"fmt"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"capdo/internal/press"
	"capdo/internal/store"
	"capdo/policies"
	"capdo/templates"
	"capdo/workflow"
	"capdo/workflow/regime"
)

var ctx = context.Background()

// today is the day of the demo province whose rows are multiplied.
var today = regime.NewDay(2022, time.January, 19)

// program is the built program: it plays the demo province and is started by W6.
func program(t *testing.T) string {
	t.Helper()
	bin, err := filepath.Abs("../../bin/capdo")
	if err != nil {
		t.Fatal(err)
	}
	return bin
}

// province is a database with many systems, their dossiers and registers: rows
// that the program itself wrote for the demo province, multiplied.
type province struct {
	path    string
	st      *store.Store
	svc     *workflow.Service
	running []*workflow.Case // one of each state, as the demo left it
	systems int
}

// grown makes a province of so many systems, with an office for every hundred and
// five people an office.
func grown(t *testing.T, systems int) *province {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "p")
	if out, err := exec.Command(program(t), "demo", "--out", dir).CombinedOutput(); err != nil {
		t.Fatalf("%v: build the program first (make bench does)\n%s", err, out)
	}
	p := opened(t, filepath.Join(dir, "capdo.db"))
	p.systems = systems
	if err := p.multiply(systems); err != nil {
		t.Fatal(err)
	}
	return p
}

// opened joins the service over a database.
func opened(t *testing.T, db string) *province {
	t.Helper()
	st, err := store.Open(ctx, db, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := st.Close(); err != nil {
			t.Error(err)
		}
	})
	n := 0
	return &province{path: db, st: st, svc: workflow.New(workflow.Config{Book: book(t), Store: st, Rights: rights(t), Printer: printer(t), Demo: true,
		Clock: func() time.Time { return today.Start().Add(9 * time.Hour) }, NewID: func(kind string) string { n++; return fmt.Sprint(kind, "-", n) }})}
}

func book(t *testing.T) *regime.Book {
	b, err := regime.Open()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func rights(t *testing.T) *policies.Policies {
	p, err := policies.Open()
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func printer(t *testing.T) *press.Press {
	words, err := templates.Open()
	if err != nil {
		t.Fatal(err)
	}
	return press.New(words)
}

// copied is a noun that shares nothing with another.
func copied[T any](v T) (out T) {
	b, err := json.Marshal(v)
	if err == nil {
		err = json.Unmarshal(b, &out)
	}
	if err != nil {
		panic(err)
	}
	return out
}

const perOffice, perImport = 100, 2000

func officeOf(i int) string { return fmt.Sprintf("x-%05d", i/perOffice) }

// multiply writes the systems of the demo again and again under new ids and
// names, each with its dossier, checks and row of the register.
func (p *province) multiply(systems int) error {
	list, err := p.st.Systems(ctx, workflow.SystemQuery{Limit: 1000})
	if err != nil {
		return err
	}
	cases, err := p.st.Cases(ctx, workflow.CaseQuery{Limit: 1000})
	if err != nil {
		return err
	}
	entries, err := p.st.Register(ctx, "ubnd", today)
	if err != nil {
		return err
	}
	for _, c := range cases {
		if c.Stage == "preparing" || c.Stage == "appraising" || c.Stage == "approving" {
			p.running = append(p.running, c)
		}
	}
	if err := p.staff(systems); err != nil {
		return err
	}
	for from := 0; from < systems; from += perImport {
		in := &workflow.Intake{Event: workflow.Event{Act: "import", Office: "ubnd", Person: "quan-tri", On: today}}
		for i := from; i < min(from+perImport, systems); i++ {
			add(in, i, list[i%len(list)], cases, entries)
		}
		if err := p.st.Import(ctx, in); err != nil {
			return err
		}
	}
	return nil
}

// staff adds offices and people.
func (p *province) staff(systems int) error {
	in := &workflow.Intake{Event: workflow.Event{Act: "import", Office: "ubnd", Person: "quan-tri", On: today}}
	offices := max(systems/perOffice, 1)
	for i := range offices {
		in.Offices = append(in.Offices, workflow.Office{ID: officeOf(i * perOffice), Name: fmt.Sprintf("Phòng Văn hóa xã số %d", i), Under: "ubnd", Symbol: "VH", Title: "TRƯỞNG PHÒNG"})
	}
	if err := p.st.Import(ctx, in); err != nil {
		return err
	}
	ch := &workflow.Change{Event: workflow.Event{Act: "grant", Office: "ubnd", Person: "quan-tri", On: today}}
	for i := range offices * 5 {
		role := []string{"operator_officer", "operator_head", "operator_officer", "operator_officer", "auditor"}[i%5]
		ch.People = append(ch.People, workflow.PersonChanged{Person: workflow.Person{ID: fmt.Sprintf("p-%05d", i), Name: fmt.Sprintf("Nguyễn Văn %d", i),
			Grants: []workflow.Grant{{Office: officeOf(i / 5 * perOffice), Role: role}}, Revision: 1}})
	}
	return p.st.Keep(ctx, ch)
}

// add writes one system with what belongs to it.
func add(in *workflow.Intake, i int, like *workflow.System, cases []*workflow.Case, entries []workflow.RegisterEntry) {
	sys := copied(like)
	sys.ID, sys.Name, sys.Operators = fmt.Sprintf("s-%07d", i), fmt.Sprintf("%s số %d", like.Name, i), []string{officeOf(i)}
	in.Systems = append(in.Systems, sys)
	for _, c := range cases {
		if c.System != like.ID {
			continue
		}
		c = copied(c)
		c.ID, c.System, c.Revision = fmt.Sprintf("k-%07d-%s", i, c.ID), sys.ID, 1
		if d := c.Due; d != nil {
			d.Day = today.AddDays(1 + i%60) // nothing is overdue at the start
		}
		in.Checks = append(in.Checks, c)
	}
	at := slices.IndexFunc(entries, func(e workflow.RegisterEntry) bool { return e.System == like.ID })
	if at < 0 {
		return
	}
	e := entries[at]
	e.ID, e.System, e.SystemName, e.Operator, e.Case, e.Order = fmt.Sprintf("e-%07d", i), sys.ID, sys.Name, sys.Operators[0], "", 1000+i
	sys.Decision = e.ID
	in.Entries = append(in.Entries, e)
}
