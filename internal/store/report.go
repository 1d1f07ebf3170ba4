package store

import (
	"context"

	"capdo/workflow"
)

// AddReport keeps a report sent.
func (s *Store) AddReport(ctx context.Context, r workflow.Report) error {
	return s.put(ctx, func(p *plan) { putReport(p, r) })
}

func putReport(p *plan, r workflow.Report) {
	p.seal("reports", "INSERT INTO reports (id, office, year, place, body) VALUES (?, ?, ?, "+p.say.next("reports", "place")+", ?)", r.ID, r.Office, r.Year, text(r))
}

func keepReports(p *plan, ch *workflow.Change) {
	for _, r := range ch.Reports {
		putReport(p, r)
	}
}

// Reports lists what an office sent for a year, or for all years.
func (s *Store) Reports(ctx context.Context, office string, year int) ([]workflow.Report, error) {
	return bodies[workflow.Report](s.read(ctx), "SELECT body FROM reports WHERE office = ? AND (? = 0 OR year = ?) ORDER BY place", office, year, year)
}

// AddStatement keeps a statement.
func (s *Store) AddStatement(ctx context.Context, st workflow.Statement) error {
	deployment := ""
	if st.System != "" {
		deployment = st.Deployment
	}
	return s.put(ctx, func(p *plan) {
		p.seal("statements", "INSERT INTO statements (id, office, system, dated, deployment, place, body) VALUES (?, ?, ?, ?, ?, "+p.say.next("statements", "place")+", ?)",
			st.ID, st.Office, st.System, st.On.String(), deployment, text(st))
		if deployment != "" {
			p.do("SELECT id FROM systems WHERE id = ?"+p.say.hold, st.System) // what another says at once is seen by what follows
			p.do("UPDATE systems SET stated = (SELECT deployment FROM statements WHERE system = ? AND deployment <> '' ORDER BY dated DESC, place DESC LIMIT 1) WHERE id = ?", st.System, st.System)
		}
	})
}

// Statements selects statements by office, system and day.
func (s *Store) Statements(ctx context.Context, q workflow.StatementQuery) ([]workflow.Statement, error) {
	return bodies[workflow.Statement](s.read(ctx), "SELECT body FROM statements WHERE dated <= ? AND (? = '' OR office = ?) AND (? = '' OR system = ?) ORDER BY dated, place",
		q.Until.String(), q.Office, q.Office, q.System, q.System)
}

// AddDutyMark keeps a mark.
func (s *Store) AddDutyMark(ctx context.Context, m workflow.DutyMark) error {
	return s.put(ctx, func(p *plan) {
		p.seal("duty_marks", "INSERT INTO duty_marks (id, office, dated, place, body) VALUES (?, ?, ?, "+p.say.next("duty_marks", "place")+", ?)", m.ID, m.Office, m.On.String(), text(m))
	})
}

// DutyMarks lists the marks of an office by a day.
func (s *Store) DutyMarks(ctx context.Context, office string, until workflow.Day) ([]workflow.DutyMark, error) {
	return bodies[workflow.DutyMark](s.read(ctx), "SELECT body FROM duty_marks WHERE office = ? AND dated <= ? ORDER BY dated, place", office, until.String())
}

// AddLayers keeps layers, all or none.
func (s *Store) AddLayers(ctx context.Context, list []workflow.Layer) error {
	return s.put(ctx, func(p *plan) {
		for _, l := range list {
			p.seal("layers", "INSERT INTO layers (id, owner, dated, place, body) VALUES (?, ?, ?, "+p.say.next("layers", "place")+", ?)", l.ID, l.Owner, l.On.String(), text(l)).taken(stale())
		}
	})
}

// Layers lists the layers of an owner by a day.
func (s *Store) Layers(ctx context.Context, owner string, on workflow.Day) ([]workflow.Layer, error) {
	return bodies[workflow.Layer](s.read(ctx), "SELECT body FROM layers WHERE owner = ? AND dated <= ? ORDER BY dated, place", owner, on.String())
}

// AddPlan keeps the next edition of a list.
func (s *Store) AddPlan(ctx context.Context, p workflow.PlanList) error {
	return s.write(ctx, func(tx *writer) error {
		db, err := tx.now()
		if err != nil {
			return err
		}
		var last int
		if err := db.Raw("SELECT COALESCE(MAX(edition), 0) FROM plan_lists WHERE owner = ? AND kind = ? AND year = ?", p.Owner, p.Kind, p.Year).Scan(&last).Error; err != nil {
			return err
		}
		if p.Edition != last+1 {
			return stale()
		}
		tx.seal("plan_lists", "INSERT INTO plan_lists (owner, kind, year, edition, dated, body) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING", p.Owner, p.Kind, p.Year, p.Edition, p.On.String(), text(p)).one()
		return nil
	})
}

// Plan gives the newest edition of a list by a day.
func (s *Store) Plan(ctx context.Context, owner, kind string, year int, on workflow.Day) (p workflow.PlanList, err error) {
	ok, err := body(s.read(ctx), &p, "SELECT body FROM plan_lists WHERE owner = ? AND kind = ? AND year = ? AND dated <= ? ORDER BY edition DESC LIMIT 1", owner, kind, year, on.String())
	if err == nil && !ok {
		err = missing("plan", kind)
	}
	return p, err
}
