package pages

import (
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/gin-gonic/gin"

	"capdo/workflow"
	"capdo/workflow/regime"
)

func (r *room) dashboardRoutes(in gin.IRoutes) {
	r.get(in, "/dashboard", r.dashboard)
	r.get(in, "/dashboard/late", r.dashboardLate)
}

// figuresHold is how long the figures of a day gone by are shown again without
// reading its records anew.
const figuresHold = 10 * time.Second

// held are figures counted lately, by what they are of. One counts, others who ask
// for the same wait for it.
type held[T any] struct {
	mu sync.Mutex
	of map[string]*counted[T]
}

type counted[T any] struct {
	mu sync.Mutex
	at time.Time
	v  T
}

func (h *held[T]) slot(key string) *counted[T] {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.of == nil || len(h.of) > 100 {
		h.of = map[string]*counted[T]{}
	}
	if h.of[key] == nil {
		h.of[key] = &counted[T]{}
	}
	return h.of[key]
}

func (h *held[T]) get(key string, now time.Time, count func() (T, error)) (T, error) {
	c := h.slot(key)
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.at.IsZero() && now.Sub(c.at) < figuresHold {
		return c.v, nil
	}
	v, err := count()
	if err == nil {
		c.at, c.v = now, v
	}
	return v, err
}

// dashboardData is what the page shows.
type dashboardData struct {
	*registerData
	D       *workflow.Dashboard
	Targets []targetView
	ByLevel *chart
	ByYear  *chart
	States  *chart
}

// targetView is a target with its gauge.
type targetView struct {
	workflow.TargetResult
	gauge
}

// AtLeastText is the target in per cent.
func (t targetView) AtLeastText() int { return *t.AtLeast }

// Short is how many systems are missing to the target.
func (t targetView) Short() int64 {
	return max(0, (t.Denominator*int64(*t.AtLeast)+99)/100-t.Numerator)
}

// counts reads what an owner steers by: today's figures are kept counted, those of
// a day gone by are not.
func (r *room) counts(g *gin.Context, asked *registerData) (*workflow.Dashboard, error) {
	plan, err := regime.TargetPlanFor("", asked.Day)
	if err != nil {
		return nil, err
	}
	count := func() (*workflow.Dashboard, error) {
		return r.Service.Dashboard(g, asked.Owner.ID, asked.Day, plan)
	}
	if !asked.Day.Before(r.Service.Today()) {
		return count()
	}
	return r.figures.get(asked.Owner.ID+" "+asked.Day.String(), time.Now(), count)
}

// mostLate is how many overdue cases are listed.
const mostLate = 300

// dashboardLate lists what the dashboard counts as overdue.
func (r *room) dashboardLate(g *gin.Context) {
	asked, err := r.asked(g)
	if err != nil {
		r.fail(g, err)
		return
	}
	rows, err := r.Service.LateCases(g, asked.Owner.ID, mostLate)
	if err != nil {
		r.fail(g, err)
		return
	}
	today := r.Service.Today()
	days := make([]int, len(rows))
	for i, late := range rows {
		days[i] = today.Sub(late.Day)
	}
	r.render(g, http.StatusOK, "late", "dashboard", gin.H{"Owner": asked.Owner, "Rows": rows, "Days": days})
}

// dashboard shows what an owner steers by.
func (r *room) dashboard(g *gin.Context) {
	asked, err := r.asked(g)
	if err != nil {
		r.fail(g, err)
		return
	}
	d, err := r.counts(g, asked)
	if err != nil {
		r.fail(g, err)
		return
	}
	data := dashboardData{registerData: asked, D: d}
	for _, t := range d.Targets {
		data.Targets = append(data.Targets, targetView{t, gauge{t.Percent, *t.AtLeast}})
	}
	l := lang(g)
	data.ByLevel, data.ByYear, data.States = r.levelChart(l, d), r.yearChart(l, d), r.stateChart(l, d)
	r.render(g, http.StatusOK, "dashboard", "dashboard", data)
}

func (r *room) levelChart(l string, d *workflow.Dashboard) *chart {
	levels := map[int]int{}
	for _, set := range d.Sets {
		for level, n := range set.Levels {
			levels[level] += n
		}
	}
	var bars []bar
	var said []string
	for level := 1; level <= 5; level++ {
		word := r.Words.Message(l, "word.level", nil) + " " + itoa(level)
		bars = append(bars, bar{Label: word, N: levels[level], Class: "f" + itoa(level), Link: "/systems?level=" + itoa(level)})
		said = append(said, word+": "+itoa(levels[level]))
	}
	none := r.Words.Message(l, "dashboard.no_level", nil)
	bars = append(bars, bar{Label: none, N: d.NoLevel, Class: "f0", Link: "/systems?level=0"})
	return levelBars(strings.Join(append(said, none+": "+itoa(d.NoLevel)), "; ")+".", bars)
}

func (r *room) yearChart(l string, d *workflow.Dashboard) *chart {
	var bars []bar
	var said []string
	for _, y := range d.Years {
		word := r.Words.Message(l, "dashboard.end_of", map[string]string{"year": itoa(y.Year)})
		if y.Year == d.On.Year() {
			word = d.On.Start().Format("02/01/2006")
		}
		bars = append(bars, bar{Label: word, N: y.Systems, Class: "f2", Link: "/registers?owner=" + d.Owner.ID + "&on=31/12/" + itoa(y.Year)})
		said = append(said, word+": "+itoa(y.Systems))
	}
	return uprightBars(strings.Join(said, "; ")+".", d.Systems, bars)
}

func (r *room) stateChart(l string, d *workflow.Dashboard) *chart {
	var bars []bar
	var said []string
	for _, s := range d.States {
		word := r.Words.Message(l, "state."+s.State, nil)
		bars = append(bars, bar{Label: word, N: s.Cases, Class: "f3", Link: "/cases?state=" + s.State, Oldest: s.Oldest})
		said = append(said, word+": "+itoa(s.Cases))
	}
	return levelBars(strings.Join(said, "; ")+".", bars)
}
