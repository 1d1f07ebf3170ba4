package workflow

import (
	"context"
	"maps"
	"slices"

	"capdo/workflow/regime"
)

// TargetRow is one system as a target counts it: yes, no, or unknown where the
// records do not say.
type TargetRow struct {
	System string `json:"system"`
	Name   string `json:"name"`
	Counts string `json:"counts"`
}

// TargetResult is one target measured from the records of a day. Met is yes, no,
// open (what is unknown could decide it), unmeasured (the records cannot say) or
// none (the plan names no figure). Percent is a tenth of a percent, rounded down,
// so that a share short of its target never reads as reached.
type TargetResult struct {
	regime.Target
	Numerator   int64         `json:"numerator"`
	Denominator int64         `json:"denominator"`
	Unknown     int64         `json:"unknown,omitempty"`
	Percent     int64         `json:"permille"`
	Met         string        `json:"met"`
	Levels      []RegimeCount `json:"levels,omitempty"` // of those counted, by rule set
	Rows        []TargetRow   `json:"rows,omitempty"`
}

// targetMeasures answer a measure for one system.
var targetMeasures = map[string]func(x *targetReader, r *record) string{
	"has_level": func(_ *targetReader, r *record) string { return answerOf(r.entry != nil) },
	"plan_deployed": func(x *targetReader, r *record) string {
		w := ReportRow{}
		w.deployment(r, x.on)
		switch {
		case r.entry == nil:
			return "no"
		case w.Deployment == "":
			return "unknown"
		}
		return answerOf(w.Deployment == "full")
	},
	"quy_che": func(x *targetReader, r *record) string {
		w := ReportRow{}
		w.quyChe(r, x.offices)
		return w.measured("quy_che")
	},
	"checked": func(x *targetReader, r *record) string {
		return answerOf(slices.Contains(r.checks(), "periodic"))
	},
	"local_force":       func(x *targetReader, r *record) string { return x.layer(r, LayerNames[0]) },
	"monitored":         func(x *targetReader, r *record) string { return x.layer(r, LayerNames[1]) },
	"independent_check": func(x *targetReader, r *record) string { return x.layer(r, LayerNames[2]) },
	"national_link":     func(x *targetReader, r *record) string { return x.layer(r, LayerNames[3]) },
	"four_layers": func(x *targetReader, r *record) string {
		worst := "yes"
		for _, name := range LayerNames {
			switch x.layer(r, name) {
			case "no":
				return "no"
			case "unknown":
				worst = "unknown"
			}
		}
		return worst
	},
}

// Measures that are not counted over systems.
const spendingMeasure, noMeasure = "security_spending", "none"

// TargetMeasures lists the measures code knows, for the test of agreement.
func TargetMeasures() []string {
	return append(slices.Sorted(maps.Keys(targetMeasures)), spendingMeasure, noMeasure)
}

func answerOf(yes bool) string {
	if yes {
		return "yes"
	}
	return "no"
}

type targetReader struct {
	on      Day
	offices map[string]Office
	layers  map[[2]string]string // system, layer → state
}

// layer tells of one layer of a system; a layer in part does not count.
func (x *targetReader) layer(r *record, name string) string {
	state, ok := x.layers[[2]string{r.sys.ID, name}]
	if !ok {
		return "unknown"
	}
	return answerOf(state == "yes")
}

// Targets measures a plan's targets for an owner from the records of a day.
func (s *Service) Targets(ctx context.Context, owner string, on Day, p *regime.TargetPlan) ([]TargetResult, error) {
	list, offices, err := s.records(ctx, owner, on)
	if err != nil {
		return nil, err
	}
	list = slices.DeleteFunc(list, func(r *record) bool { return !slices.Contains(r.as, ownerCapacity) })
	layers, err := s.Layers(ctx, owner, on)
	if err != nil {
		return nil, err
	}
	x := &targetReader{on: on, offices: offices, layers: map[[2]string]string{}}
	for _, row := range layers.Rows {
		if row.SystemID != "" && row.State != "" {
			x.layers[[2]string{row.SystemID, row.Layer}] = row.State
		}
	}
	out := make([]TargetResult, 0, len(p.Targets))
	for _, t := range p.Targets {
		res := TargetResult{Target: t}
		switch t.Measure {
		case noMeasure:
			res.Met = "unmeasured"
		case spendingMeasure:
			err = s.spending(ctx, &res, owner, p.Year, on)
		default:
			x.count(&res, list)
		}
		if err != nil {
			return nil, err
		}
		out = append(out, res)
	}
	return out, nil
}

func (x *targetReader) count(res *TargetResult, list []*record) {
	measure := targetMeasures[res.Measure]
	for _, r := range list {
		answer := measure(x, r)
		res.Denominator++
		switch answer {
		case "yes":
			res.Numerator++
			if r.entry != nil {
				res.Levels = countLevel(res.Levels, r.entry.Regime, r.entry.Level)
			}
		case "unknown":
			res.Unknown++
		}
		res.Rows = append(res.Rows, TargetRow{r.sys.ID, r.sys.Name, answer})
	}
	res.judge()
}

// judge compares with the target. What is unknown decides nothing by itself: the
// target is met without it, missed even with it, or open.
func (res *TargetResult) judge() {
	if res.Denominator == 0 {
		res.Met = "unmeasured"
		return
	}
	res.Percent = res.Numerator * 1000 / res.Denominator
	if res.AtLeast == nil {
		res.Met = "none"
		return
	}
	need := int64(*res.AtLeast) * res.Denominator
	switch {
	case res.Numerator*100 >= need:
		res.Met = "yes"
	case (res.Numerator+res.Unknown)*100 < need:
		res.Met = "no"
	default:
		res.Met = "open"
	}
}

// spending is the share of money for security tasks in the money given to IT
// tasks, both from the lists of the year (a way of counting of ours: plans do
// not say whether the first is part of the second).
func (s *Service) spending(ctx context.Context, res *TargetResult, owner string, year int, on Day) error {
	var sums [2]int64
	for i, kind := range []string{"security", "spending"} {
		p, err := s.Plan(ctx, owner, kind, year, on)
		if problem, ok := ProblemOf(err); ok && problem.Kind == NotFound {
			res.Met = "unmeasured"
			return nil
		}
		if err != nil {
			return err
		}
		sums[i], _, _ = p.Sum()
	}
	res.Numerator, res.Denominator = sums[0], sums[1]
	res.judge()
	return nil
}
