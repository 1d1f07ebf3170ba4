package main

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"capdo/workflow/regime"
)

// Sizes of a diagram, in pixels.
const (
	boxWide   = 320
	pad       = 12
	lineHigh  = 17
	rowHigh   = 26 // of an arrow leaving or entering a box
	laneWide  = 13 // between two arrows side by side
	gap       = 18 // between boxes
	openHigh  = 40 // above a box that opens the procedure
	bandHead  = 26
	headHigh  = 64
	footHigh  = 34
	bandWide  = 10 // from the outermost arrow to the edge of the page
	leastWide = 620
	titleTxt  = 15
	smallTxt  = 12
)

// text is one line of words at a place.
type text struct {
	x, y  int // of the left end of the base line; of its right end where end is set
	size  int
	words string
	bold  bool
	end   bool
	class string
}

// wide is about how many pixels the words take, in a broad typeface, so that a
// narrower one fits too.
func (t text) wide() int { return textWide(t.words, t.size) }

// box is a state, or the band of a stage behind its states.
type box struct {
	x, y, w, h int
	class      string
}

// arrow is one act that moves the state: it leaves every state it is open in,
// runs along its own lane and enters one state.
type arrow struct {
	act     string
	sources []string
	target  string
	down    bool // on the right, toward a later state; else on the left
	lane    int
	top     int // rows of boxes it spans
	bottom  int
	out     []int // y of each leaving line, in the order of sources
	in      int   // y of the entering line
}

// diagram is a state machine laid out: states one below the other in bands of
// their stages, forward steps on the right, steps back on the left, each on a
// line of its own, so that no text meets another.
type diagram struct {
	w, h   int
	title  string
	boxes  []box
	texts  []text
	arrows []*arrow
	opens  [][2]int // top end of the line that opens, x and y
	left   int      // x of the column of boxes
	laneL  int      // x of the innermost lane on the left
	laneR  int
}

// draft is a diagram under way.
type draft struct {
	*diagram
	w     *words
	r     *regime.Regime
	p     *regime.Procedure
	order []string
	row   map[string]int
	at    map[string]box
	lines map[string][]text // inside each box
	opens map[string][]string
}

func (w *words) draw(r *regime.Regime, p *regime.Procedure) *diagram {
	d := &draft{diagram: &diagram{title: titleOf(p)}, w: w, r: r, p: p, order: w.order(p),
		row: map[string]int{}, at: map[string]box{}, lines: map[string][]text{}, opens: map[string][]string{}}
	for i, key := range d.order {
		d.row[key] = i
	}
	d.gather()
	d.fill()
	d.lanes(true)
	d.lanes(false)
	d.place()
	d.connect()
	d.frame()
	return d.diagram
}

// gather sorts the steps into arrows, acts that open, and acts that stay.
func (d *draft) gather() {
	stays, moved := map[string][]string{}, map[string][]string{}
	for i := range d.p.Steps {
		s := &d.p.Steps[i]
		label := d.w.label("act", s.Act)
		if len(s.From) == 0 {
			d.opens[s.To] = append(d.opens[s.To], label)
			continue
		}
		a := &arrow{act: label, target: s.To}
		for _, from := range s.From {
			if s.Target(from) == from {
				stays[from] = append(stays[from], d.w.say("diagram.stays", "act", label))
			} else {
				a.sources = append(a.sources, from)
			}
		}
		if len(a.sources) > 0 {
			d.add(a)
		}
	}
	if d.p == d.r.System {
		d.byDossiers(moved)
	}
	for _, key := range d.order {
		if d.p.States[key].Clock {
			moved[key] = append(moved[key], d.w.own["diagram.clock"])
		}
		for _, line := range slices.Concat(stays[key], moved[key]) {
			for _, part := range wrap(line, boxWide-2*pad, smallTxt) {
				d.lines[key] = append(d.lines[key], text{size: smallTxt, words: part, class: "stay"})
			}
		}
	}
}

