package workflow

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
)

// print draws the numbers and prints every paper the step owes, outside any
// lock. Drafts bear no number.
func (s *Service) print(ctx context.Context, m *move) error {
	if len(m.step.Issues)+len(m.step.Drafts) == 0 {
		return nil
	}
	facts, err := s.facts(ctx, m)
	if err != nil {
		return err
	}
	typed := m.typedNo()
	for i, form := range m.step.Issues {
		if choice := m.f.text["paper"]; i == 0 && choice != "" {
			form = choice
		}
		numbered, err := s.issue(ctx, m, facts, form, typed)
		if err != nil {
			return err
		}
		if numbered {
			typed = ""
		}
		facts.cite(m, m.change.Papers[len(m.change.Papers)-1:]) // the next paper may refer to this one
	}
	if typed != "" {
		return invalid("no", "expect.unnumbered", typed)
	}
	for _, form := range m.step.Drafts {
		draft := facts
		draft.Form, draft.Draft, draft.Issuer = form, true, facts.Owner
		draft.Signatory, draft.Sign = m.snap.headOf(draft.Issuer.ID, m.day, ""), signOf(draft.Issuer)
		p, err := s.paper(ctx, m, draft)
		if err != nil {
			return err
		}
		m.change.Papers = append(m.change.Papers, p)
	}
	return nil
}

// typedNo is the number the document system gave; where the act's own `no` names
// an underlying paper it is none of ours.
func (m *move) typedNo() string {
	if m.shape.Fields["no"].Need {
		return ""
	}
	return m.f.text["no"]
}

// issue prints one paper under its number.
func (s *Service) issue(ctx context.Context, m *move, f PaperFacts, form, typed string) (bool, error) {
	f.Form = form
	code, err := s.Printer.Numbered(m.r.Key, form)
	if err != nil {
		return false, err
	}
	if code != "" {
		n, err := s.number(ctx, m, form, code, typed)
		if err != nil {
			return false, err
		}
		m.change.Numbers = append(m.change.Numbers, n.ID)
		f.Number = n.Text
	}
	if contains(m.step.Does, "decide") && m.c.Decided.No == "" {
		m.c.Decided.No, m.c.Decided.Paper = f.Number, m.paperID(form)
		for i := range m.change.Added {
			m.change.Added[i].No = f.Number
		}
	}
	p, err := s.paper(ctx, m, f)
	if err != nil {
		return false, err
	}
	m.change.Papers = append(m.change.Papers, p)
	return code != "", nil
}

func (m *move) paperID(form string) string {
	return m.c.ID + "." + itoa(int(m.c.Revision)) + "." + form
}

func (s *Service) number(ctx context.Context, m *move, form, code, typed string) (Number, error) {
	office := m.snap.Offices[m.office]
	ask := NumberAsk{ID: s.NewID("number"), Issuer: m.office, Year: m.date.Year(), Text: typed, Typed: typed != "",
		Case: m.c.ID, Order: m.c.Revision, Form: form, On: m.date, Person: m.who.ID}
	if office.Series == "per_type" {
		ask.Series = code
	}
	if typed == "" {
		if office.Symbol == "" {
			return Number{}, &Problem{Kind: Invalid, Key: "number.no_symbol", Fields: []Field{{"symbol", "expect.required", ""}}, Args: map[string]string{"office": office.Name}}
		}
		ask.Text = "%s/" + code + "-" + strings.ReplaceAll(office.Symbol, "%", "%%")
		if code == "-" {
			ask.Text = "%s/" + strings.ReplaceAll(office.Symbol, "%", "%%")
		}
	}
	n, err := s.Store.Reserve(ctx, ask)
	if p, ok := ProblemOf(err); ok {
		p.Basis = m.r.Numbers
	}
	return n, err
}

func (s *Service) paper(ctx context.Context, m *move, f PaperFacts) (Paper, error) {
	out, err := s.Printer.Print(ctx, f)
	if err != nil {
		return Paper{}, err
	}
	sum := sha256.Sum256(out.PDF)
	p := Paper{Form: f.Form, Regime: f.Regime, Version: f.Version, Issuer: f.Issuer.ID, Number: f.Number, Date: f.Date,
		Draft: f.Draft, SHA256: hex.EncodeToString(sum[:]), Size: len(out.PDF), Text: out.Text, PDF: out.PDF, Facts: f,
		Case: m.c.ID, System: m.sys.ID, Order: m.c.Revision, ID: m.paperID(f.Form)}
	if f.Draft {
		p.ID += ".draft"
	}
	return p, nil
}

// facts gathers all a form of this step may print.
func (s *Service) facts(ctx context.Context, m *move) (PaperFacts, error) {
	earlier, err := s.Store.Papers(ctx, m.c.ID)
	if err != nil {
		return PaperFacts{}, fmt.Errorf("workflow: papers of case %s: %w", m.c.ID, err)
	}
	f := m.caseFacts()
	if s.Demo {
		f.DemoDay = m.day
	}
	f.cite(m, earlier)
	return f, nil
}

