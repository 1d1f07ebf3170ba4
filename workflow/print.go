package workflow

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"capdo/workflow/regime"
)

// print draws the numbers and prints every paper the step owes, outside any
// lock. Drafts bear no number.
func (s *Service) print(ctx context.Context, m *move) error {
	facts, err := s.facts(ctx, m)
	if err != nil {
		return err
	}
	bears, err := s.bears(m)
	if err != nil {
		return err
	}
	for _, o := range m.owed {
		for i, form := range m.forms(o.step) {
			no := ""
			if !o.again && i == bears {
				no = m.typedNo()
			}
			if err := s.issue(ctx, m, facts, form, no); err != nil {
				return err
			}
			facts.cite(m, m.change.Papers[len(m.change.Papers)-1:]) // the next paper may refer to this one
		}
		if err := s.beside(ctx, m, facts, o.step); err != nil {
			return err
		}
	}
	return nil
}

// forms are those a step issues, the first one as the act chose it.
func (m *move) forms(step *regime.Step) []string {
	out := slices.Clone(step.Issues)
	if choice := m.f.text["paper"]; choice != "" && len(out) > 0 {
		out[0] = choice
	}
	return out
}

// bears tells which paper of the act bears the number typed with it: the first
// numbered one, else the first.
func (s *Service) bears(m *move) (int, error) {
	for i, form := range m.forms(m.step) {
		if code, err := s.Printer.Numbered(m.r.Key, form); code != "" || err != nil {
			return i, err
		}
	}
	return 0, nil
}

// beside prints what bears no number of ours: papers of outside bodies as they
// were received, and drafts of what is to come.
func (s *Service) beside(ctx context.Context, m *move, facts PaperFacts, step *regime.Step) error {
	for _, form := range step.Records {
		if err := s.record(ctx, m, facts, form); err != nil {
			return err
		}
	}
	for _, form := range step.Drafts {
		draft := facts
		draft.Form, draft.Draft, draft.Issuer = form, true, facts.Owner
		draft.Signatory, draft.Sign = m.snap.headOf(draft.Issuer.ID, m.day, ""), m.sign(draft.Issuer)
		p, err := s.paper(ctx, m, draft)
		if err != nil {
			return err
		}
		m.change.Papers = append(m.change.Papers, p)
	}
	return nil
}

// formRecord is the form that notes a paper of an outside body.
const formRecord = "outside-record"

