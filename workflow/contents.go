package workflow

import (
	"context"
	"slices"
	"strconv"
	"strings"
)

// OverviewView is the overview of a system as written and as a whole, with the
// rows it shares from other systems.
type OverviewView struct {
	Overview *Overview `json:"overview"`
	Whole    *Overview `json:"whole"`
	Gone     []Borrow  `json:"gone,omitempty"` // borrowed tables no longer lent
}

// Overview gives the overview of a system.
func (s *Service) Overview(ctx context.Context, system string) (*OverviewView, error) {
	sys, err := s.Store.System(ctx, system)
	if err != nil {
		return nil, err
	}
	own, err := s.Store.Overview(ctx, system)
	if err != nil {
		return nil, err
	}
	v := &OverviewView{Overview: own}
	v.Whole, v.Gone, err = s.whole(ctx, sys, own)
	return v, err
}

// whole writes out the rows shared from other systems of the same owner, as
// those stand now and as long as they are lent.
func (s *Service) whole(ctx context.Context, sys *System, own *Overview) (*Overview, []Borrow, error) {
	all := clone(*own)
	var gone []Borrow
	for _, b := range own.Borrows {
		other, name, err := s.lender(ctx, sys, b)
		if err != nil {
			return nil, nil, err
		}
		if other == nil {
			gone = append(gone, b)
			continue
		}
		t, _ := tableNamed(b.Table)
		t.borrow(&all, other, name, b.Only)
	}
	return &all, gone, nil
}

// lender gives the overview a table is borrowed from, nil when it is not lent.
func (s *Service) lender(ctx context.Context, sys *System, b Borrow) (*Overview, string, error) {
	from, err := s.Store.System(ctx, b.System)
	if p, ok := ProblemOf(err); ok && p.Kind == NotFound {
		return nil, "", nil
	}
	if err != nil {
		return nil, "", err
	}
	o, err := s.Store.Overview(ctx, b.System)
	if err != nil || !slices.Contains(o.Lends, b.Table) || !slices.Equal(from.Owners, sys.Owners) {
		return nil, "", err
	}
	return o, from.Name, nil
}

// SaveOverview checks and keeps an overview. Its revision is the one it was
// edited from; stale when somebody saved meanwhile. Everything wrong is named at
// once, also a character that the paper could not print.
func (s *Service) SaveOverview(ctx context.Context, who string, o *Overview) (*OverviewView, error) {
	sys, err := s.Store.System(ctx, o.System)
	if err == nil {
		err = s.MayContent(ctx, who, "edit_overview", sys.ID)
	}
	if err != nil {
		return nil, err
	}
	if p := o.check(); p != nil {
		return nil, p
	}
	for i, b := range o.Borrows {
		other, _, err := s.lender(ctx, sys, b)
		if err != nil {
			return nil, err
		}
		if other == nil {
			return nil, invalid("borrows["+itoa(i+1)+"]", "expect.lent_table", cut(b.System+"."+b.Table))
		}
	}
	o.Revision, o.By, o.On = o.Revision+1, who, s.Today()
	if err := s.printable(ctx, sys, o); err != nil {
		return nil, err
	}
	rows := 0
	for _, t := range tables {
		rows += len(t.read(o))
	}
	e := Event{Act: "edit_overview", System: sys.ID, Person: who, On: o.On, At: s.Clock(), With: With{"revision": o.Revision, "rows": rows}}
	if err := s.Store.SaveOverview(ctx, o, e); err != nil {
		return nil, err
	}
	return s.Overview(ctx, o.System)
}

// printable prints an overview once, so that what no paper can show is refused
// when it is written, with its place, and not when the dossier is sent.
func (s *Service) printable(ctx context.Context, sys *System, o *Overview) error {
	r, ok := s.Book.On(s.Today())
	if !ok {
		r = s.Book.Regimes[len(s.Book.Regimes)-1]
	}
	snap, err := s.Store.Snapshot(ctx, "", sys.ID)
	if err != nil {
		return err
	}
	_, err = s.Printer.Print(ctx, s.overviewPaper(r, snap, &Content{Overview: *o, On: s.Today()}))
	p, ok := ProblemOf(err)
	if !ok || p.Args["character"] == "" {
		return err
	}
	code, fault := strconv.ParseInt(strings.TrimPrefix(p.Args["character"], "U+"), 16, 32)
	if fault != nil {
		return err
	}
	for _, t := range tables {
		for i, row := range t.read(o) {
			for j, cell := range row {
				if strings.ContainsRune(cell, rune(code)) {
					p.Fields = append(p.Fields, Field{t.Key + "[" + itoa(i+1) + "]." + t.Columns[j].Key, "expect.plain_text", cut(cell)})
				}
			}
		}
	}
	for _, t := range overviewTexts {
		if strings.ContainsRune(*t.at(o), rune(code)) {
			p.Fields = append(p.Fields, Field{t.key, "expect.plain_text", cut(*t.at(o))})
		}
	}
	return p
}

