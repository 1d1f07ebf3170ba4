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
	ours, raw   cost      // medians
	ratios      []float64 // of the rounds, sorted
	note        string
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

// work does an operation n times, from the i-th on.
type work func(from, n int) error

// contest lets ours and the floor take turns over n operations each.
func contest(t *testing.T, load, floor string, goal float64, n int, ours, raw work) result {
	t.Helper()
	r := result{load: load, floor: floor, goal: goal}
	var mine, theirs []cost
	at := 0
	for i := range rounds() + 1 {
		a, b := timed(t, ours, at, n), timed(t, raw, at, n)
		at += n
		if i == 0 {
			continue // caches fill
		}
		mine, theirs = append(mine, a), append(theirs, b)
		r.ratios = append(r.ratios, float64(a.wall)/float64(b.wall))
	}
	slices.Sort(r.ratios)
	r.ours, r.raw = middle(mine), middle(theirs)
	t.Logf("%s: ours %v (cpu %v), %s %v (cpu %v), ratio %.2f (%.2f–%.2f)", load, r.ours.wall, r.ours.cpu, floor, r.raw.wall, r.raw.cpu,
		r.median(), r.ratios[0], r.ratios[len(r.ratios)-1])
	return r
}

func timed(t *testing.T, do work, from, n int) cost {
	t.Helper()
	runtime.GC()
	cpu, start := processor(t), time.Now()
	if err := do(from, n); err != nil {
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
	return func(from, n int) error {
		for i := from; i < from+n; i++ {
			if err := one(i); err != nil {
				return err
			}
		}
		return nil
	}
}

// among shares the operations among so many who work at once; each has its own.
func among(workers int, one func(worker, i int) error) work {
	return func(from, n int) error {
		var wg sync.WaitGroup
		faults := make(chan error, workers)
		for w := range workers {
			wg.Go(func() {
				for i := from + w; i < from+n; i += workers {
					if err := one(w, i); err != nil {
						faults <- err
						return
					}
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
	return b.String()
}
