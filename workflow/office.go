package workflow

import (
	"context"
	"slices"
)

// OfficeOrder is an office as the administrator enters it. What is left out of
// symbol, place and title is suggested from the name and marked so until it is
// confirmed.
type OfficeOrder struct {
	Name          string `json:"name"`
	Under         string `json:"under,omitempty"`
	Body          string `json:"body,omitempty"`
	Symbol        string `json:"symbol,omitempty"`
	Place         string `json:"place,omitempty"`
	Address       string `json:"address,omitempty"`
	Title         string `json:"title,omitempty"`
	Mark          string `json:"mark,omitempty"`
	Series        string `json:"series,omitempty"` // one | per_type: how its books of numbers run (NĐ 30/2020 Đ15 k1 c)
	Phone         string `json:"phone,omitempty"`
	Email         string `json:"email,omitempty"`
	Functions     string `json:"functions,omitempty"`
	Licensed      *Term  `json:"licensed,omitempty"`
	Designated    *Term  `json:"designated,omitempty"`
	PublicService bool   `json:"public_service,omitempty"`
	From          Day    `json:"from,omitzero"`
	Source        string `json:"source"` // the paper the office rests on
	Key           string `json:"key,omitempty"`
}

func (o OfficeOrder) office(id string) Office {
	return Office{ID: id, Name: o.Name, Under: o.Under, Body: o.Body, Symbol: o.Symbol, Place: o.Place, Address: o.Address, Title: o.Title, Mark: o.Mark,
		Series: o.Series, Phone: o.Phone, Email: o.Email, Functions: o.Functions, Licensed: o.Licensed, Designated: o.Designated,
		PublicService: o.PublicService, From: o.From, Source: o.Source}
}

// AddOfficeBy takes in a new office. Needs the right manage_offices. An office
// of the same name that stands already is refused.
func (s *Service) AddOfficeBy(ctx context.Context, who string, order OfficeOrder) (Office, error) {
	d, err := s.deed(ctx, who, "manage_offices")
	if err != nil {
		return Office{}, err
	}
	o := Office{}
	if done, err := d.again(ctx, order.Key, &o); err != nil || done {
		return o, err
	}
	offices, err := s.officeMap(ctx)
	if err != nil {
		return o, err
	}
	if o, err = s.enter(order, offices, s.NewID("office")); err != nil {
		return o, err
	}
	o = d.office(o)
	e := d.event(With{"change": "office_added", "name": o.Name, "source": o.Source})
	e.Office = o.ID
	err = d.keep(ctx, e, &o)
	return o, err
}

// enter checks an order and makes the office of it.
func (s *Service) enter(order OfficeOrder, offices map[string]Office, id string) (Office, error) {
	o, w := order.office(id), &wrong{}
	s.checkOffice(w, &o, offices)
	if standsAlready(o, offices, s.Today()) {
		w.add("name", "expect.new_office", o.Name)
	}
	w.text("source", &o.Source, true)
	if o = s.suggest(o); o.Place == "" { // it sits where its superior does, as far as we know
		o.Suggested, o.Place = true, offices[o.Under].Place
	}
	return o, w.problem()
}

// standsAlready tells whether another office of the name stands on the day.
func standsAlready(o Office, offices map[string]Office, on Day) bool {
	for id, other := range offices {
		if id != o.ID && sameName(other.Name, o.Name) && other.Under == o.Under && other.Stands(on) {
			return true
		}
	}
	return false
}

// checkOffice cleans the fields of an office and notes what is wrong.
func (s *Service) checkOffice(w *wrong, o *Office, offices map[string]Office) {
	w.text("name", &o.Name, true)
	for name, text := range map[string]*string{"body": &o.Body, "symbol": &o.Symbol, "place": &o.Place, "address": &o.Address, "title": &o.Title,
		"mark": &o.Mark, "phone": &o.Phone, "email": &o.Email, "functions": &o.Functions} {
		w.text(name, text, false)
	}
	if o.Series != "" && o.Series != "one" && o.Series != "per_type" {
		w.add("series", "expect.one_of", o.Series)
	}
	if o.Under != "" {
		w.standing("under", o.Under, offices, s.Today())
		if (parties{offices: offices}).under(o.Under, o.ID) {
			w.add("under", "expect.other_office", offices[o.Under].Name)
		}
	}
	for name, t := range map[string]*Term{"licensed": o.Licensed, "designated": o.Designated, "from": {o.From, o.To}} {
		if t != nil {
			w.term(name, t.From, t.To)
		}
	}
	slices.SortFunc(w.p.Fields, byName)
}

