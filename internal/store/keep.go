package store

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"strings"

	"capdo/internal/chain"
	"capdo/workflow"
)

func decode(js string, into any) error { return json.Unmarshal([]byte(js), into) }

// Keep writes a change in one transaction, or nothing: each row over the revision
// that the step was decided on, and each case only to where the events of the
// change lead it.
func (s *Store) Keep(ctx context.Context, ch *workflow.Change) error {
	for _, c := range casesOf(ch) {
		if _, err := ch.Led(c.Case); err != nil {
			return err
		}
	}
	return s.put(ctx, func(p *plan) {
		for _, do := range []func(*plan, *workflow.Change){keepCases, keepSystems, keepOffices, keepPeople, keepSheets, keepRegister, keepPapers, keepReports, keepContent, keepRest} {
			do(p, ch)
		}
	})
}

// keepCases writes the cases in the order of their ids, so that two steps over
// the same cases wait for each other and not in a circle.
func keepCases(p *plan, ch *workflow.Change) {
	for _, c := range casesOf(ch) {
		from, _ := ch.Led(c.Case) // asked by Keep
		caseRow(c.Case).over(p, c.Was, "state", from)
	}
}

func casesOf(ch *workflow.Change) []workflow.CaseChanged {
	cases := slices.Clone(ch.Also)
	if ch.Case != nil {
		cases = append(cases, workflow.CaseChanged{Case: ch.Case, Was: ch.CaseWas})
	}
	slices.SortFunc(cases, func(a, b workflow.CaseChanged) int { return strings.Compare(a.Case.ID, b.Case.ID) })
	return cases
}

// keepSystem writes the system, or only asks that it is still what the step was
// decided on, and that it stays so.
func keepSystem(p *plan, ch *workflow.Change) {
	switch {
	case ch.System != nil && ch.SystemWas == workflow.NewSystem:
		systemRow(ch.System).add(p)
	case ch.System != nil:
		systemRow(ch.System).change(p, ch.SystemWas)
	case ch.SystemID != "":
		o := p.do("SELECT revision FROM systems WHERE id = ? AND revision = ?"+p.say.share, ch.SystemID, ch.SystemWas)
		o.asks = func([]any) error { return nil }
		o.one()
	}
}

// keepSystems writes the system and the others of a dossier that speaks of
// several, in the order of their ids, as keepCases does.
func keepSystems(p *plan, ch *workflow.Change) {
	own, mine := false, ch.SystemID
	if ch.System != nil {
		mine = ch.System.ID
	}
	joined := slices.Clone(ch.Joined)
	slices.SortFunc(joined, func(a, b *workflow.System) int { return strings.Compare(a.ID, b.ID) })
	for _, sys := range joined {
		if !own && mine < sys.ID {
			own = true
			keepSystem(p, ch)
		}
		systemRow(sys).change(p, sys.Revision-1)
	}
	if !own {
		keepSystem(p, ch)
	}
}

func keepOffices(p *plan, ch *workflow.Change) {
	for _, o := range ch.Offices {
		officeRow(o.Office).over(p, o.Was)
	}
}

func officeRow(o workflow.Office) row {
	return row{"offices", []string{"id", "revision", "body"}, []any{o.ID, o.Revision, text(o)}}
}

// foundCase are the columns of a case that are found again from its body.
func foundCase(c *workflow.Case) (cols []string, vals []any) {
	appraiser, performer, council := "", "", ""
	if a := c.Appraiser; a != nil {
		appraiser, council = a.Office, between(a.Members)
	}
	if c.Inspection != nil {
		performer = c.Inspection.Performer
	}
	return []string{"appraiser", "performer", "council", "opened", "deadline", "soon", "marks"},
		[]any{appraiser, performer, council, cmp.Or(c.Opened.String(), "-"), c.Deadline().String(), c.CheckBy().String(), len(c.Marks)}
}

