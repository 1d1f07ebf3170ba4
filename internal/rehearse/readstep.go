package rehearse

import (
	"maps"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v4"

	"capdo/workflow"
	"capdo/workflow/regime"
)

const actKeys = "on who act case check system office level track with refused warns"

// stepKinds tells steps apart by the key that names them.
var stepKinds = []struct {
	key  string
	keys string
	read func(r *reader, b block) (string, action)
}{
	{"expect", "expect", (*reader).expectation},
	{"classify", "classify level criteria missing floors at_least regime", (*reader).classifying},
	{"due", "due regime from year start is origin", (*reader).computing},
	{"import", "import owner on rows refused levels", (*reader).importing},
	{"pass", "on pass", (*reader).passing},
	{"act", actKeys, (*reader).acting},
}

// steps reads the steps in order and holds the clock to going forward.
func (r *reader) steps(s *Scenario, seq []*yaml.Node) {
	r.adhoc(seq)
	var last *moment
	for _, n := range seq {
		st := r.step(n)
		if at := st.at; at != nil {
			back := last != nil && (at.day.Before(last.day) || at.day == last.day && at.timed && at.clock < last.clock)
			if back {
				r.fail(n, "%s lies before the step above it", at.day)
			}
			if last != nil && at.day == last.day && !at.timed {
				at.clock = last.clock
			}
			if last == nil {
				s.first = at.time()
			}
			last = at
		}
		s.steps = append(s.steps, st)
		if r.err != nil {
			return
		}
	}
}

func (m *moment) time() time.Time { return m.day.Start().Add(m.clock) }

// adhoc collects the names decisions give to ad hoc checks, which later steps use.
func (r *reader) adhoc(seq []*yaml.Node) {
	for _, n := range seq {
		if n.Kind != yaml.MappingNode {
			continue
		}
		at := map[string]string{}
		for i := 0; i < len(n.Content); i += 2 {
			at[n.Content[i].Value] = n.Content[i+1].Value
		}
		if r.words.Acts[at["act"]].OfSystem && at["system"] != "" {
			r.checks[at["check"]] = true
		}
	}
}

func (r *reader) step(n *yaml.Node) step {
	probe := r.open(n, "*")
	for _, k := range stepKinds {
		if !probe.has(k.key) {
			continue
		}
		b := r.open(n, k.keys)
		what, do := k.read(r, b)
		return step{line: lineOf(n), what: what, at: b.moment("on"), do: do}
	}
	r.fail(n, "no step: expected one of act, classify, due, import, pass, expect")
	return step{}
}

func (r *reader) passing(b block) (string, action) {
	b.need("on")
	if !b.bool("pass") {
		r.fail(b.n, `"pass" expects true`)
	}
	return "pass to " + b.text("on"), passed{}
}

func (r *reader) acting(b block) (string, action) {
	b.need("on", "who")
	a := &act{who: b.id("who", "person", r.people), want: workflow.Want{Act: b.text("act")}}
	word, known := r.words.Acts[a.want.Act]
	a.clocks = slices.Contains(r.words.Clock, a.want.Act)
	switch {
	case a.clocks:
		word = actWord{Object: []string{"case", "system", "office", "check"}}
	case !known:
		r.fail(b.at["act"], "unknown act %q", a.want.Act)
	}
	r.object(b, a, word)
	a.want.Level = b.number("level")
	a.want.Track = b.word("track", r.words.Tracks)
	if b.has("with") {
		a.want.With = r.with(b.at["with"], word)
	}
	if b.has("refused") {
		a.refused = r.refusal(b.at["refused"])
	}
	a.warns = b.wordList("warns", "flag", r.words.Flags)
	return strings.Join([]string{a.who, a.want.Act, a.object}, " "), a
}

// object reads what the act is done to: exactly one thing, beside which an act
// that opens a case, or a decision on an ad hoc check, names the system.
func (r *reader) object(b block, a *act, word actWord) {
	beside := word.Opens || word.OfSystem
	for _, kind := range []string{"case", "check", "system", "office"} {
		if !b.has(kind) || kind == "system" && beside {
			continue
		}
		if !slices.Contains(word.Object, kind) || a.object != "" {
			r.fail(b.keys[kind], "%s is not what %s is done to", kind, a.want.Act)
		}
		a.object = b.text(kind)
		switch kind {
		case "case":
			a.want.Case = a.object
		case "check":
			r.checkName(b.at[kind], a.object)
			a.want.Check = a.object
		case "system":
			a.want.System = b.id(kind, "system", r.systems)
		case "office":
			a.want.Office = b.id(kind, "office", r.offices)
		}
	}
	if a.object == "" {
		r.fail(b.n, "%s needs one of: %s", a.want.Act, strings.Join(word.Object, ", "))
	}
	if word.Opens {
		b.need("system")
		a.want.NewCase, a.want.Case = a.object, ""
	}
	if beside {
		a.want.System = b.id("system", "system", r.systems)
	}
	if word.OfSystem && a.want.System != "" {
		a.want.NewCase = a.object
	}
}