// OfficeEdit changes an office; what is nil stays. Name, superior, symbol,
// place, address, title and mark are printed: they change from a day on, by a
// paper, and what was before stays for papers of its days. A correction puts
// right what was entered wrongly, from the last change on. A term {} is taken
// away.
type OfficeEdit struct {
	Name          *string `json:"name,omitempty"`
	Under         *string `json:"under,omitempty"`
	Symbol        *string `json:"symbol,omitempty"`
	Place         *string `json:"place,omitempty"`
	Address       *string `json:"address,omitempty"`
	Title         *string `json:"title,omitempty"`
	Mark          *string `json:"mark,omitempty"`
	Body          *string `json:"body,omitempty"`
	Series        *string `json:"series,omitempty"`
	Phone         *string `json:"phone,omitempty"`
	Email         *string `json:"email,omitempty"`
	Functions     *string `json:"functions,omitempty"`
	Licensed      *Term   `json:"licensed,omitempty"`
	Designated    *Term   `json:"designated,omitempty"`
	PublicService *bool   `json:"public_service,omitempty"`
	On            Day     `json:"on,omitzero"` // from this day on; today when left out
	Source        string  `json:"source"`      // the paper the change rests on
	Correction    bool    `json:"correction,omitempty"`
	Revision      *int64  `json:"revision,omitempty"`
}

// apply puts the edit over an office.
func (e OfficeEdit) apply(o Office) Office {
	for to, from := range map[*string]*string{&o.Name: e.Name, &o.Under: e.Under, &o.Symbol: e.Symbol, &o.Place: e.Place, &o.Address: e.Address,
		&o.Title: e.Title, &o.Mark: e.Mark, &o.Body: e.Body, &o.Series: e.Series, &o.Phone: e.Phone, &o.Email: e.Email, &o.Functions: e.Functions} {
		if from != nil {
			*to = *from
		}
	}
	for to, from := range map[**Term]*Term{&o.Licensed: e.Licensed, &o.Designated: e.Designated} {
		if from != nil {
			*to = from
			if *from == (Term{}) {
				*to = nil
			}
		}
	}
	if e.PublicService != nil {
		o.PublicService = *e.PublicService
	}
	return o
}

// printed is what papers print of an office.
func printed(o Office) OfficePast {
	return OfficePast{Name: o.Name, Under: o.Under, Symbol: o.Symbol, Place: o.Place, Address: o.Address, Title: o.Title, Mark: o.Mark}
}

// ChangeOffice changes an office from a day on. Needs the right manage_offices.
// Whoever sets symbol, place or title confirms them.
func (s *Service) ChangeOffice(ctx context.Context, who, id string, edit OfficeEdit) (Office, error) {
	d, err := s.deed(ctx, who, "manage_offices")
	if err != nil {
		return Office{}, err
	}
	offices, err := s.officeMap(ctx)
	if err != nil {
		return Office{}, err
	}
	was, ok := offices[id]
	if !ok {
		return Office{}, notFound("office", id)
	}
	if err := seen(edit.Revision, was.Revision); err != nil {
		return Office{}, err
	}
	if edit.On.IsZero() {
		edit.On = s.Today()
	}
	o, w := edit.apply(clone(was)), &wrong{}
	s.checkOffice(w, &o, offices)
	w.text("source", &edit.Source, true)
	change := s.past(w, was, &o, edit)
	if err := w.problem(); err != nil {
		return Office{}, err
	}
	if edit.Symbol != nil || edit.Place != nil || edit.Title != nil {
		o.Suggested = false
	}
	o = d.office(o)
	e := d.event(With{"change": change, "name": o.Name, "was": printed(was), "now": printed(o), "on": edit.On, "source": edit.Source})
	e.Office = id
	return o, d.keep(ctx, e, nil)
}

// past keeps what an office was before a change of what is printed, and names
// the change.
func (s *Service) past(w *wrong, was Office, o *Office, edit OfficeEdit) string {
	switch {
	case printed(was) == printed(*o):
		return "office_changed"
	case edit.Correction:
		return "office_corrected"
	}
	before := printed(was)
	before.Until = edit.On.AddDays(-1)
	if edit.On.After(s.Today()) {
		w.add("on", "expect.no_future_day", edit.On.String())
	}
	if n := len(was.Past); n > 0 && !before.Until.After(was.Past[n-1].Until) || !was.Stands(edit.On) || !was.From.IsZero() && !was.From.Before(edit.On) {
		w.add("on", "expect.after_last_change", edit.On.String())
	}
	o.Past = append(o.Past, before)
	if was.Name == o.Name {
		return "office_changed"
	}
	o.Changes = append(o.Changes, OfficeChange{Kind: "renamed", On: edit.On, Source: edit.Source})
	return "office_renamed"
}

// ConfirmOffice confirms symbol, place and title that the program suggested
// (NĐ 30/2020: the head of the office sets them). Needs the right manage_offices.
func (s *Service) ConfirmOffice(ctx context.Context, who, id, source string) (Office, error) {
	d, err := s.deed(ctx, who, "manage_offices")
	if err != nil {
		return Office{}, err
	}
	o, err := s.Store.Office(ctx, id)
	if err != nil {
		return o, err
	}
	w := &wrong{}
	w.text("source", &source, true)
	for name, have := range map[string]string{"symbol": o.Symbol, "place": o.Place, "title": o.Title} {
		if have == "" {
			w.add(name, "expect.required", "")
		}
	}
	slices.SortFunc(w.p.Fields, byName)
	if err := w.problem(); err != nil {
		return o, err
	}
	o.Suggested = false
	o = d.office(o)
	e := d.event(With{"change": "office_confirmed", "name": o.Name, "symbol": o.Symbol, "place": o.Place, "title": o.Title, "source": source})
	e.Office = id
	return o, d.keep(ctx, e, nil)
}