// add keeps an arrow; one that goes both down and up becomes two.
func (d *draft) add(a *arrow) {
	for _, down := range []bool{true, false} {
		one := &arrow{act: a.act, target: a.target, down: down}
		for _, from := range d.order {
			if slices.Contains(a.sources, from) && (d.row[a.target] > d.row[from]) == down {
				one.sources = append(one.sources, from)
			}
		}
		if len(one.sources) > 0 {
			d.arrows = append(d.arrows, one)
		}
	}
}

// byDossiers tells which steps of the dossiers move the system.
func (d *draft) byDossiers(moved map[string][]string) {
	for _, p := range d.r.Procedures() {
		for i := range p.Steps {
			s := &p.Steps[i]
			for _, how := range slices.Sorted(maps.Keys(s.System)) {
				line := d.w.say("diagram.moved", "act", d.w.label("act", s.Act), "procedure", p.Key)
				if to := s.System[how]; !slices.Contains(moved[to], line) {
					moved[to] = append(moved[to], line)
				}
			}
		}
	}
}

// fill writes what stands in each box above its acts.
func (d *draft) fill() {
	for _, key := range d.order {
		s := d.p.States[key]
		var head []text
		put := func(words string, size int, bold bool, class string) {
			for _, part := range wrap(words, boxWide-2*pad, size) {
				head = append(head, text{size: size, words: part, bold: bold, class: class})
			}
		}
		put(d.w.label("state", key), titleTxt, true, "name")
		put(key, smallTxt, false, "key")
		if s.Holder != "" {
			put(d.w.say("diagram.holder", "who", d.w.word("capacity", s.Holder)), smallTxt, false, "fact")
		}
		if in := s.Within; in != nil && d.r.Deadlines[in.Rule] != nil {
			dl := d.r.Deadlines[in.Rule]
			put(d.w.say("diagram.within", "rule", in.Rule, "amount", d.w.amount(dl))+" – "+
				d.w.word("origin", string(cmp.Or(in.Origin, dl.Origin))), smallTxt, false, "fact")
			if dl.Verified == regime.Unverified {
				put(d.w.own["diagram.unverified"], smallTxt, false, "fact")
			}
		}
		if s.End {
			put(d.w.own["diagram.end"], smallTxt, false, "key")
		}
		d.lines[key] = append(head, d.lines[key]...)
	}
}

// lanes gives each arrow of a side a lane: short ones run inside, and two that
// would touch run apart.
func (d *draft) lanes(down bool) {
	var side []*arrow
	for _, a := range d.arrows {
		if a.down != down {
			continue
		}
		rows := []int{d.row[a.target]}
		for _, s := range a.sources {
			rows = append(rows, d.row[s])
		}
		a.top, a.bottom = slices.Min(rows), slices.Max(rows)
		side = append(side, a)
	}
	slices.SortStableFunc(side, func(a, b *arrow) int { return cmp.Compare(a.bottom-a.top, b.bottom-b.top) })
	for i, a := range side {
		for free := false; !free; {
			free = !slices.ContainsFunc(side[:i], func(b *arrow) bool {
				return b.lane == a.lane && a.top <= b.bottom && b.top <= a.bottom
			})
			if !free {
				a.lane++
			}
		}
	}
}

// side lists the arrows that touch a state on one side: on the right those
// that enter stand above those that leave, on the left below.
func (d *draft) side(key string, down bool) (ins, outs []*arrow) {
	for _, a := range d.arrows {
		if a.down == down && a.target == key {
			ins = append(ins, a)
		}
		if a.down == down && slices.Contains(a.sources, key) {
			outs = append(outs, a)
		}
	}
	byLane := func(a, b *arrow) int { return cmp.Compare(a.lane, b.lane) }
	slices.SortStableFunc(ins, byLane)
	slices.SortStableFunc(outs, func(a, b *arrow) int { return -byLane(a, b) })
	return ins, outs
}

