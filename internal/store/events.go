package store

import (
	"context"
	"database/sql"
	"errors"

	"capdo/workflow"
)

// allEvents looks over the whole history, newest first. Who acted and whether it
// was refused stand in the body alone: the database passes over most of the
// others, and what it hands out is read here.
func (s *Store) allEvents(ctx context.Context, q workflow.EventQuery) ([]workflow.Event, error) {
	where, args := "seq < ?", []any{q.Before}
	and := func(more string, values ...any) { where, args = where+" AND "+more, append(args, values...) }
	if q.House {
		and("case_id = '' AND system = ''")
	}
	if q.System != "" {
		and("(system = ? OR case_id IN (SELECT id FROM cases WHERE system = ?))", q.System, q.System)
	}
	if q.Act != "" {
		and("act = ?", q.Act)
	}
	if q.Person != "" {
		and("body LIKE ?", `%"person":"`+q.Person+`"%`)
	}
	if q.Refused {
		and(`body LIKE '%"refused":{%'`)
	}
	rows, err := s.read(ctx).Raw("SELECT seq, body FROM events WHERE "+where+" ORDER BY seq DESC", args...).Rows()
	if err != nil {
		return nil, unlessNoText(err)
	}
	defer rows.Close()
	var out []workflow.Event
	for (q.Limit == 0 || len(out) < q.Limit) && rows.Next() {
		e, err := eventOf(rows)
		if err != nil {
			return nil, err
		}
		if (q.Person == "" || e.Person == q.Person) && (!q.Refused || e.Refused != nil) {
			out = append(out, e)
		}
	}
	return out, unlessNoText(rows.Err())
}

// eventOf reads one row of seq and body.
func eventOf(rows *sql.Rows) (e workflow.Event, err error) {
	var seq int64
	var js string
	err = errors.Join(rows.Scan(&seq, &js), decode(js, &e))
	e.Seq = seq
	return e, err
}
