package workflow

import "context"

// Console is whoever works on the machine itself, with the commands of the
// program: no account, no role, and above both. Nobody can be given this id.
const Console = "console"

// AccountDeed asks the right to change how a person signs in and writes the
// change into the history of the house, before it is made: no event, no change.
// Nobody does it to himself; for that there are the pages of one's own account.
// Needs the right grant.
func (s *Service) AccountDeed(ctx context.Context, who, change, id string) error {
	d, p, err := s.onPerson(ctx, who, id)
	if err != nil {
		return err
	}
	e := d.about(p, With{"change": change})
	if who == id {
		return d.refuse(ctx, e.With, &Problem{Kind: Refused, Key: "account.self"})
	}
	return s.Store.Note(ctx, e)
}

// ConsoleDeed writes into the history of the house what was done to an account
// by a command on the machine itself.
func (s *Service) ConsoleDeed(ctx context.Context, change, id string) error {
	return s.Store.Note(ctx, Event{Act: "grant", Person: Console, On: s.Today(), At: s.Clock(), With: With{"change": change, "person": id}})
}

// MayKeepAccounts asks the right grant alone; a refusal is kept.
func (s *Service) MayKeepAccounts(ctx context.Context, who string) error {
	_, err := s.deed(ctx, who, "grant")
	return err
}

// MayVerify tells whether a person may ask how far the history is proved, and
// take it along.
func (s *Service) MayVerify(ctx context.Context, who string) error {
	_, err := s.deed(ctx, who, "verify")
	return err
}

// MaySeeAccounts tells whether a person may see accounts and who is signed in.
func (s *Service) MaySeeAccounts(ctx context.Context, who string) error {
	return s.keepsOrVerifies(ctx, who)
}

// ConsoleGrant gives a role by a command on the machine itself, under the rules
// that hold for an administrator's.
func (s *Service) ConsoleGrant(ctx context.Context, id string, g Grant) error {
	p, err := s.Store.Person(ctx, id)
	if err != nil {
		return err
	}
	if g.Source == "" {
		g.Source = Console
	}
	_, err = (&deed{s: s, who: Person{ID: Console}, act: "grant"}).give(ctx, p, g)
	return err
}