// place stacks the boxes and writes their words.
func (d *draft) place() {
	room := func(down bool) (labels, lanes int) {
		for _, a := range d.arrows {
			if a.down == down {
				labels = max(labels, textWide(a.act, smallTxt)+2*pad)
				lanes = max(lanes, (a.lane+1)*laneWide)
			}
		}
		return labels, lanes
	}
	labels, lanes := room(false)
	d.left = bandWide + pad + lanes + labels
	d.laneL = d.left - labels
	labels, lanes = room(true)
	d.laneR = d.left + boxWide + labels
	d.diagram.w = d.laneR + lanes + pad + bandWide
	d.diagram.w = max(d.diagram.w, textWide(d.title, titleTxt+3)+4*pad, leastWide)

	y, stage, band := headHigh, "", -1
	for _, key := range d.order {
		if s := d.p.States[key].Stage; s != stage {
			stage, band = s, d.band(s, y)
			y += bandHead
		}
		if len(d.opens[key]) > 0 {
			y += openHigh
			d.open(key, y)
		}
		y = d.state(key, y) + gap
		d.boxes[band].h = y - d.boxes[band].y - gap/3
	}
	d.h = y
}

// band begins the background of a stage and names it.
func (d *draft) band(stage string, y int) int {
	d.boxes = append(d.boxes, box{bandWide / 2, y, d.diagram.w - bandWide, 0, "band"})
	name := text{x: d.left, y: y + lineHigh, size: smallTxt, words: d.w.word("stage", stage), bold: true, class: "stage"}
	d.texts = append(d.texts, name)
	return len(d.boxes) - 1
}

func (d *draft) open(key string, y int) {
	label := strings.Join(d.opens[key], "; ")
	d.diagram.opens = append(d.diagram.opens, [2]int{d.left + boxWide/2, y})
	d.texts = append(d.texts, text{x: d.left + boxWide/2 + pad, y: y - openHigh/2 + 3, size: smallTxt, words: label, class: "act"})
}

// state draws one box and gives the y below it.
func (d *draft) state(key string, y int) int {
	rows := 0
	for _, down := range []bool{true, false} {
		ins, outs := d.side(key, down)
		rows = max(rows, len(ins)+len(outs))
	}
	b := box{d.left, y, boxWide, max(len(d.lines[key])*lineHigh+pad+4, rows*rowHigh+4), "state"}
	d.at[key], d.boxes = b, append(d.boxes, b)
	for i, t := range d.lines[key] {
		t.x, t.y = b.x+pad, y+pad/2+(i+1)*lineHigh-3
		d.texts = append(d.texts, t)
	}
	return y + b.h
}

// connect gives every end of an arrow a row of its own and writes its label
// where it leaves.
func (d *draft) connect() {
	for _, a := range d.arrows {
		a.out = make([]int, len(a.sources))
	}
	for _, key := range d.order {
		for _, down := range []bool{true, false} {
			ins, outs := d.side(key, down)
			ends := slices.Concat(ins, outs)
			if !down {
				ends = slices.Concat(outs, ins)
			}
			for i, a := range ends {
				y := d.at[key].y + (i+1)*rowHigh - 4
				if a.target == key {
					a.in = y
					continue
				}
				a.out[slices.Index(a.sources, key)] = y
				label := text{x: d.left + boxWide + pad, y: y - 5, size: smallTxt, words: a.act, class: "act"}
				if !down {
					label.x, label.end = d.left-pad, true
				}
				d.texts = append(d.texts, label)
			}
		}
	}
}

// frame adds the heading and the legend.
func (d *draft) frame() {
	about := d.r.Title
	d.texts = append(d.texts,
		text{x: pad * 2, y: 28, size: titleTxt + 3, words: d.title, bold: true, class: "name"})
	for i, part := range wrap(about, d.diagram.w-4*pad, smallTxt) {
		d.texts = append(d.texts, text{x: pad * 2, y: 46 + i*lineHigh, size: smallTxt, words: part, class: "key"})
	}
	for _, part := range wrap(d.w.own["diagram.legend"], d.diagram.w-4*pad, smallTxt) {
		d.h += lineHigh
		d.texts = append(d.texts, text{x: pad * 2, y: d.h - 4, size: smallTxt, words: part, class: "key"})
	}
	d.h += footHigh - lineHigh
}
