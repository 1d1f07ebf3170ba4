package workflow

import (
	"slices"

	"capdo/workflow/regime"
)

// Task is a duty on a system with a level of its own time: a review, or the
// measures of a newer law.
type Task struct {
	Rule     string          `json:"rule"`
	Due      Day             `json:"due"`
	Basis    []Citation      `json:"basis"`
	Origin   regime.Origin   `json:"origin"`
	Verified regime.Verified `json:"verified"`
	Regime   string          `json:"regime"`           // whose duty it is
	Answer   string          `json:"answer,omitempty"` // what answers it beside a new decision: review, measures
	Flag     string          `json:"flag,omitempty"`
	Late     string          `json:"late,omitempty"` // flag once the day has passed
}

// tasksOf lists the duties that stand on a system on a day.
func tasksOf(book *regime.Book, sys *System, day Day) []Task {
	var out []Task
	if sys.Level == 0 || sys.Decided.IsZero() {
		return nil
	}
	for _, r := range book.Regimes {
		if st := r.System.States[sys.State].Stage; st == "ending" || st == "closed" {
			continue
		}
		for _, v := range r.Reviews {
			older := sys.Decided.Last().Before(v.DecidedBefore)
			if day.Before(v.Opens) || older == v.Declared || v.Declared && sys.LevelBy == r.Key ||
				slices.ContainsFunc(sys.Reviews, func(d ReviewDone) bool { return d.Rule == v.Rule && !d.On.Before(sys.Decided.First()) }) {
				continue
			}
			dl := r.Deadlines[v.Rule]
			got, err := book.Calendar.Due(dl, v.Opens, Day{})
			if err != nil || got.None {
				continue
			}
			t := Task{Rule: v.Rule, Due: got.Due, Basis: v.Basis, Origin: got.Origin, Verified: dl.Verified, Regime: r.Key, Answer: v.Answer, Flag: v.Flag}
			if got.Due.Before(day) {
				t.Late = v.Late
			}
			out = append(out, t)
		}
	}
	return out
}

// tasks are the duties that a step answers today.
func (m *move) tasks(s *regime.Step) []Task {
	return slices.DeleteFunc(tasksOf(m.book, m.sys, m.day), func(t Task) bool { return t.Answer != s.Task })
}
