package pages

import (
	"math"
	"unicode/utf8"

	"capdo/workflow"
)

// chart is a drawing of bars made on the server, at the size it is shown: 440
// wide, text 14 pixels high.
type chart struct {
	Title  string // a whole sentence that says what is to be seen
	Height int
	Bars   []bar
	Line   *line // a goal across upright bars
}

// Left is where labels end.
func (c *chart) Left() int {
	if len(c.Bars) == 0 {
		return 0
	}
	return c.Bars[0].X - 10
}

// bar is one bar: where it stands, how long it is, what is written beside it.
type bar struct {
	Label      string
	N          int
	Class      string       // of the colour
	Link       string       // to the rows it counts
	Oldest     workflow.Day // when the oldest of them began, zero where that says nothing
	X, Y, W, H int
	TextX      int
	TextY      int
	LabelY     int
}

type line struct {
	Y     int
	Label int
}

const (
	chartWidth = 440
	rowHeight  = 33
	perLetter  = 7.4 // how wide a letter is, about
)

// levelBars lays bars one below the other, the longest as wide as there is room.
func levelBars(title string, bars []bar) *chart {
	c := &chart{Title: title, Height: rowHeight*len(bars) + 6, Bars: bars}
	most, left := 1, 134
	for _, b := range bars {
		most, left = max(most, b.N), max(left, int(float64(utf8.RuneCountInString(b.Label))*perLetter)+14)
	}
	wide := float64(chartWidth - left - 48)
	for i := range c.Bars {
		b := &c.Bars[i]
		b.X, b.Y, b.H = left, 6+rowHeight*i, 24
		b.W = int(math.Round(float64(b.N) / float64(most) * wide))
		if b.N > 0 {
			b.W = max(b.W, 4)
		}
		b.TextX, b.TextY, b.LabelY = b.X+b.W+8, b.Y+17, b.Y+17
	}
	return c
}

// uprightBars stand beside each other below a goal.
func uprightBars(title string, goal int, bars []bar) *chart {
	const ground, top, right = 176, 41, 412
	c := &chart{Title: title, Height: 204, Bars: bars, Line: &line{top, goal}}
	most := max(goal, 1)
	step := (right - 30) / max(len(bars), 1)
	for i := range c.Bars {
		b := &c.Bars[i]
		b.W = min(64, step-8)
		b.X = 30 + i*step
		b.H = max(2, int(math.Round(float64(b.N)/float64(most)*(ground-top))))
		b.Y = ground - b.H
		b.TextX, b.TextY, b.LabelY = b.X+b.W/2, max(b.Y-8, top+21), 197
	}
	return c
}

// gauge is a share beside its target, on a scale of 240.
type gauge struct {
	Permille int64
	Target   int
}

// W is how long the share is drawn, T where its target stands.
func (g gauge) W() int { return int(g.Permille * 240 / 1000) }

// T is where the target stands.
func (g gauge) T() int { return min(239, g.Target*240/100) }
