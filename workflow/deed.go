package workflow

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"capdo/internal/vn"
)

// deed is one house act while it is done: who does it, by which right, and what
// it leaves behind.
type deed struct {
	s      *Service
	who    Person
	act    string
	grant  Grant
	rule   string
	key    string
	change Change
}

// deed asks the right to a house act in any office where the person has one; a
// refusal is kept in the history of the house.
func (s *Service) deed(ctx context.Context, who, act string) (*deed, error) {
	p, err := s.Store.Person(ctx, who)
	if err != nil {
		return nil, err
	}
	d := &deed{s: s, who: p, act: act}
	for _, g := range p.Grants {
		if rule, ok := s.Rights.Allows(g.Role, act); ok && g.On(s.Today()) {
			d.grant, d.rule = g, rule
			return d, nil
		}
	}
	return nil, d.refuse(ctx, With{}, &Problem{Kind: Denied, Key: "house.denied", Args: map[string]string{"act": act}, Can: s.mayDo(act)})
}

// mayDo lists the roles that may do a house act.
func (s *Service) mayDo(act string) []string {
	var out []string
	for _, role := range slices.Sorted(maps.Keys(s.Book.Roles)) {
		if _, ok := s.Rights.Allows(role, act); ok {
			out = append(out, role)
		}
	}
	return out
}

func (d *deed) event(with With) Event {
	return Event{Act: d.act, Person: d.who.ID, Role: d.grant.Role, For: d.grant.Office, Rule: d.rule, On: d.s.Today(), At: d.s.Clock(), With: with}
}

// refuse keeps why a house act was not done and hands it back.
func (d *deed) refuse(ctx context.Context, with With, p *Problem) error {
	e := d.event(with)
	e.Refused = &Refusal{p.Kind, p.Key, p.Guard, p.Basis, p.Args}
	if err := d.s.Store.Note(ctx, e); err != nil {
		return fmt.Errorf("workflow: keep refusal: %w", err)
	}
	return p
}

// office puts an office as it shall be into the change.
func (d *deed) office(o Office) Office {
	was := o.Revision
	o.Revision++
	d.change.Offices = append(d.change.Offices, OfficeChanged{o, was})
	return o
}

// person puts a person as he shall be into the change.
func (d *deed) person(p Person) Person {
	was := p.Revision
	p.Revision++
	d.change.People = append(d.change.People, PersonChanged{p, was})
	return p
}

// keep keeps the change with its event, or nothing. out points at what the same
// request key is answered with again; where that request was quicker, its answer
// is put there.
func (d *deed) keep(ctx context.Context, e Event, out any) error {
	d.change.Event = e
	// In one order, so that two changes over the same people wait for each other and not in a circle.
	slices.SortFunc(d.change.People, func(a, b PersonChanged) int { return strings.Compare(a.Person.ID, b.Person.ID) })
	if d.key != "" {
		b, err := json.Marshal(out)
		if err != nil {
			return fmt.Errorf("workflow: outcome: %w", err)
		}
		d.change.Key, d.change.Outcome = d.key, b
	}
	err := d.s.Store.Keep(ctx, &d.change)
	if p, ok := ProblemOf(err); ok && p.Kind == Stale {
		// Whoever moved on may have been the same request, sent twice at once.
		if done, fault := d.answered(ctx, out); fault == nil && done {
			return nil
		}
		return &Problem{Kind: Stale, Key: "house.moved_on"}
	}
	return err
}

// again gives what an earlier deed under the same request key left; ok is false
// when there was none.
func (d *deed) again(ctx context.Context, key string, out any) (ok bool, err error) {
	if key != "" {
		d.key = d.who.ID + "/" + key
	}
	return d.answered(ctx, out)
}

// answered gives what is kept under the request key.
func (d *deed) answered(ctx context.Context, out any) (ok bool, err error) {
	if d.key == "" {
		return false, nil
	}
	kept, err := d.s.Store.Done(ctx, d.key)
	if err != nil || kept == nil {
		return false, err
	}
	return true, json.Unmarshal(kept, out)
}

// wrong gathers the fields of an order that are wrong, so that all are named at
// once.
type wrong struct{ p Problem }

func (w *wrong) add(name, expect, value string) {
	w.p.Fields = append(w.p.Fields, Field{name, expect, value})
}

// text cleans a text in place and notes what is wrong with it.
func (w *wrong) text(name string, s *string, need bool) {
	clean, p := readText(name, *s)
	switch {
	case p != nil:
		if p.Key != "field.invalid" {
			w.p.Key, w.p.Args = p.Key, p.Args
		}
		w.p.Fields = append(w.p.Fields, p.Fields...)
	case need && clean == "":
		w.add(name, "expect.required", "")
	default:
		*s = clean
	}
}

// term notes a term that ends before it begins.
func (w *wrong) term(name string, from, to Day) {
	if !from.IsZero() && !to.IsZero() && to.Before(from) {
		w.add(name, "expect.later_day", to.String())
	}
}

// standing notes an office that is not there or does not stand on a day.
func (w *wrong) standing(name, id string, offices map[string]Office, on Day) {
	o, known := offices[id]
	switch {
	case !known:
		w.add(name, "expect.office", id)
	case !o.Stands(on):
		w.add(name, "expect.office_standing", o.Name)
	}
}

// problem is nil when nothing is wrong.
func (w *wrong) problem() error {
	if len(w.p.Fields) == 0 {
		return nil
	}
	w.p.Kind = Invalid
	if w.p.Key == "" {
		w.p.Key = "field.invalid"
	}
	return &w.p
}

// seen compares the revision the actor looked at, where he tells it.
func seen(was *int64, have int64) error {
	if was != nil && *was != have {
		return &Problem{Kind: Stale, Key: "house.moved_on"}
	}
	return nil
}

func byName(a, b Field) int { return strings.Compare(a.Name, b.Name) }

// sameName compares two names as people do: without accents and case.
func sameName(a, b string) bool { return vn.Fold(a) == vn.Fold(b) }