func (m *move) caseFacts() PaperFacts {
	who, e, sys := m.parties(), m.c.Present(), m.sys
	v := m.verdict()
	f := PaperFacts{Regime: m.r.Key, RegimeTitle: m.r.Title, Standard: m.r.Standard, Date: m.date, Version: m.c.Version,
		Issuer: m.snap.facts(m.office, who.owner()), Signatory: m.snap.headOf(m.office, m.day, m.who.ID), System: sys.Name,
		Owner: m.snap.facts(who.owner(), ""), Operator: m.snap.facts(who.operator(), who.owner()),
		SDU: m.snap.facts(sys.SDU, who.owner()), Appraiser: m.snap.facts(who.appraiser(m.c), who.owner()),
		Level: m.c.Level, Implied: v.Level, Again: m.c.Again, Track: m.c.Track, Reasons: v.Reasons, Flags: m.flags(),
		Design: e.Design, Originals: e.Originals, Copies: e.Copies, Conclusion: e.Conclusion, Received: e.Received,
		Due: m.c.Due, Reason: m.f.text["reason"], Override: e.Override, Reasoning: e.Reasoning, Points: e.Asked, Answers: e.Answers,
		Text: m.f.text["text"], From: m.f.days["from"], To2: m.f.days["to"], Notice: m.f.text["notice_no"], Weaknesses: m.f.text["weaknesses"],
		Field: m.f.text["field"], Was: m.f.text["was"], Now: m.f.text["now"], Actor: m.who.Name}
	f.Sign = signOf(f.Issuer)
	f.Address = sys.Address
	if f.Address == "" {
		f.Address = m.snap.Offices[who.operator()].Address
	}
	kind := "request"
	if contains(m.step.Does, "decide") || contains(m.step.Does, "correct") || len(m.step.Drafts) > 0 {
		kind = "decision"
	}
	f.Bases = m.r.Bases(kind, m.date)
	for n := range e.Components {
		f.Components = append(f.Components, n)
	}
	slices.Sort(f.Components)
	for _, id := range who.operators() {
		f.Operators = append(f.Operators, m.snap.facts(id, who.owner()))
	}
	f.To = m.addressees(f)
	f.appraiser(m)
	return f
}

func (f *PaperFacts) appraiser(m *move) {
	if a := m.c.Appraiser; a != nil {
		f.Assigned = &CitedPaper{No: a.No, Date: a.Date, Issuer: f.Owner.Name}
		for _, id := range a.Members {
			f.Council = append(f.Council, m.snap.person(id).Name)
		}
	}
	if d := m.c.Decided; d != nil && d.QuyChe != "" {
		f.QuyChe = &CitedPaper{No: d.QuyChe, Date: d.QuyCheDate, Issuer: f.Operator.Name}
	}
	if h := m.c.Hold; h != nil && h.ProjectNo != "" {
		f.Project = &CitedPaper{No: h.ProjectNo, Date: h.ProjectDate}
	}
}

// addressees names who a paper of the step goes to: upward from the operator,
// otherwise to the operator, and reports to the owner.
func (m *move) addressees(f PaperFacts) []OfficeFacts {
	if contains(m.step.Does, "report") {
		return []OfficeFacts{f.Owner}
	}
	if m.who.ID == clockPerson {
		return []OfficeFacts{m.snap.facts(m.holder(), f.Owner.ID)}
	}
	if m.book.Roles[m.role].Capacity != "operator" {
		return []OfficeFacts{f.Operator}
	}
	if m.p.States[m.c.State].Holder == "owner" || m.p.States[m.from].Holder == "owner" {
		return []OfficeFacts{f.Owner}
	}
	return []OfficeFacts{f.SDU}
}

// cite finds the papers of this version that later ones refer to.
func (f *PaperFacts) cite(m *move, earlier []Paper) {
	for _, p := range earlier {
		if p.Draft {
			continue
		}
		c := &CitedPaper{No: p.Number, Date: p.Date, Issuer: m.snap.Offices[p.Issuer].Name}
		switch p.Form {
		case "form-01", "form-02":
			f.Request = c
		case "form-04", "appraisal-minutes":
			f.Opinion = c
		case "form-05":
			f.Submission = c
		case "form-06":
			f.Decision = c
		}
	}
}

// facts prints an office; place falls back to the bodies above it and then to
// the owner's.
func (s *Snapshot) facts(id, owner string) OfficeFacts {
	o := s.Offices[id]
	f := OfficeFacts{ID: id, Name: o.Name, Parent: s.Offices[o.Under].Name, Place: o.Place, Symbol: o.Symbol, Address: o.Address, Title: o.Title, Mark: o.Mark}
	for up, n := o.Under, 0; f.Place == "" && up != "" && n < 32; n++ {
		f.Place, up = s.Offices[up].Place, s.Offices[up].Under
	}
	if f.Place == "" {
		f.Place = s.Offices[owner].Place
	}
	return f
}

func (s *Snapshot) person(id string) Person {
	for _, p := range s.People {
		if p.ID == id {
			return p
		}
	}
	return Person{}
}

// signOf is how the head of an office signs in own right or for a collective body.
func signOf(o OfficeFacts) SignFacts { return SignFacts{First: o.Mark, Second: o.Title} }

// headOf names the head of an office on a day: the actor when he is one.
func (s *Snapshot) headOf(office string, on Day, actor string) string {
	name := ""
	for _, p := range s.People {
		head := slices.ContainsFunc(p.Grants, func(g Grant) bool {
			return g.Office == office && strings.HasSuffix(g.Role, "_head") && g.On(on)
		})
		if head && (name == "" || p.ID == actor) {
			name = p.Name
		}
	}
	return name
}
