package rehearse

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"

	"capdo/workflow"
	"capdo/workflow/regime"
)

const (
	fileKeys   = "title about calendar offices people systems steps"
	officeKeys = "name under body licensed designated public_service"
	personKeys = "name office role from to roles"
	systemKeys = "name owner operator lead_operator sdu facts lease approved"
)

// Read reads a scenario strictly: what it does not know is a *ReadError with
// the line, as is a date that goes back. The book tells the roles.
func Read(name string, in io.Reader, book *regime.Book) (*Scenario, error) {
	v, err := words()
	if err != nil {
		return nil, err
	}
	b, err := io.ReadAll(in)
	if err != nil {
		return nil, &ReadError{File: name, Reason: err.Error()}
	}
	n, bad := root(name, b)
	if bad != nil {
		return nil, bad
	}
	r := &reader{file: name, words: v, roles: book.Roles, rules: ruleIDs(book), checks: map[string]bool{}}
	s := r.scenario(n)
	if r.err != nil {
		return nil, r.err
	}
	return s, nil
}

func (r *reader) scenario(n *yaml.Node) *Scenario {
	b := r.open(n, fileKeys)
	b.need("title", "steps")
	s := &Scenario{File: r.file, Title: b.text("title"), About: b.text("about")}
	if b.has("calendar") {
		s.years = r.calendar(b.at["calendar"])
	}
	offices, people, systems := r.section(b, "offices"), r.section(b, "people"), r.section(b, "systems")
	r.offices, r.people, r.systems = offices.at, people.at, systems.at
	for _, id := range offices.order {
		s.offices = append(s.offices, placed[workflow.Office]{lineOf(offices.keys[id]), r.office(id, offices.at[id])})
	}
	s.offices = r.superiorsFirst(offices, s.offices)
	for _, id := range people.order {
		s.people = append(s.people, placed[workflow.Person]{lineOf(people.keys[id]), r.person(id, people.at[id])})
	}
	for _, id := range systems.order {
		s.systems = append(s.systems, placed[system]{lineOf(systems.keys[id]), r.system(id, systems.at[id])})
	}
	if seq, ok := items(b.at["steps"]); ok {
		r.steps(s, seq)
	} else {
		r.fail(n, `"steps" expects a list`)
	}
	return s
}

// section opens a mapping of ids; an absent one is empty.
func (r *reader) section(b block, key string) block {
	if !b.has(key) {
		return block{r: r, at: map[string]*yaml.Node{}}
	}
	return r.open(b.at[key], "*")
}

func (r *reader) calendar(n *yaml.Node) (out []year) {
	b := r.open(n, "*")
	for _, key := range b.order {
		number, err := strconv.Atoi(key)
		if err != nil || number < 1990 || number > 2100 {
			r.fail(b.keys[key], "%q is no year", key)
		}
		y := year{number: number}
		if _, list := items(b.at[key]); list {
			y.off = r.days(b.at[key])
		} else {
			days := r.open(b.at[key], "off work")
			y.off, y.work = days.days("off"), days.days("work")
		}
		for _, d := range slices.Concat(y.off, y.work) {
			if d.Year() != number {
				r.fail(b.keys[key], "%s is no day of %d", d, number)
			}
		}
		out = append(out, y)
	}
	return out
}

func (r *reader) office(id string, n *yaml.Node) workflow.Office {
	b := r.open(n, officeKeys)
	b.need("name")
	for _, term := range []string{"licensed", "designated"} {
		if days := b.days(term); b.has(term) && (len(days) != 2 || days[1].Before(days[0])) {
			r.fail(b.at[term], "%q expects its first and its last day", term)
		}
	}
	return workflow.Office{ID: id, Name: b.text("name"), Under: b.id("under", "office", r.offices), Body: b.word("body", r.words.Bodies),
		Licensed: b.term("licensed"), Designated: b.term("designated"), PublicService: b.bool("public_service")}
}

// term reads a first and a last day; nil when left out.
func (b block) term(key string) *workflow.Term {
	days := b.days(key)
	if len(days) != 2 {
		return nil
	}
	return &workflow.Term{From: days[0], To: days[1]}
}

