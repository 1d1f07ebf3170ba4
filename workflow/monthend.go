package workflow

import (
	"context"
	"errors"
	"fmt"
	"strings"
)

// registersKept is the setting that holds the last month's end already dealt with.
const registersKept = "registers_kept"

// KeepRegisters keeps, once after each month's end, an edition of the register of
// every owner as it stood on that day: what was known then can be shown
// later, whatever comes to be recorded about the past. It may be run at any time;
// after months switched off it keeps the last end only, since a register can be
// printed for any day. An owner that fails does not keep the others from theirs,
// and is tried again.
func (s *Service) KeepRegisters(ctx context.Context) error {
	today := s.Today()
	on := today.AddDays(-today.DayOfMonth())
	done, err := s.Store.Setting(ctx, registersKept)
	if err != nil || done >= on.String() {
		return err
	}
	offices, err := s.Store.Offices(ctx)
	if err != nil {
		return fmt.Errorf("workflow: offices of registers: %w", err)
	}
	var faults []error
	for _, o := range offices {
		if err := s.keepRegister(ctx, o.ID, on); err != nil {
			faults = append(faults, fmt.Errorf("workflow: register of %s on %s: %w", o.ID, on, err))
		}
	}
	if len(faults) > 0 {
		return errors.Join(faults...)
	}
	return s.Store.SetSetting(ctx, registersKept, on.String())
}

// keepRegister keeps one edition and says so in the history of the owner; none
// where the register is empty.
func (s *Service) keepRegister(ctx context.Context, owner string, on Day) error {
	key := clockPerson + "/" + registersKept + "/" + owner + "/" + on.String()
	if kept, err := s.Store.Done(ctx, key); err != nil || kept != nil {
		return err
	}
	rows, err := s.Store.Register(ctx, owner, on)
	if err != nil || len(rows) == 0 {
		return err
	}
	f, err := s.RegisterFacts(ctx, owner, on)
	if err != nil {
		return err
	}
	papers, hashes, err := s.volumes(ctx, f)
	if err != nil {
		return err
	}
	e := Event{Act: "print_register", Office: owner, Person: clockPerson, Role: clockPerson, On: s.Today(), At: s.Clock(),
		With: With{"on": on.String(), "rows": len(rows), "sha256": strings.Join(hashes, " ")}, Papers: papers}
	return s.Store.Keep(ctx, &Change{Event: e, Key: key, Outcome: []byte("{}")})
}

// volumes keeps every volume of a register and gives their papers and hashes.
func (s *Service) volumes(ctx context.Context, f PaperFacts) (papers, hashes []string, err error) {
	for n := 1; n <= f.Register.Volumes(RegisterVolume); n++ {
		p, err := s.volume(ctx, f, n)
		if err != nil {
			return nil, nil, err
		}
		papers, hashes = append(papers, p.ID), append(hashes, p.SHA256)
	}
	return papers, hashes, nil
}