// record keeps a paper of an outside body under its own number and day.
func (s *Service) record(ctx context.Context, m *move, f PaperFacts, form string) error {
	by := m.facts(m.f.text["by"])
	f.Form, f.Outside = formRecord, &OutsideFacts{Form: form, By: by, No: m.f.text["no"], Date: m.f.days["date"]}
	if k := m.c.Present().Conclusion; k != nil && slices.Contains(m.step.Does, "record_opinion") {
		f.Outside.Fit = k.Fit
		for _, id := range k.Coordinating {
			f.Outside.Coordinating = append(f.Outside.Coordinating, m.facts(id))
		}
	}
	p, err := s.paper(ctx, m, f)
	if err != nil {
		return err
	}
	p.Form, p.ID, p.Issuer, p.Number, p.Date = form, m.paperID(form), by.ID, f.Outside.No, f.Outside.Date
	m.change.Papers = append(m.change.Papers, p)
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

// issue prints one paper under its number; a slip bears one only when the
// document system gave it one.
func (s *Service) issue(ctx context.Context, m *move, f PaperFacts, form, typed string) error {
	f.Form = form
	code, err := s.Printer.Numbered(m.r.Key, form)
	if err != nil {
		return err
	}
	if code != "" || typed != "" {
		n, err := s.number(ctx, m, form, code, typed)
		if err != nil {
			return err
		}
		m.change.Numbers = append(m.change.Numbers, n.ID)
		f.Number = n.Text
	}
	if m.deciding() && m.c.Decided.No == "" {
		m.named(f.Number, form)
	}
	p, err := s.paper(ctx, m, f)
	if err != nil {
		return err
	}
	m.change.Papers = append(m.change.Papers, p)
	return nil
}

func (m *move) deciding() bool {
	return slices.Contains(m.step.Does, "decide") || slices.Contains(m.step.Does, "decide_plan")
}

// named gives the decision its number wherever the step wrote it down.
func (m *move) named(no, form string) {
	m.c.Decided.No, m.c.Decided.Paper = no, m.paperID(form)
	if slices.Contains(m.step.Does, "decide_plan") {
		return // the level stands by the list, under its own number
	}
	for i := range m.change.Added {
		m.change.Added[i].No = no
	}
	if isWaiting(m.c, m.sys) {
		m.sys.Pending.No = no
	}
}

func (m *move) paperID(form string) string {
	switch {
	case m.c != nil:
		return m.c.ID + "." + itoa(int(m.c.Revision)) + "." + form
	case m.snap.Office != "":
		return m.snap.Office + "." + itoa(int(m.snap.Offices[m.snap.Office].Revision+1)) + "." + form
	}
	return m.sys.ID + "." + itoa(int(m.sys.Revision)) + "." + form
}

func (s *Service) number(ctx context.Context, m *move, form, code, typed string) (Number, error) {
	office := m.snap.Offices[m.office].At(m.date)
	object, order := m.object()
	ask := NumberAsk{ID: s.NewID("number"), Issuer: m.office, Year: m.date.Year(), Text: typed, Typed: typed != "",
		Case: object, Order: order, Form: form, On: m.date, Person: m.who.ID}
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
	if err := s.prove(ctx, &f); err != nil {
		return Paper{}, err
	}
	p, err := s.printed(ctx, f)
	if err != nil {
		return Paper{}, err
	}
	p.System, p.Office, p.ID = m.sys.ID, m.snap.Office, m.paperID(f.Form)
	_, p.Order = m.object()
	if m.c != nil {
		p.Case = m.c.ID
	}
	if f.Draft {
		p.ID += ".draft"
	}
	return p, nil
}

// printed is a paper as the printer made it of its facts.
func (s *Service) printed(ctx context.Context, f PaperFacts) (Paper, error) {
	out, err := s.Printer.Print(ctx, f)
	if err != nil {
		return Paper{}, err
	}
	sum := sha256.Sum256(out.PDF)
	return Paper{Form: f.Form, Regime: f.Regime, Version: f.Version, Issuer: f.Issuer.ID, Number: f.Number, Date: f.Date,
		Draft: f.Draft, SHA256: hex.EncodeToString(sum[:]), Size: len(out.PDF), Text: out.Text, PDF: out.PDF, Facts: f}, nil
}

// object is what the step is on, with the revision it brings it to.
func (m *move) object() (id string, order int64) {
	switch {
	case m.c != nil:
		return m.c.ID, m.c.Revision
	case m.snap.Office != "":
		return m.snap.Office, m.snap.Offices[m.snap.Office].Revision + 1
	}
	return m.sys.ID, m.snap.System.Revision + 1
}

// facts gathers all a form of this step may print.
func (s *Service) facts(ctx context.Context, m *move) (PaperFacts, error) {
	f := m.baseFacts()
	if s.Demo {
		f.DemoDay = m.day
	}
	if len(m.change.Reports) > 0 {
		return f, s.reportPaper(ctx, m, &f)
	}
	if m.c == nil {
		return f, nil
	}
	m.caseFacts(&f)
	earlier, err := s.Store.Papers(ctx, PaperQuery{Case: m.c.ID})
	if err != nil {
		return PaperFacts{}, fmt.Errorf("workflow: papers of case %s: %w", m.c.ID, err)
	}
	f.cite(m, earlier)
	if m.c.Inspection != nil {
		m.checkFacts(&f)
	}
	return f, nil
}

// baseFacts are those of any step: who, for whom, on what system, by what texts.
func (m *move) baseFacts() PaperFacts {
	who, sys := m.parties(), m.sys
	f := PaperFacts{Regime: m.r.Key, RegimeTitle: m.r.Title, Standard: m.r.Standard, Date: m.date, Version: 1, Level: sys.Level,
		Issuer: m.facts(m.office), Signatory: m.snap.headOf(m.office, m.day, m.who.ID), System: sys.Name,
		Owner: m.facts(who.owner()), Operator: m.facts(who.operator()), SDU: m.facts(who.sdu()), Actor: m.who.Name,
		Reason: m.f.text["reason"], Text: m.f.text["text"], From: m.f.days["from"], To2: m.f.days["to"], Notice: m.f.text["notice_no"],
		Weaknesses: m.f.text["weaknesses"], Field: m.f.text["field"], Was: m.f.text["was"], Now: m.f.text["now"],
		EndPlan: sys.EndPlan, WipeMinutes: m.f.text["wipe_minutes"], Result: m.f.text["result"]}
	f.Sign = m.sign(f.Issuer)
	if m.by != nil {
		f.Delegated = &CitedPaper{No: m.by.No, Date: m.by.Date, Issuer: f.Owner.Name}
	}
	f.Address = sys.Address
	if f.Address == "" {
		f.Address = m.snap.Offices[who.operator()].At(m.date).Address
	}
	kind := "request"
	if m.deciding() || slices.Contains(m.step.Does, "correct") || len(m.step.Drafts) > 0 || m.c == nil || m.c.Kind == KindCheck {
		kind = "decision"
	}
	f.Bases = m.r.Bases(kind, m.date)
	for _, id := range who.operators() {
		f.Operators = append(f.Operators, m.facts(id))
	}
	if e := m.snap.Entry; e != nil {
		f.OldLevel, f.Ended = e.Level, &CitedPaper{No: e.No, Date: e.Decided.Last(), Issuer: m.snap.Offices[e.By].At(e.Decided.Last()).Name}
	}
	if m.snap.Office != "" {
		m.mandateFacts(&f)
	}
	f.To = m.addressees(f)
	return f
}

// mandateFacts are those of a designation or a delegation.
func (m *move) mandateFacts(f *PaperFacts) {
	to := m.f.text["to"] + m.f.text["sdu"]
	f.Mandate = &MandateFacts{To: m.facts(to), No: m.f.text["no"], Date: m.f.days["date"], Duties: m.f.text["duties"], Until: m.f.days["until"], From: m.f.days["from"]}
	if f.Mandate.From.IsZero() {
		f.Mandate.From = m.day
	}
	for _, id := range m.f.lists["scope"] {
		f.Mandate.Systems = append(f.Mandate.Systems, m.snap.Named[id].Name)
	}
}

// caseFacts are those of the case and its present version.
func (m *move) caseFacts(f *PaperFacts) {
	e, v := m.c.Present(), m.verdict()
	f.Version, f.Appraiser, f.Again, f.Track = m.c.Version, m.facts(m.parties().appraiser(m.c)), m.c.Again, m.c.Track
	f.Level, f.Implied, f.Reasons, f.Flags = m.c.Level, v.Level, v.Reasons, m.flags()
	f.Design, f.Originals, f.Copies, f.Conclusion, f.Received = e.Design, e.Originals, e.Copies, e.Conclusion, e.Received
	f.Override, f.Reasoning, f.Points, f.Answers, f.Extra, f.Risk = e.Override, e.Reasoning, e.Asked, e.Answers, m.extra(e), e.Risk
	f.Due = m.c.Due
	if m.passing != nil {
		f.Due = m.passing
	}
	if f.Due != nil {
		if d := m.r.Deadlines[f.Due.Rule]; d != nil {
			f.DueName = d.Name
		}
	}
	for n := range e.Components {
		f.Components = append(f.Components, n)
	}
	slices.Sort(f.Components)
	if o := m.c.Opinion; o != nil {
		f.Expert = &ExpertFacts{Level: o.Level, Plan: o.Plan, Text: o.Text, On: o.On}
	}
	f.ListAsked = m.c.ListAsked
	m.jointFacts(f)
	if l := m.c.Listing; l != nil {
		f.Listing = &CitedPaper{No: l.No, Date: l.Date, Issuer: m.snap.Offices[l.By].At(l.Date).Name}
	}
	if t := m.c.Trigger; t != nil {
		f.Trigger = t.Code
		if f.Reason == "" {
			f.Reason = t.Reason
		}
		f.Replaces, f.OldLevel = f.Ended, t.OldLevel
	}
	f.To = m.addressees(*f)
	f.appraiser(m)
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
	switch {
	case m.c == nil:
		return append([]OfficeFacts{}, f.Operators...)
	case slices.Contains(m.step.Does, "report"):
		return []OfficeFacts{f.Owner}
	case m.c.Kind == KindCheck:
		return m.inspected(f)
	case m.who.ID == clockPerson:
		return []OfficeFacts{m.facts(m.holder())}
	}
	holders := []string{m.p.States[m.c.State].Holder, m.p.States[m.from].Holder}
	switch capacity := m.book.Roles[m.role].Capacity; {
	case capacity == "owner" && centrally(m.p) && f.Appraiser.ID != "" && m.p.States[m.c.State].Holder == "appraiser":
		return []OfficeFacts{f.Appraiser}
	case capacity != "operator":
		return []OfficeFacts{f.Operator}
	case slices.Contains(holders, "owner") || m.c.Hands == "owner":
		return []OfficeFacts{f.Owner}
	}
	return []OfficeFacts{f.SDU}
}

// inspected is who papers of a check go to: the body inspected, or from it the
// one that ordered the check.
func (m *move) inspected(f PaperFacts) []OfficeFacts {
	if k := m.c.Inspection; m.book.Roles[m.role].Capacity == "operator" && k.Decider != "" {
		return []OfficeFacts{m.facts(k.Decider)}
	}
	if f.Operator.ID == "" {
		return []OfficeFacts{f.Owner}
	}
	return []OfficeFacts{f.Operator}
}

// checkFacts are those of a check.
func (m *move) checkFacts(f *PaperFacts) {
	k := m.c.Inspection
	c := &CheckFacts{Kind: k.Kind, Rule: k.Rule, DueDay: k.NextDue, Organisation: m.c.System == "", Scope: k.Scope, From: k.From, To: k.To,
		Performer: m.facts(k.Performer), Quality: k.Quality, Contents: k.Contents, Inspected: f.Operator, Started: k.Started, Finished: k.Finished,
		Comment: k.Comment, Silent: k.Silent}
	if c.Organisation {
		c.Inspected = f.Owner
	}
	for _, id := range k.Systems {
		name := id
		if id == m.sys.ID {
			name = m.sys.Name
		} else if sys := m.snap.Named[id]; sys != nil {
			name = sys.Name
		}
		c.Systems = append(c.Systems, name)
	}
	for _, id := range k.Coordinating {
		c.Coordinating = append(c.Coordinating, m.facts(id))
	}
	for _, id := range k.Sent {
		c.Sent = append(c.Sent, m.facts(id))
	}
	for i, x := range k.Findings {
		one := FindingFacts{N: i + 1, ID: x.ID, Text: x.Text, Severity: x.Severity, Due: x.Due, WrongLevel: x.WrongLevel, Evidence: x.Evidence, Closed: x.Closed}
		if n := len(x.Notes); n > 0 {
			one.Note = x.Notes[n-1].Text
		}
		c.Findings = append(c.Findings, one)
	}
	for _, also := range m.change.Also {
		if also.Case.Kind == KindCheck && also.Case.Inspection.Kind == "periodic" {
			c.NextDue = also.Case.Inspection.NextDue
		}
	}
	c.Plan, c.Decision = f.Submission, f.Decision
	f.Check = c
}

// cite finds the papers of this version that later ones refer to.
func (f *PaperFacts) cite(m *move, earlier []Paper) {
	for _, p := range earlier {
		if p.Draft {
			continue
		}
		c := &CitedPaper{No: p.Number, Date: p.Date, Issuer: m.snap.Offices[p.Issuer].At(p.Date).Name}
		switch p.Form {
		case "form-01", "form-02":
			f.Request = c
		case "form-04", "appraisal-minutes":
			f.Opinion = c
		case "form-05", "inspection-plan":
			f.Submission = c
		case "form-06", "form-07", "inspection-decision":
			f.Decision = c
		}
	}
}

func (m *move) facts(id string) OfficeFacts { return m.snap.facts(id, m.parties().owner(), m.date) }

// facts prints an office as it was on a day; place falls back to the bodies
// above it and then to the owner's.
func (s *Snapshot) facts(id, owner string, on Day) OfficeFacts {
	o := s.Offices[id].At(on)
	f := OfficeFacts{ID: id, Name: o.Name, Parent: s.Offices[o.Under].At(on).Name, Place: o.Place, Symbol: o.Symbol, Address: o.Address, Title: o.Title, Mark: o.Mark}
	for up, n := o.Under, 0; f.Place == "" && up != "" && n < 32; n++ {
		above := s.Offices[up].At(on)
		f.Place, up = above.Place, above.Under
	}
	if f.Place == "" {
		f.Place = s.Offices[owner].At(on).Place
	}
	return f
}

// sign gives the lines above the signature: the mark of a collective body, the
// title with what the signer signs by, and his own title (NĐ 30/2020, Annex I, II.7).
func (m *move) sign(issuer OfficeFacts) SignFacts {
	out := SignFacts{First: issuer.Mark, Second: issuer.Title}
	if m.by != nil && issuer.ID == m.office {
		out.Second, out.Third = "TUQ. "+issuer.Title, m.facts(m.by.To).Title
		return out
	}
	for _, g := range m.who.Grants {
		if g.Office == issuer.ID && g.Role == m.role && g.On(m.day) && g.Sign != "" {
			out.Second, out.Third = g.Sign+" "+issuer.Title, g.Title
		}
	}
	return out
}

func (s *Snapshot) person(id string) Person {
	for _, p := range s.People {
		if p.ID == id {
			return p
		}
	}
	return Person{}
}

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