// superiorsFirst orders offices so that each comes after the one it stands
// under; a circle is a fault.
func (r *reader) superiorsFirst(b block, in []placed[workflow.Office]) (out []placed[workflow.Office]) {
	done := map[string]bool{"": true}
	for len(out) < len(in) {
		before := len(out)
		for _, o := range in {
			if !done[o.it.ID] && done[o.it.Under] {
				done[o.it.ID] = true
				out = append(out, o)
			}
		}
		if len(out) == before {
			for _, o := range in {
				if !done[o.it.ID] {
					r.fail(b.keys[o.it.ID], "office %q stands under itself", o.it.ID)
				}
			}
			return in
		}
	}
	return out
}

func (r *reader) person(id string, n *yaml.Node) workflow.Person {
	b := r.open(n, personKeys)
	b.need("name")
	p := workflow.Person{ID: id, Name: b.text("name")}
	roles, several := items(b.at["roles"])
	switch {
	case !several && b.has("roles"):
		r.fail(b.at["roles"], `"roles" expects a list`)
	case !several:
		p.Grants = append(p.Grants, r.grant(b))
	case b.has("office") || b.has("role") || b.has("from") || b.has("to"):
		r.fail(n, `either "office" and "role" or "roles"`)
	default:
		for _, one := range roles {
			p.Grants = append(p.Grants, r.grant(r.open(one, "office role from to")))
		}
	}
	return p
}

func (r *reader) grant(b block) workflow.Grant {
	b.need("office", "role")
	return workflow.Grant{Office: b.id("office", "office", r.offices), Role: b.word("role", slices.Sorted(maps.Keys(r.roles))),
		From: b.day("from"), To: b.day("to")}
}

func (r *reader) system(id string, n *yaml.Node) system {
	b := r.open(n, systemKeys)
	b.need("name", "owner")
	s := system{System: workflow.System{ID: id, Name: b.text("name"), Owners: b.ids("owner", "office", r.offices),
		Operators: b.ids("operator", "office", r.offices), Lead: b.id("lead_operator", "office", r.offices), SDU: b.id("sdu", "office", r.offices)}}
	if b.has("facts") {
		s.Facts = r.facts(b.at["facts"])
	}
	if b.has("lease") {
		if b.has("operator") || b.has("lead_operator") {
			r.fail(b.at["lease"], `"lease" stands in place of "operator"`)
		}
		l := r.open(b.at["lease"], "lead provider from to")
		l.need("lead", "provider", "from")
		s.Lease = &workflow.Lease{Lead: l.id("lead", "office", r.offices), Provider: l.id("provider", "office", r.offices), From: l.day("from"), To: l.day("to")}
	}
	if b.has("approved") {
		s.approved = r.adopted(b.at["approved"])
	}
	return s
}

func (r *reader) adopted(n *yaml.Node) *adopted {
	b := r.open(n, "level on by no")
	b.need("level", "on", "by")
	on, err := workflow.ParseLooseDate(b.text("on"))
	if b.has("on") && err != nil {
		r.fail(b.at["on"], "%v", err)
	}
	return &adopted{level: b.level("level"), on: on.Written(), by: b.id("by", "office", r.offices), no: b.text("no")}
}

// facts reads facts by name; a value outside the list of a fact is a fault,
// every other value is the engine's to judge.
func (r *reader) facts(n *yaml.Node) workflow.Facts {
	b := r.open(n, strings.Join(slices.Sorted(maps.Keys(r.words.Facts)), " "))
	out := workflow.Facts{}
	for _, name := range b.order {
		if r.err != nil {
			return nil
		}
		if name == "components" && r.plain(b.at[name]) != nil {
			out[name] = r.components(b.at[name])
			continue
		}
		out[name] = r.plain(b.at[name])
		list, given := out[name].([]any)
		if !given && out[name] != nil {
			list = []any{out[name]}
		}
		for _, v := range list {
			if values := r.words.Facts[name]; len(values) > 0 && !slices.Contains(values, fmt.Sprint(v)) {
				r.fail(b.at[name], "fact %s has no value %q", name, fmt.Sprint(v))
			}
		}
	}
	return out
}

func (r *reader) components(n *yaml.Node) []any {
	seq, ok := items(n)
	if !ok {
		r.fail(n, `"components" expects a list`)
		return nil
	}
	var out []any
	for _, one := range seq {
		b := r.open(one, "name facts")
		b.need("name", "facts")
		c := map[string]any{"name": b.text("name")}
		if b.has("facts") {
			c["facts"] = map[string]any(r.facts(b.at["facts"]))
		}
		out = append(out, c)
	}
	return out
}
