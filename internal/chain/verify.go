package chain

import (
	"crypto/ed25519"
	"maps"
	"slices"
)

// Source is what is verified: a database or an export, as at one moment. Each
// method calls what it is given once for each thing, in the order named.
type Source interface {
	Links(yield func(Link) error) error             // by id
	Checkpoints(yield func(Checkpoint) error) error // by number
	Tables() []string
	Rows(table string, yield func(key string, cols []Column) error) error
}

// Finding is one thing that is not as it was sealed. Code says what, the rest
// where.
type Finding struct {
	Code       string `json:"code"`
	Table      string `json:"table,omitempty"`
	Key        string `json:"key,omitempty"`
	Subject    string `json:"subject,omitempty"`
	N          int64  `json:"n,omitempty"`
	Event      int64  `json:"event,omitempty"`
	Checkpoint int64  `json:"checkpoint,omitempty"`
}

// Options are what a source is verified against.
type Options struct {
	Outside *Outside                               // nil: without the file outside
	Keys    []ed25519.PublicKey                    // none: signatures are not looked at
	See     func(table, key string, cols []Column) // sees every row, to ask more of it; may be nil
	Seal    string                                 // short form as a paper prints it, to be found; empty: none
}

// Report is what a verification found.
type Report struct {
	Links       int64     `json:"links"`
	Chains      int64     `json:"chains"`
	Rows        int64     `json:"rows"`
	Checkpoints int64     `json:"checkpoints"`
	Last        string    `json:"last,omitempty"` // short form of the last checkpoint
	LastTime    string    `json:"last_time,omitempty"`
	Uncovered   int64     `json:"uncovered"` // links that no checkpoint covers yet
	Findings    []Finding `json:"findings"`
}

// OK tells whether all is as it was sealed.
func (r *Report) OK() bool { return len(r.Findings) == 0 }

// place is a link's place; two links never share one.
type place struct {
	subject string
	n       int64
}

// seal is what the last link that names a row says of it.
type seal struct {
	digest string
	by     place
	event  int64
}

// verifier walks a source once.
type verifier struct {
	heads
	opt     Options
	rep     *Report
	cps     []Checkpoint
	bad     map[int64]bool // checkpoints that are named already
	traces  map[place]Trace
	seen    map[place]bool
	stored  map[string]string // the hash that the last link of a chain carries, be it true or not
	sealed  map[[2]string]seal
	lastID  int64
	looked  int   // checkpoints whose root was compared
	unlike  int64 // the first whose root differs
	tainted bool  // a link is named: roots differ by that alone
}

// Verify compares links, checkpoints and rows with one another, and with the
// file outside and the keys where they are given. The error is a fault of
// reading only.
func Verify(src Source, opt Options) (*Report, error) {
	v := &verifier{opt: opt, rep: &Report{Findings: []Finding{}}, bad: map[int64]bool{}, traces: map[place]Trace{},
		seen: map[place]bool{}, stored: map[string]string{}, sealed: map[[2]string]seal{}}
	if opt.Outside != nil {
		for _, t := range opt.Outside.Traces {
			v.traces[place{t.Subject, t.N}] = t
		}
	}
	if err := src.Checkpoints(func(c Checkpoint) error { v.cps = append(v.cps, c); return nil }); err != nil {
		return nil, err
	}
	v.checkpoints()
	if err := src.Links(v.link); err != nil {
		return nil, err
	}
	v.roots(1<<63 - 1)
	v.absent()
	if v.unlike > 0 && !v.tainted {
		v.find(Finding{Code: "checkpoint_root", Checkpoint: v.unlike})
	}
	for _, table := range src.Tables() {
		if err := src.Rows(table, func(key string, cols []Column) error { v.row(table, key, cols); return nil }); err != nil {
			return nil, err
		}
	}
	v.gone()
	v.sum()
	return v.rep, nil
}

func (v *verifier) find(f Finding) { v.rep.Findings = append(v.rep.Findings, f) }

// checkpoints proves the checkpoints in themselves and against those outside.
func (v *verifier) checkpoints() {
	outside := map[int64]Checkpoint{}
	if v.opt.Outside != nil {
		for _, c := range v.opt.Outside.Checkpoints {
			outside[c.Number] = c
		}
	}
	name := func(code string, n int64) { v.bad[n] = true; v.find(Finding{Code: code, Checkpoint: n}) }
	previous, number, found := None, int64(0), v.opt.Seal == ""
	for _, c := range v.cps {
		for number++; number < c.Number && number <= int64(len(v.cps)+len(outside)); number++ {
			name("checkpoint_missing", number)
			previous = ""
		}
		number = c.Number
		good, known := c.SignedBy(v.opt.Keys)
		kept, isOutside := outside[c.Number]
		switch {
		case isOutside && kept.Hash() != c.Hash():
			name("checkpoint_differs", c.Number)
		case len(v.opt.Keys) > 0 && !known:
			name("checkpoint_key", c.Number)
		case len(v.opt.Keys) > 0 && !good:
			name("checkpoint_signature", c.Number)
		case previous != "" && c.Previous != previous:
			name("checkpoint_order", c.Number)
		}
		found = found || c.Short() == v.opt.Seal
		previous = c.Hash()
		if v.bad[c.Number] {
			previous = ""
		}
		delete(outside, c.Number)
	}
	for _, n := range slices.Sorted(maps.Keys(outside)) {
		if c := outside[n]; !v.bad[n] {
			name("checkpoint_missing", n)
			if good, _ := c.SignedBy(v.opt.Keys); len(v.opt.Keys) > 0 && !good {
				v.find(Finding{Code: "outside_signature", Checkpoint: n})
			}
		}
	}
	if !found {
		v.find(Finding{Code: "seal_unknown", Key: v.opt.Seal})
	}
}

