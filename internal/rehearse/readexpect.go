package rehearse

import (
	"strings"

	"go.yaml.in/yaml/v4"

	"capdo/workflow"
)

// subjects are what an expectation may speak of, with the keys beside it.
var subjects = []struct {
	key, keys string
	read      func(r *reader, b block) (string, action)
}{
	{"paper", "paper case check system of on version contains lacks issuer", (*reader).expectPaper},
	{"case", "case state holder due due_rule due_origin level implied version track papers no_papers overdue flags no_flags appraiser approver regime regime_of", (*reader).expectCase},
	{"system", "system state level owner operator sdu flags no_flags tasks", (*reader).expectSystem},
	{"register", "register on rows levels row", (*reader).expectRegister},
	{"checks", "checks state next_due rule overdue flags papers", (*reader).expectChecks},
	{"events", "events acts", (*reader).expectEvents},
	{"report", "report year late window last_day to", (*reader).expectReport},
}

func (r *reader) expectation(b block) (string, action) {
	n := b.at["expect"]
	probe := r.open(n, "*")
	for _, s := range subjects {
		if probe.has(s.key) {
			what, do := s.read(r, r.open(n, s.keys))
			return "expect " + what, do
		}
	}
	r.fail(n, "no expectation: expected one of case, system, register, checks, events, paper, report")
	return "", nil
}

// expected holds single values by key, as text, so that they are compared as
// they are printed.
type expected map[string]string

// take reads scalar keys that need no checking; "none" stands for nothing.
func (e expected) take(b block, keys string) {
	for _, k := range strings.Fields(keys) {
		if b.has(k) {
			e[k] = b.text(k)
		}
	}
}

// takeDay reads a day or "none".
func (e expected) takeDay(b block, key string) {
	if !b.has(key) {
		return
	}
	if e[key] = b.text(key); e[key] != "none" {
		e[key] = b.day(key).String()
	}
}

// takeOffice reads an office or "none".
func (e expected) takeOffice(b block, keys string) {
	for _, k := range strings.Fields(keys) {
		if !b.has(k) {
			continue
		}
		if e[k] = b.text(k); e[k] != "none" {
			b.id(k, "office", b.r.offices)
		}
	}
}

func (e expected) takeWord(b block, key string, list []string) {
	if b.has(key) {
		e[key] = b.word(key, list)
	}
}

func (e expected) takeNumber(b block, keys string) {
	for _, k := range strings.Fields(keys) {
		if b.has(k) {
			b.number(k)
			e[k] = b.text(k)
		}
	}
}

// sets are lists that must be there, or must not, or must be exactly so.
type sets map[string][]string

func (s sets) take(b block, key, what string, list []string) {
	if b.has(key) {
		s[key] = b.wordList(key, what, list)
	}
}

func (r *reader) expectCase(b block) (string, action) {
	e := &caseExpected{id: b.text("case"), one: expected{}, many: sets{}, regimes: map[string]string{}}
	e.one.takeWord(b, "state", r.words.States["case"])
	e.one.takeOffice(b, "holder appraiser approver")
	e.one.takeDay(b, "due")
	e.one.takeWord(b, "due_rule", r.words.Rules)
	e.one.takeWord(b, "due_origin", r.words.Origins)
	e.one.takeNumber(b, "level implied version")
	e.one.takeWord(b, "track", r.words.Tracks)
	e.one.takeWord(b, "regime", r.words.Regimes)
	for _, k := range []string{"papers", "no_papers"} {
		e.many.take(b, k, "paper", r.words.Forms)
	}
	for _, k := range []string{"flags", "no_flags"} {
		e.many.take(b, k, "flag", r.words.Flags)
	}
	e.many.take(b, "overdue", "deadline", r.words.Rules)
	if b.has("regime_of") {
		of := r.open(b.at["regime_of"], "*")
		for _, name := range of.order {
			if _, ok := r.words.Acts[name]; !ok {
				r.fail(of.keys[name], "unknown act %q", name)
			}
			e.regimes[name] = of.oneOf("regime", of.at[name], r.words.Regimes)
		}
	}
	return "case " + e.id, e
}