// checkName holds a check to a system, an owner or an ad hoc check decided in
// this file.
func (r *reader) checkName(n *yaml.Node, name string) {
	if r.systems[name] == nil && r.offices[name] == nil && !r.checks[name] {
		r.fail(n, "unknown check %q", name)
	}
}

// with reads the fields of an act; those that name offices, people, systems,
// facts or a regime must name known ones.
func (r *reader) with(n *yaml.Node, word actWord) workflow.With {
	keys := append(slices.Sorted(maps.Keys(word.With)), "no", "date")
	b, out := r.open(n, strings.Join(keys, " ")), workflow.With{}
	for _, key := range b.order {
		out[key] = r.plain(b.at[key])
		if out[key] == nil {
			continue
		}
		switch word.With[key] {
		case "offices":
			b.ids(key, "office", r.offices)
		case "people":
			b.ids(key, "person", r.people)
		case "systems":
			b.ids(key, "system", r.systems)
		case "regime":
			b.word(key, r.words.Regimes)
		case "facts":
			r.open(b.at[key], strings.Join(slices.Sorted(maps.Keys(r.words.Facts)), " "))
		}
	}
	return out
}

func (r *reader) refusal(n *yaml.Node) *refusal {
	if r.plain(n) == true {
		return &refusal{}
	}
	b := r.open(n, "kind basis guard says")
	f := &refusal{kind: b.word("kind", r.words.Kinds), guard: b.word("guard", r.words.Guards), basis: b.text("basis"), says: b.text("says")}
	if b.has("basis") {
		if err := regime.Citation(f.basis).Check(); err != nil {
			r.fail(b.at["basis"], "%v", err)
		}
	}
	return f
}

func (r *reader) classifying(b block) (string, action) {
	c := &classification{regime: r.words.DefaultRegime, want: map[string][]string{}}
	if facts := r.facts(b.at["classify"]); facts != nil {
		c.facts = facts
	}
	if b.has("regime") {
		c.regime = b.word("regime", r.words.Regimes)
	}
	if b.has("level") {
		c.level = b.word("level", []string{"1", "2", "3", "4", "5", "unknown", "manual"})
	}
	c.atLeast = b.level("at_least")
	for _, key := range []string{"criteria", "floors"} {
		if b.has(key) {
			c.want[key] = b.wordList(key, "rule", r.rules)
		}
	}
	if b.has("missing") {
		c.want["missing"] = b.wordList("missing", "fact", slices.Sorted(maps.Keys(r.words.Facts)))
	}
	return "classify under " + c.regime, c
}

// ruleIDs lists the ids of the criteria and floors of every regime.
func ruleIDs(book *regime.Book) (ids []string) {
	for _, r := range book.Regimes {
		for _, c := range slices.Concat(r.Criteria.Rules(), r.Criteria.Floors()) {
			ids = append(ids, c.ID)
		}
	}
	return ids
}

func (r *reader) computing(b block) (string, action) {
	b.need("is")
	c := &computation{rule: b.word("due", r.words.Rules), regime: r.words.DefaultRegime, year: b.number("year"), start: b.day("start"),
		origin: b.word("origin", r.words.Origins)}
	if b.has("from") == b.has("year") {
		r.fail(b.n, `expected either "from" or "year"`)
	}
	if c.from = b.moment("from"); c.from == nil {
		c.from = &moment{}
	}
	if b.has("regime") {
		c.regime = b.word("regime", r.words.Regimes)
	}
	switch is := b.at["is"]; {
	case is != nil && is.Kind == yaml.MappingNode:
		m := r.open(is, "refused")
		m.need("refused")
		c.refused = r.refusal(m.at["refused"])
	default:
		if c.is = b.text("is"); c.is == "none" {
			break
		}
		m := b.moment("is")
		if c.is = m.day.String(); m.timed {
			c.is = m.time().Format(momentForm)
		}
	}
	return strings.Join([]string{"due", c.rule, "under", c.regime}, " "), c
}

func (r *reader) importing(b block) (string, action) {
	b.need("owner", "on")
	i := &importing{path: b.text("import"), owner: b.id("owner", "office", r.offices)}
	if b.has("rows") {
		i.rows = count(b.number("rows"))
	}
	if b.has("refused") {
		i.refused = count(b.number("refused"))
	}
	if b.has("levels") {
		i.levels = r.levels(b.at["levels"])
	}
	return "import " + i.path, i
}

func count(n int) *int { return &n }

// levels reads how many rows there are of each level.
func (r *reader) levels(n *yaml.Node) map[int]int {
	b, out := r.open(n, "1 2 3 4 5"), map[int]int{}
	for _, key := range b.order {
		if c := b.number(key); c > 0 {
			out[int(key[0]-'0')] = c
		}
	}
	return out
}
