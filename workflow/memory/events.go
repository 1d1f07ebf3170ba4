package memory

import (
	"slices"

	"capdo/workflow"
)

// allEvents looks over the whole history, newest first.
func (s *Store) allEvents(q workflow.EventQuery) (out []workflow.Event) {
	for _, e := range slices.Backward(s.events) {
		of := e.System
		if c, ok := s.cases[e.Case]; ok {
			of = c.System
		}
		switch {
		case e.Seq >= q.Before, q.House && (e.Case != "" || e.System != ""), q.System != "" && of != q.System,
			q.Act != "" && e.Act != q.Act, q.Person != "" && e.Person != q.Person, q.Refused && e.Refused == nil:
			continue
		}
		if out = append(out, e); len(out) == q.Limit {
			break
		}
	}
	return out
}