func (r *reader) expectSystem(b block) (string, action) {
	e := &systemExpected{id: b.id("system", "system", r.systems), one: expected{}, many: sets{}, tasks: b.has("tasks")}
	e.one.takeWord(b, "state", r.words.States["system"])
	e.one.takeWord(b, "level", []string{"1", "2", "3", "4", "5", "none"})
	e.one.takeOffice(b, "owner operator sdu")
	for _, k := range []string{"flags", "no_flags"} {
		e.many.take(b, k, "flag", r.words.Flags)
	}
	if e.tasks {
		e.due = r.tasks(b.at["tasks"])
	}
	return "system " + e.id, e
}

// tasks reads the open tasks of a system, by deadline, or "none".
func (r *reader) tasks(n *yaml.Node) map[string]string {
	out := map[string]string{}
	if r.plain(n) == "none" {
		return out
	}
	b := r.open(n, strings.Join(r.words.Rules, " "))
	for _, k := range b.order {
		out[k] = b.day(k).String()
	}
	return out
}

func (r *reader) expectRegister(b block) (string, action) {
	e := &registerExpected{owner: b.id("register", "office", r.offices), on: b.day("on"), row: expected{}}
	if b.has("rows") {
		e.rows = count(b.number("rows"))
	}
	if b.has("levels") {
		e.levels = r.levels(b.at["levels"])
	}
	if b.has("row") {
		row := r.open(b.at["row"], "system level operator decided by mark")
		row.need("system")
		row.id("system", "system", r.systems)
		e.row.take(row, "system")
		e.row.takeNumber(row, "level")
		e.row.takeOffice(row, "operator by")
		e.row.takeWord(row, "mark", []string{"decommissioned", "none"})
		if row.has("decided") {
			d, err := workflow.ParseLooseDate(row.text("decided"))
			if err != nil {
				r.fail(row.at["decided"], "%v", err)
			}
			e.row["decided"] = looseText(d)
		}
	}
	return "register of " + e.owner, e
}

func (r *reader) expectChecks(b block) (string, action) {
	name := b.text("checks")
	r.checkName(b.at["checks"], name)
	e := &checksExpected{name: name, one: expected{}, many: sets{}}
	e.one.takeWord(b, "state", r.words.States["checks"])
	e.one.takeDay(b, "next_due")
	e.one.takeWord(b, "rule", r.words.Rules)
	e.many.take(b, "overdue", "deadline", r.words.Rules)
	e.many.take(b, "flags", "flag", r.words.Flags)
	e.many.take(b, "papers", "paper", r.words.Forms)
	return "checks of " + name, e
}

func (r *reader) expectEvents(b block) (string, action) {
	b.need("acts")
	e := &eventsExpected{of: b.text("events"), acts: b.list("acts"), ofSystem: r.systems[b.text("events")] != nil}
	e.known = r.words.events()
	for i, name := range e.acts {
		r.among(b.entry("acts", i), "act", strings.TrimPrefix(name, "!"), e.known)
	}
	return "events of " + e.of, e
}

func (r *reader) expectPaper(b block) (string, action) {
	e := &paperExpected{form: b.word("paper", r.words.Forms), caseID: b.text("case"), check: b.text("check"), system: b.text("system"), owner: b.id("of", "office", r.offices), on: b.day("on"),
		version: b.number("version"), contains: b.list("contains"), lacks: b.list("lacks"), issuer: b.id("issuer", "office", r.offices)}
	objects := 0
	for _, k := range []string{"case", "check", "system", "of"} {
		if b.has(k) {
			objects++
			e.of = b.text(k)
		}
	}
	if objects != 1 {
		r.fail(b.n, `expected one of "case", "check", "system" and "of"`)
	}
	b.id("system", "system", r.systems)
	if b.has("check") {
		r.checkName(b.at["check"], e.of)
	}
	return "paper " + e.form + " of " + e.of, e
}

func (r *reader) expectReport(b block) (string, action) {
	b.need("year")
	e := &reportExpected{office: b.id("report", "office", r.offices), year: b.number("year"), lastDay: b.day("last_day"), to: b.id("to", "office", r.offices)}
	if late := b.bool("late"); b.has("late") {
		e.late = &late
	}
	if e.window = b.days("window"); b.has("window") && len(e.window) != 2 {
		r.fail(b.at["window"], `"window" expects its first and its last day`)
	}
	return "report of " + e.office, e
}
