package workflow

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
)

// The settings of the house and the request key of its first hour.
const (
	provinceName = "province.name"
	provinceURL  = "base_url"
	codedRoles   = "second_step.roles"
	setUpKey     = "set up"
)

// Province is what the pages say of the house: its name in their head, and the
// address under which the program is reached, which links on papers begin with;
// and the roles, parted by spaces, that are not used without a second step at the
// sign-in.
type Province struct {
	Name  string `json:"name"`
	URL   string `json:"url,omitempty"`
	Coded string `json:"second_step_roles,omitempty"`
}

// Province reads the settings of the house; empty before it is set up.
func (s *Service) Province(ctx context.Context) (p Province, err error) {
	if p.Name, err = s.Store.Setting(ctx, provinceName); err == nil {
		p.URL, err = s.Store.Setting(ctx, provinceURL)
	}
	if err == nil {
		p.Coded, err = s.Store.Setting(ctx, codedRoles)
	}
	return p, err
}

// CodeDue tells whether a person has today a role that the house wants a second
// step for.
func (s *Service) CodeDue(ctx context.Context, person string) (bool, error) {
	coded, err := s.Store.Setting(ctx, codedRoles)
	if err != nil || coded == "" {
		return false, err
	}
	p, err := s.Store.Person(ctx, person)
	roles, today := strings.Fields(coded), s.Today()
	return slices.ContainsFunc(p.Grants, func(g Grant) bool { return g.On(today) && slices.Contains(roles, g.Role) }), err
}

// checkCoded puts the roles in order, each once; only those there are.
func (s *Service) checkCoded(w *wrong, p *Province) {
	roles := strings.Fields(p.Coded)
	slices.Sort(roles)
	for _, key := range roles {
		if role, ok := s.Book.Roles[key]; !ok || role.Capacity == clockPerson {
			w.add("second_step_roles", "expect.role", key)
		}
	}
	p.Coded = strings.Join(slices.Compact(roles), " ")
}

func (p *Province) check(w *wrong, at string) {
	w.text(at+"name", &p.Name, true)
	if len([]rune(p.Name)) > 200 {
		w.add(at+"name", "expect.shorter", "")
	}
	given := p.URL
	if p.URL = strings.TrimRight(strings.TrimSpace(p.URL), "/"); given == "" {
		return
	}
	u, err := url.Parse(p.URL)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" || len(p.URL) > 80 {
		w.add(at+"url", "expect.base_url", given)
	}
}

func (p Province) settings() map[string]string {
	return map[string]string{provinceName: p.Name, provinceURL: p.URL, codedRoles: p.Coded}
}

// SetProvince changes the settings of the house. Needs the right manage_offices.
func (s *Service) SetProvince(ctx context.Context, who string, p Province) error {
	d, err := s.deed(ctx, who, "manage_offices")
	if err != nil {
		return err
	}
	w := &wrong{}
	p.check(w, "")
	s.checkCoded(w, &p)
	if err := w.problem(); err != nil {
		return err
	}
	was, err := s.Province(ctx)
	if err != nil {
		return err
	}
	d.change.Settings = p.settings()
	e := d.event(With{"change": "province", "was": was, "now": p})
	e.Office = d.grant.Office
	return d.keep(ctx, e, nil)
}

// ReachedAt keeps the address that papers point to from now on, as a command on
// the machine itself gives it; empty leaves what is kept.
func (s *Service) ReachedAt(ctx context.Context, address string) error {
	if address == "" {
		return nil
	}
	p, w := Province{Name: "-", URL: address}, &wrong{}
	p.check(w, "base-")
	if err := w.problem(); err != nil {
		return err
	}
	return s.Store.SetSetting(ctx, provinceURL, p.URL)
}

// SetUpOrder is all that a new province needs: its name, the owner's office, the
// SDU under it, and the first administrator.
type SetUpOrder struct {
	Province Province    `json:"province"`
	Owner    OfficeOrder `json:"owner"`
	SDU      OfficeOrder `json:"sdu"`
	Admin    PersonOrder `json:"admin"`
}

// SetUpDone is what a new province begins with.
type SetUpDone struct {
	Owner     Office `json:"owner"`
	SDU       Office `json:"sdu"`
	Admin     Person `json:"admin"`
	Calendars []Year `json:"calendars"` // this year and the next
}

