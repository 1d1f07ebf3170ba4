//go:build bench

// Package bench measures what people wait for against its floor: the same work
// written straight against the driver or the library. It is no room of the
// program. Ours and the floor take turns in one run, because an absolute time on
// a machine with other guests says little; what counts is the ratio.
package bench

import (
	"cmp"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// rounds is how often ours and the floor take turns; CAPDO_BENCH_ROUNDS says otherwise.
func rounds() int {
	if n, err := strconv.Atoi(os.Getenv("CAPDO_BENCH_ROUNDS")); err == nil && n > 0 {
		return n
	}
	return 5
}

// cost is what one operation took: time that passed and time of a processor.
type cost struct{ wall, cpu time.Duration }

// result is one line of the table.
type result struct {
	load, floor string // what was done, and what it is compared with
	goal        float64
	ours, raw   cost            // medians
	ratios      []float64       // of the rounds, sorted
	each, its   []time.Duration // what single operations of ours and of the floor took, sorted
	limits      []limit
	note        string
}

// limit is a figure of a load with a goal of its own.
type limit struct {
	what, have, goal string // goal is empty where it only tells
	met              bool
}

// within asks that so many of a hundred operations took no longer than most; 0 only
// tells.
func (r *result) within(percent int, most time.Duration) {
	took := percentile(r.each, percent)
	l := limit{what: fmt.Sprintf("p%d of single operations", percent), have: short(took)}
	if len(r.its) > 0 {
		l.have += " (floor " + short(percentile(r.its, percent)) + ")"
	}
	if most > 0 {
		l.goal, l.met = "≤ "+short(most), took <= most
	}
	r.limits = append(r.limits, l)
}

func percentile(sorted []time.Duration, percent int) time.Duration {
	return sorted[min(len(sorted)-1, len(sorted)*percent/100)]
}

// cpu asks that an operation took no more of a processor than most.
func (r *result) cpu(most time.Duration) {
	r.limits = append(r.limits, limit{"time of a processor", short(r.ours.cpu), "≤ " + short(most), r.ours.cpu <= most})
}

// size asks that something is no larger than most, in a unit.
func (r *result) size(what string, have, most int, unit string) {
	r.limits = append(r.limits, limit{what, fmt.Sprint(have, " ", unit), fmt.Sprint("≤ ", most, " ", unit), have <= most})
}

func (r result) median() float64 { return r.ratios[len(r.ratios)/2] }

// met says whether the goal is reached; nothing where there is none.
func (r result) met() string {
	switch {
	case r.goal == 0:
		return ""
	case r.median() <= r.goal:
		return "yes"
	}
	return "**no**"
}

// work does an operation as often as took is long, from the i-th on, and says
// there what each took; it says nothing where that would cost more than the work.
type work func(from int, took []time.Duration) error

// contest lets ours and the floor take turns over n operations each.
func contest(t *testing.T, load, floor string, goal float64, n int, ours, raw work) result {
	t.Helper()
	took, first := make([]time.Duration, n), true
	var its []time.Duration
	r := against(t, load, floor, goal, n, ours, func(from int) cost {
		c := timed(t, raw, from, took)
		if !first {
			its = append(its, took...)
		}
		first = false
		return c
	})
	slices.Sort(its)
	r.its = its
	return r
}

// against is contest with a floor that tells its own cost.
func against(t *testing.T, load, floor string, goal float64, n int, ours work, raw func(from int) cost) result {
	t.Helper()
	r := result{load: load, floor: floor, goal: goal}
	var mine, theirs []cost
	at, took := 0, make([]time.Duration, n)
	for i := range rounds() + 1 {
		a, b := timed(t, ours, at, took), raw(at)
		at += n
		if i == 0 {
			continue // caches fill
		}
		mine, theirs, r.each = append(mine, a), append(theirs, b), append(r.each, took...)
		r.ratios = append(r.ratios, float64(a.wall)/float64(b.wall))
	}
	slices.Sort(r.ratios)
	slices.Sort(r.each)
	r.ours, r.raw = middle(mine), middle(theirs)
	t.Logf("%s: ours %v (cpu %v), %s %v (cpu %v), ratio %.2f (%.2f–%.2f)", load, r.ours.wall, r.ours.cpu, floor, r.raw.wall, r.raw.cpu,
		r.median(), r.ratios[0], r.ratios[len(r.ratios)-1])
	return r
}

func timed(t *testing.T, do work, from int, took []time.Duration) cost {
	t.Helper()
	n := len(took)
	runtime.GC()
	cpu, start := processor(t), time.Now()
	if err := do(from, took); err != nil {
		t.Fatal(err)
	}
	return cost{time.Since(start) / time.Duration(n), (processor(t) - cpu) / time.Duration(n)}
}

// processor is the time of processors this program has used.
func processor(t *testing.T) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		t.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func middle(list []cost) cost {
	slices.SortFunc(list, func(a, b cost) int { return cmp.Compare(a.wall, b.wall) })
	return list[len(list)/2]
}

// each does one operation at a time.
func each(one func(i int) error) work {
	return among(1, func(_, i int) error { return one(i) })
}

// quick does one operation at a time that takes less than to look at a clock.
func quick(one func(i int)) work {
	return func(from int, took []time.Duration) error {
		for i := range took {
			one(from + i)
		}
		return nil
	}
}

// among shares the operations among so many who work at once; each has its own.
func among(workers int, one func(worker, i int) error) work {
	return func(from int, took []time.Duration) error {
		var wg sync.WaitGroup
		faults := make(chan error, workers)
		for w := range workers {
			wg.Go(func() {
				for i := w; i < len(took); i += workers {
					start := time.Now()
					if err := one(w, from+i); err != nil {
						faults <- err
						return
					}
					took[i] = time.Since(start)
				}
			})
		}
		wg.Wait()
		close(faults)
		return <-faults
	}
}

// short writes a duration with three digits.
func short(d time.Duration) string {
	for unit, name := range map[time.Duration]string{time.Second: "s", time.Millisecond: "ms", time.Microsecond: "µs"} {
		if d >= unit && d < unit*1000 {
			return strconv.FormatFloat(float64(d)/float64(unit), 'g', 3, 64) + " " + name
		}
	}
	return d.String()
}

// table writes results as they stand in docs/benchmarks.md.
func table(list []result) string {
	var b strings.Builder
	b.WriteString("| Work | Ours | CPU | Floor | its time | its CPU | Ratio: median (least–most) | Goal | Met |\n|---|---|---|---|---|---|---|---|---|\n")
	for _, r := range list {
		goal := "–"
		if r.goal > 0 {
			goal = fmt.Sprintf("≤ %.2f", r.goal)
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s | %s | **%.2f** (%.2f–%.2f) | %s | %s |\n", r.load, short(r.ours.wall), short(r.ours.cpu), r.floor,
			short(r.raw.wall), short(r.raw.cpu), r.median(), r.ratios[0], r.ratios[len(r.ratios)-1], goal, r.met())
	}
	b.WriteString("\n| Work | Figure | Measured | Goal | Met |\n|---|---|---|---|---|\n")
	for _, r := range list {
		for _, l := range r.limits {
			met := "**no**"
			switch {
			case l.goal == "":
				l.goal, met = "–", ""
			case l.met:
				met = "yes"
			}
			fmt.Fprintf(&b, "| %s | %s | %s | %s | %s |\n", r.load, l.what, l.have, l.goal, met)
		}
	}
	return b.String()
}