// Attach adds a file, already kept under its hash, to a case. Of a diagram, a
// quy chế or an opinion it becomes the next version; of the others so does a file
// of the same name. The version before stays.
func (s *Service) Attach(ctx context.Context, who string, a Attachment) (Attachment, error) {
	if !slices.Contains(attachmentKinds, a.As) {
		return a, invalid("as", "expect.attachment_kind", cut(a.As))
	}
	name, err := FileName(a.Name)
	if err != nil {
		return a, err
	}
	c, err := s.Store.Case(ctx, a.Case)
	if err == nil {
		err = s.MayContent(ctx, who, "add_file", c.System)
	}
	if err != nil {
		return a, err
	}
	list, err := s.Store.Attachments(ctx, c.ID)
	if err != nil {
		return a, err
	}
	a.ID, a.Name, a.Slot, a.By, a.On = s.NewID("attachment"), name, slot(a.As, name), who, s.Today()
	a.Removed, a.Replaced, a.Frozen, a.Version = Day{}, "", false, 1
	for _, old := range linked(list) {
		if old.Slot != a.Slot {
			continue
		}
		if old.SHA256 == a.SHA256 && old.Replaced == "" && old.Removed.IsZero() && old.Name == a.Name {
			return old, nil // the same file again
		}
		a.Version = old.Version + 1
	}
	e := Event{Act: "add_file", Case: c.ID, System: c.System, Person: who, On: a.On, At: s.Clock(),
		With: With{"as": a.As, "file": a.Name, "sha256": a.SHA256, "version": a.Version}}
	return a, s.Store.AddAttachment(ctx, a, e)
}

// RemoveAttachment takes a file out of a case. Refused once a version was sent
// with it, or something relies on it; a new version may then be added beside it.
func (s *Service) RemoveAttachment(ctx context.Context, who, id string) error {
	a, err := s.Store.Attachment(ctx, id)
	if err != nil {
		return err
	}
	c, err := s.Store.Case(ctx, a.Case)
	if err == nil {
		err = s.MayContent(ctx, who, "remove_file", c.System)
	}
	if err != nil {
		return err
	}
	list, err := s.Attachments(ctx, a.Case)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(list, func(o Attachment) bool { return o.ID == id })
	if i < 0 || !list[i].Removed.IsZero() {
		return notFound("attachment", id)
	}
	relied, err := s.relied(ctx, a)
	if err != nil {
		return err
	}
	if list[i].Frozen || relied {
		return &Problem{Kind: Refused, Key: "file.frozen", Args: map[string]string{"file": a.Name}}
	}
	return s.Store.RemoveAttachment(ctx, id, s.Today(), Event{Act: "remove_file", Case: c.ID, System: c.System, Person: who, On: s.Today(), At: s.Clock(),
		With: With{"as": a.As, "file": a.Name, "sha256": a.SHA256, "version": a.Version}})
}

func (s *Service) relied(ctx context.Context, a Attachment) (bool, error) {
	rests, err := s.Store.Reliances(ctx, a.Case)
	if err != nil || slices.ContainsFunc(rests, func(r Reliance) bool { return r.Attachment == a.ID }) {
		return true, err
	}
	c, err := s.Store.Case(ctx, a.Case)
	if err != nil {
		return false, err
	}
	for v := 1; v <= c.Version; v++ {
		sent, err := s.Store.Content(ctx, c.ID, v)
		if err != nil {
			return false, err
		}
		if sent != nil && slices.ContainsFunc(sent.Attachments, func(o Attachment) bool { return o.ID == a.ID }) {
			return true, nil
		}
	}
	return false, nil
}

// Attachments lists every version attached to a case, oldest first, with what
// replaced it and whether a decision froze it.
func (s *Service) Attachments(ctx context.Context, caseID string) ([]Attachment, error) {
	list, err := s.Store.Attachments(ctx, caseID)
	if err != nil {
		return nil, err
	}
	c, err := s.Store.Case(ctx, caseID)
	if err != nil {
		return nil, err
	}
	frozen := map[string]bool{}
	rests, err := s.Store.Reliances(ctx, caseID)
	if err != nil {
		return nil, err
	}
	for _, r := range rests {
		frozen[r.Attachment] = frozen[r.Attachment] || r.Kind == "decision"
	}
	if c.Decided != nil { // a decision relies on all the version decided on was sent with
		sent, err := s.Store.Content(ctx, c.ID, c.Version)
		if err != nil {
			return nil, err
		}
		if sent != nil {
			for _, a := range sent.Attachments {
				frozen[a.ID] = true
			}
		}
	}
	for i := range linked(list) {
		list[i].Frozen = frozen[list[i].ID]
	}
	return list, nil
}

