package workflow

import (
	"context"

	"capdo/workflow/regime"
)

// OverviewFacts is the description of a system as its own paper prints it. No
// other paper is ever given it: addresses and plans reach no decision and no
// register.
type OverviewFacts struct {
	Overview
	OwnerHead    string // representative and title
	OperatorHead string
	Files        []Attachment // diagrams and other attachments, by name
}

// OverviewForm is the form the description of a system is printed by.
const OverviewForm = "overview"

// overviewPaper gathers what the description prints: parties as of the day it is
// sent, tables with shared rows, and the list of attachments with their hashes.
func (s *Service) overviewPaper(r *regime.Regime, snap *Snapshot, c *Content) PaperFacts {
	day := c.On
	for _, other := range []Day{c.Overview.On, s.Today()} {
		if day.IsZero() {
			day = other
		}
	}
	who := parties{snap.System, day, snap.Offices, r}
	owner, operator := snap.facts(who.owner(), "", day), snap.facts(who.operator(), who.owner(), day)
	f := PaperFacts{Form: OverviewForm, Regime: r.Key, RegimeTitle: r.Title, Standard: r.Standard, Date: day, Version: max(1, c.Version),
		Draft: c.On.IsZero(), Issuer: operator, System: snap.System.Name, Address: snap.System.Address, Owner: owner, Operator: operator,
		SDU: snap.facts(who.sdu(), owner.ID, day), Signatory: snap.headOf(operator.ID, day, "")}
	if f.Address == "" {
		f.Address = operator.Address
	}
	if snap.Case != nil {
		f.Level, f.Track = snap.Case.LevelOf(snap.System.ID), snap.Case.Track
	}
	if s.Demo {
		f.DemoDay = day
	}
	f.Overview = &OverviewFacts{Overview: c.Overview, OwnerHead: snap.headOf(owner.ID, day, ""), OperatorHead: f.Signatory, Files: c.Attachments}
	return f
}

// PrintOverview prints the description of a version: as it was sent, or as a
// draft while it is being prepared.
func (s *Service) PrintOverview(ctx context.Context, caseID string, version int) (Printed, error) {
	snap, err := s.Store.Snapshot(ctx, caseID, "")
	if err != nil {
		return Printed{}, err
	}
	c, err := s.contentOf(ctx, snap, version)
	if err != nil {
		return Printed{}, err
	}
	if c.Paper != "" {
		p, err := s.Store.Paper(ctx, c.Paper)
		return Printed{PDF: p.PDF, Text: p.Text}, err
	}
	r, ok := s.Book.ByKey(snap.Case.Regime)
	if !ok {
		return Printed{}, notFound("regime", snap.Case.Regime)
	}
	return s.Printer.Print(ctx, s.overviewPaper(r, snap, c))
}