// roots compares the tree with every checkpoint that ends before a link.
func (v *verifier) roots(id int64) {
	for ; v.looked < len(v.cps) && v.cps[v.looked].Last < id; v.looked++ {
		c := v.cps[v.looked]
		if v.unlike > 0 || v.bad[c.Number] {
			continue
		}
		if v.tree.Root() != c.Root || v.links != c.Links || int64(v.tree.Len()) != c.Chains {
			v.unlike = c.Number
		}
	}
}

// link proves one link: its place, the hash before it, and the file outside.
func (v *verifier) link(l Link) error {
	v.roots(l.ID)
	v.rep.Links++
	at, p := v.of[l.Subject], place{l.Subject, l.N}
	trace, traced := v.traces[p]
	name := func(code string) {
		v.tainted = true
		v.find(Finding{Code: code, Subject: l.Subject, N: l.N, Event: trace.Event})
	}
	rec, err := l.ReadRecord()
	for _, r := range rec.Rows {
		v.sealed[[2]string{r[0], r[1]}] = seal{r[2], p, rec.Event}
	}
	twice := v.seen[p]
	v.seen[p] = true
	strange := traced && trace.Digest != Sum([]byte(l.Record))
	switch _, awaited := v.traces[place{l.Subject, at.n + 1}]; {
	case twice, l.N <= at.n, l.ID <= v.lastID:
		name("link_order")
		return nil
	case strange && l.N > at.n+1 && awaited: // out of its place: the chain goes on without it
		name("link_rewritten")
		return nil
	}
	v.lastID = l.ID
	before := at.before()
	if l.N > at.n+1 {
		before = v.gap(l, at.n+1)
	}
	if code := v.doubt(l, before, trace, traced, strange); code != "" {
		name(code)
	}
	v.stored[l.Subject] = l.Hash
	if traced {
		l.Hash = trace.Hash
	}
	v.put(l.Subject, l.N, l.Hash)
	if err != nil {
		name("link_unreadable")
	}
	return nil
}

// doubt tells what is wrong with a link that stands in its place, "" when
// nothing is. One that was only computed anew after another was rewritten is not
// named: its record is what it was.
func (v *verifier) doubt(l Link, before string, trace Trace, traced, strange bool) string {
	follows := before == "" || l.Hash == LinkHash(before, l.Subject, l.N, l.Record)
	switch stored, ok := v.stored[l.Subject]; {
	case strange && trace.Hash != l.Hash:
		return "link_rewritten"
	case !traced && v.opt.Outside != nil && l.ID <= v.opt.Outside.Last().Last:
		return "link_added"
	case follows:
		return ""
	case traced && !strange && ok && stored != before && l.Hash == LinkHash(stored, l.Subject, l.N, l.Record):
		v.tainted = true
		return ""
	}
	return "link_edited"
}

// gap names the first link that is missing before one, unless the file outside
// names each, and gives the hash that one has to follow, "" when nobody knows it.
func (v *verifier) gap(l Link, first int64) string {
	v.tainted = true
	if _, named := v.traces[place{l.Subject, first}]; !named {
		v.find(Finding{Code: "link_missing", Subject: l.Subject, N: first})
	}
	return v.traces[place{l.Subject, l.N - 1}].Hash
}

// absent names the links that the file outside has and the source has not.
func (v *verifier) absent() {
	if v.opt.Outside == nil {
		return
	}
	for _, t := range v.opt.Outside.Traces {
		if !v.seen[place{t.Subject, t.N}] {
			v.tainted = true
			v.find(Finding{Code: "link_missing", Subject: t.Subject, N: t.N, Event: t.Event})
		}
	}
	if n := len(v.cps); v.lastID < v.opt.Outside.Last().Last && (n == 0 || v.cps[n-1].Number < v.opt.Outside.Last().Number) {
		v.find(Finding{Code: "rolled_back", Checkpoint: v.opt.Outside.Last().Number})
	}
}

func (v *verifier) row(table, key string, cols []Column) {
	v.rep.Rows++
	if v.opt.See != nil {
		v.opt.See(table, key, cols)
	}
	k := [2]string{table, key}
	s, ok := v.sealed[k]
	delete(v.sealed, k)
	switch {
	case !ok:
		v.find(Finding{Code: "row_added", Table: table, Key: key})
	case s.digest != Digest(table, cols):
		v.find(Finding{Code: "row_edited", Table: table, Key: key, Subject: s.by.subject, N: s.by.n, Event: s.event})
	}
}

// gone names the rows that were sealed and are not there.
func (v *verifier) gone() {
	left := slices.SortedFunc(maps.Keys(v.sealed), func(a, b [2]string) int { return slices.Compare(a[:], b[:]) })
	for _, k := range left {
		s := v.sealed[k]
		v.find(Finding{Code: "row_deleted", Table: k[0], Key: k[1], Subject: s.by.subject, N: s.by.n, Event: s.event})
	}
}

func (v *verifier) sum() {
	v.rep.Chains, v.rep.Checkpoints, v.rep.Uncovered = int64(len(v.of)), int64(len(v.cps)), v.links
	if n := len(v.cps); n > 0 {
		c := v.cps[n-1]
		v.rep.Last, v.rep.LastTime, v.rep.Uncovered = c.Short(), c.Time, max(0, v.links-c.Links)
	}
}