// Rely says that a row of a requirement sheet, a paper or a decision rests on an
// attachment; from then on it is not taken out, and a decision freezes it.
func (s *Service) Rely(ctx context.Context, r Reliance) error {
	if r.Kind != "row" && r.Kind != "paper" && r.Kind != "decision" || r.Ref == "" || len(r.Ref) > 200 {
		return invalid("kind", "expect.reliance", cut(r.Kind))
	}
	a, err := s.Store.Attachment(ctx, r.Attachment)
	if err != nil {
		return err
	}
	if !a.Removed.IsZero() {
		return notFound("attachment", a.ID)
	}
	if r.On.IsZero() {
		r.On = s.Today()
	}
	return s.Store.Rely(ctx, r)
}

// ContentOf gives what a version of a dossier consists of: frozen as it was sent,
// or as it stands now for the version being prepared.
func (s *Service) ContentOf(ctx context.Context, caseID string, version int) (*Content, error) {
	snap, err := s.snapshot(ctx, caseID)
	if err != nil {
		return nil, err
	}
	return s.contentOf(ctx, snap, version)
}

func (s *Service) contentOf(ctx context.Context, snap *Snapshot, version int) (*Content, error) {
	c := snap.Case
	if version < 1 || version > c.Version {
		return nil, notFound("content", c.ID+" v"+itoa(version))
	}
	sent, err := s.Store.Content(ctx, c.ID, version)
	if err != nil || sent != nil {
		return sent, err
	}
	i := slices.IndexFunc(c.Editions, func(e Edition) bool { return e.Version == version })
	if i >= 0 && !c.Editions[i].Received.IsZero() || version < c.Version {
		none := &Content{Case: c.ID, Version: version, Regime: c.Regime} // sent with nothing of this kind
		if i >= 0 {
			none.On = c.Editions[i].Received
		}
		return none, nil
	}
	return s.assemble(ctx, snap)
}

// assemble gathers the content of the version being prepared.
func (s *Service) assemble(ctx context.Context, snap *Snapshot) (*Content, error) {
	c := &Content{Case: snap.Case.ID, Version: snap.Case.Version, Regime: snap.Case.Regime}
	for i, sys := range append([]*System{snap.System}, snap.Joined...) {
		own, err := s.Store.Overview(ctx, sys.ID)
		if err != nil {
			return nil, err
		}
		all, gone, err := s.whole(ctx, sys, own)
		if err != nil {
			return nil, err
		}
		if i == 0 {
			c.Overview = *all
		} else if !all.Empty() {
			c.Others = append(c.Others, *all)
		}
		c.Gone = append(c.Gone, gone...)
	}
	list, err := s.Store.Attachments(ctx, snap.Case.ID)
	if err != nil {
		return nil, err
	}
	c.Attachments = present(linked(list))
	return c, nil
}

// contentWarnings lists what the description of the system lacks while the
// dossier is prepared or appraised: as it stands for the operator, as it was sent
// for the others.
func (s *Service) contentWarnings(ctx context.Context, snap *Snapshot) ([]Warning, error) {
	c := snap.Case
	r, ok := s.Book.ByKey(c.Regime)
	if !ok || c.Kind != KindDossier || c.Stage != "preparing" && c.Stage != "appraising" {
		return nil, nil
	}
	read := s.assemble // what stands now, for whoever works on it
	if p := procedureOf(r, c, snap.System); p != nil && p.States[c.State].Holder != "operator" && !c.Present().Received.IsZero() {
		read = func(ctx context.Context, snap *Snapshot) (*Content, error) { return s.contentOf(ctx, snap, c.Version) }
	}
	content, err := read(ctx, snap)
	if err != nil {
		return nil, err
	}
	return Gaps(r, content), nil
}

// freeze keeps what the version is sent with, and prints its overview as a paper
// of the case, in the same change as the step that sends it.
func (s *Service) freeze(ctx context.Context, m *move) error {
	if m.c == nil || !slices.Contains(m.step.Does, "receive") {
		return nil
	}
	if kept, err := s.Store.Content(ctx, m.c.ID, m.c.Version); err != nil || kept != nil {
		return err
	}
	now := *m.snap
	now.Case, now.System, now.Joined = m.c, m.sys, m.others
	content, err := s.assemble(ctx, &now)
	if err != nil || content.Overview.Empty() && len(content.Attachments)+len(content.Others) == 0 {
		return err
	}
	content.Regime, content.On = m.r.Key, m.day
	if !content.Overview.Empty() {
		f := s.overviewPaper(m.r, &now, content)
		p, err := s.paper(ctx, m, f)
		if err != nil {
			return err
		}
		m.change.Papers, content.Paper = append(m.change.Papers, p), p.ID
	}
	for _, o := range content.Others {
		now.System = m.joined(o.System)
		p, err := s.paper(ctx, m, s.overviewPaper(m.r, &now, &Content{Overview: o, Case: content.Case, Version: content.Version, Regime: content.Regime, On: content.On}))
		if err != nil {
			return err
		}
		p.ID += "." + o.System
		m.change.Papers = append(m.change.Papers, p)
	}
	m.change.Content = content
	return nil
}