func caseRow(c *workflow.Case) row {
	cols, vals := foundCase(c)
	return row{"cases", append([]string{"id", "kind", "system", "owner", "state", "stage", "due", "revision", "body"}, cols...),
		append([]any{c.ID, c.Kind, c.System, c.Owner, c.State, c.Stage, c.NextClock().String(), c.Revision, text(c)}, vals...)}
}

func keepRegister(p *plan, ch *workflow.Change) {
	for _, e := range ch.Ended {
		p.seal("register_entries", "UPDATE register_entries SET until = ?, body = ? WHERE id = ?", e.To.String(), text(e), e.ID)
	}
	addEntries(p, ch.Added)
}

func addEntries(p *plan, list []workflow.RegisterEntry) {
	for _, e := range list {
		p.seal("register_entries", "INSERT INTO register_entries (seq, id, owner, system, since, until, place, body) VALUES ("+p.say.next("register_entries", "seq")+", ?, ?, ?, ?, ?, ?, ?)",
			e.ID, e.Owner, e.System, e.From.String(), e.To.String(), place(e), text(e))
		if e.To.IsZero() {
			p.do("UPDATE systems SET meets = ? WHERE id = ? AND meets <> ?", e.Meets, e.System, e.Meets)
		}
	}
}

// place puts imported rows in the order of their list, before what came later.
func place(e workflow.RegisterEntry) int {
	if e.Order > 0 {
		return e.Order
	}
	return 1 << 40
}

func keepPapers(p *plan, ch *workflow.Change) {
	for _, paper := range ch.Papers {
		addPaper(p, paper)
	}
	for _, id := range ch.Numbers {
		p.seal("numbers", "UPDATE numbers SET state = ? WHERE id = ? AND state = ?", string(workflow.Used), id, string(workflow.Reserved)).one()
	}
}

// addPaper writes a paper, and what it is found by from outside where it carries a code.
func addPaper(p *plan, paper workflow.Paper) {
	o := p.seal("papers", "INSERT INTO papers (id, seq, case_id, system, office, body, facts, text, pdf) VALUES (?, "+p.say.next("papers", "seq")+", ?, ?, ?, ?, ?, ?, ?)",
		paper.ID, paper.Case, paper.System, paper.Office, text(paper), text(paper.Facts), paper.Text, paper.PDF)
	o.sum = chain.Sum(paper.PDF)
	if k, ok := workflow.ProofOf(paper); ok {
		p.seal("codes", "INSERT INTO codes (hash, paper, form, case_id, system, issuer, number, dated, level, sha256) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
			k.Hash, k.Paper, k.Form, k.Case, k.System, k.Issuer, k.Number, k.Date.String(), k.Level, k.SHA256)
	}
}

func keepRest(p *plan, ch *workflow.Change) {
	if ch.Key != "" {
		p.do("INSERT INTO requests (key, outcome) VALUES (?, ?)", ch.Key, ch.Outcome).taken(stale())
	}
	for _, e := range append([]workflow.Event{ch.Event}, ch.Events...) {
		addEvent(p, e)
	}
}

// addEvent adds a line to the history; where it cannot be written, the step does
// not happen.
func addEvent(p *plan, e workflow.Event) {
	o := p.seal("events", "INSERT INTO events (case_id, system, office, act, body) VALUES (?, ?, ?, ?, ?)", e.Case, e.System, e.Office, e.Act, text(e))
	o.subject, o.means = subjectOf(e.Case, e.System, e.Office), unsealed
}

// Note adds a refusal to the history.
func (s *Store) Note(ctx context.Context, e workflow.Event) error {
	return s.put(ctx, func(p *plan) { addEvent(p, e) })
}

// Import adds an old register in one transaction.
func (s *Store) Import(ctx context.Context, in *workflow.Intake) error {
	return s.put(ctx, func(p *plan) {
		for _, o := range in.Offices {
			officeRow(o).put(p)
		}
		for _, sys := range in.Systems {
			systemRow(sys).add(p)
		}
		for _, c := range in.Checks {
			caseRow(c).over(p, c.Revision-1)
		}
		addEntries(p, in.Entries)
		addEvent(p, in.Event)
	})
}