// Year tells whether the calendar of a year is there: without it no deadline in
// working days can be computed, and no act that starts one is taken.
type Year struct {
	Year  int  `json:"year"`
	Known bool `json:"known"`
	Open  int  `json:"open"` // days of it that no source backs yet
}

// Calendars tells of this year and the next.
func (s *Service) Calendars() []Year {
	this := s.Today().Year()
	var out []Year
	for _, y := range []int{this, this + 1} {
		out = append(out, Year{y, s.Book.Calendar.Known(y), len(s.Book.Calendar.UnverifiedDays(y))})
	}
	return out
}

// SetUp makes the province: whole, once. It is for the door to see that nobody
// has an account yet; once set up, the same answer is given again, so that an
// account that could not be made is made by trying again.
func (s *Service) SetUp(ctx context.Context, order SetUpOrder) (*SetUpDone, error) {
	out := &SetUpDone{}
	kept, err := s.Store.Done(ctx, setUpKey)
	if err != nil {
		return nil, err
	}
	if kept != nil {
		return out, json.Unmarshal(kept, out)
	}
	offices, err := s.officeMap(ctx)
	if err != nil {
		return nil, err
	}
	d := &deed{s: s, who: Person{ID: order.Admin.ID}, act: "set_up", key: setUpKey}
	if err := s.firstHouse(ctx, d, &order, offices, out); err != nil {
		return nil, err
	}
	out.Calendars = s.Calendars()
	e := d.event(With{"change": "set_up", "province": order.Province.Name, "person": out.Admin.ID, "owner": out.Owner.ID, "sdu": out.SDU.ID})
	e.Office = out.Owner.ID
	return out, d.keep(ctx, e, out)
}

// firstHouse checks the order and puts settings, offices and administrator into
// the change. An office that an import has brought is taken as it is.
func (s *Service) firstHouse(ctx context.Context, d *deed, order *SetUpOrder, offices map[string]Office, out *SetUpDone) error {
	w := &wrong{}
	order.Province.check(w, "province.")
	s.checkCoded(w, &order.Province)
	checkPerson(w, &order.Admin, "admin.")
	if order.Owner.Source == "" {
		order.Owner.Source = order.Province.Name
	}
	if order.SDU.Source == "" {
		order.SDU.Source = order.Province.Name
	}
	out.Owner = s.firstOffice(w, "owner", order.Owner, offices)
	offices = maps.Clone(offices)
	offices[out.Owner.ID] = out.Owner
	if order.SDU.Under == "" {
		order.SDU.Under = out.Owner.ID
	}
	out.SDU = s.firstOffice(w, "sdu", order.SDU, offices)
	out.Admin = Person{ID: order.Admin.ID, Name: order.Admin.Name, Grants: []Grant{{Office: out.Owner.ID, Role: s.administrator(), From: s.Today(), Source: order.Owner.Source}}}
	if err := w.problem(); err != nil {
		return err
	}
	had, err := s.Store.Person(ctx, out.Admin.ID)
	if err == nil {
		return invalid("admin.id", "expect.new_login", had.ID)
	}
	if p, ok := ProblemOf(err); !ok || p.Kind != NotFound {
		return fmt.Errorf("workflow: set up: %w", err)
	}
	out.Owner, out.SDU, out.Admin = d.office(out.Owner), d.office(out.SDU), d.person(out.Admin)
	d.change.Settings = order.Province.settings()
	return nil
}

func (s *Service) firstOffice(w *wrong, field string, order OfficeOrder, offices map[string]Office) Office {
	for _, o := range offices {
		if sameName(o.Name, order.Name) && o.Under == order.Under && o.Stands(s.Today()) {
			return o
		}
	}
	o, err := s.enter(order, offices, s.NewID("office"))
	if p, ok := ProblemOf(err); ok {
		for _, f := range p.Fields {
			w.add(field+"."+f.Name, f.Expect, f.Value)
		}
	}
	return o
}

// administrator is the role that keeps the house.
func (s *Service) administrator() string {
	roles := s.mayDo("grant")
	if len(roles) == 0 {
		return ""
	}
	return roles[0]
}
