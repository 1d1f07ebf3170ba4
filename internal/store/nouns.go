package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"gorm.io/gorm"

	"capdo/workflow"
)

// Office finds an office by id.
func (s *Store) Office(ctx context.Context, id string) (o workflow.Office, err error) {
	ok, err := body(s.read(ctx), &o, "SELECT body FROM offices WHERE id = ?", id)
	if err == nil && !ok {
		err = missing("office", id)
	}
	return o, err
}

// Offices lists all offices by id.
func (s *Store) Offices(ctx context.Context) ([]workflow.Office, error) {
	return bodies[workflow.Office](s.read(ctx), "SELECT body FROM offices ORDER BY id")
}

// SaveOffice adds or changes an office.
func (s *Store) SaveOffice(ctx context.Context, o workflow.Office) error {
	return s.put(ctx, officeRow(o).put)
}

// Person finds a person by id.
func (s *Store) Person(ctx context.Context, id string) (p workflow.Person, err error) {
	ok, err := body(s.read(ctx), &p, "SELECT body FROM people WHERE id = ?", id)
	if err == nil && !ok {
		err = missing("person", id)
	}
	return p, err
}

// People lists everybody by id.
func (s *Store) People(ctx context.Context) ([]workflow.Person, error) {
	return bodies[workflow.Person](s.read(ctx), "SELECT body FROM people ORDER BY id")
}

// SavePerson adds or changes a person with all grants.
func (s *Store) SavePerson(ctx context.Context, p workflow.Person) error {
	return s.put(ctx, personRow(p).put)
}

// Case finds a case by id.
func (s *Store) Case(ctx context.Context, id string) (*workflow.Case, error) {
	return caseOf(s.read(ctx), id)
}

func caseOf(db *gorm.DB, id string) (*workflow.Case, error) {
	c := &workflow.Case{}
	ok, err := body(db, c, "SELECT body FROM cases WHERE id = ?", id)
	if err == nil && !ok {
		err = missing("case", id)
	}
	return c, err
}

// concerning finds the cases that concern some offices, by an index each: of
// their systems, and of the cases themselves. UNION would sort each part, and
// read whole tables for it.
const concerning = `c.id IN (SELECT id FROM cases WHERE owner IN @offices UNION ALL SELECT id FROM cases WHERE appraiser <> '' AND appraiser IN @offices
	UNION ALL SELECT id FROM cases WHERE performer <> '' AND performer IN @offices UNION ALL SELECT id FROM cases WHERE council <> '' AND %[1]s(council, @member) > 0
	UNION ALL SELECT id FROM cases WHERE system IN (SELECT id FROM systems WHERE owner IN @offices UNION ALL SELECT id FROM systems WHERE operator IN @offices
		UNION ALL SELECT id FROM systems WHERE sdu IN @offices UNION ALL SELECT id FROM systems WHERE lead <> '' AND lead IN @offices
		UNION ALL SELECT id FROM systems WHERE provider <> '' AND provider IN @offices
		UNION ALL SELECT id FROM systems WHERE others <> '' AND (%[2]s)))`

// concerned writes the condition that a case concerns an office or the person of
// the query.
func concerned(db *gorm.DB, q workflow.CaseQuery) (clause string, args []any) {
	offices := slices.DeleteFunc(append([]string{"-"}, q.Concerns...), func(id string) bool { return id == "" }) // never empty: no office is called "-"
	var among []string
	within := speak(db).within
	for i, id := range offices {
		name := fmt.Sprint("among", i)
		among = append(among, within+"(others, @"+name+") > 0")
		args = append(args, sql.Named(name, between([]string{id})))
	}
	return fmt.Sprintf(concerning, within, strings.Join(among, " OR ")), append(args, sql.Named("offices", offices), sql.Named("member", between([]string{q.Member})))
}

// Cases selects cases in the order of the query.
func (s *Store) Cases(ctx context.Context, q workflow.CaseQuery) ([]*workflow.Case, error) {
	if !q.DueBy.IsZero() {
		query, args := "SELECT body FROM cases WHERE due <> '' AND due < ?", []any{q.DueBy.String()}
		if day, id, on := strings.Cut(q.After, "/"); on {
			query, args = query+" AND (due, id) > (?, ?)", append(args, day, id)
		}
		return bodies[*workflow.Case](s.read(ctx), query+" ORDER BY due, id LIMIT ?", append(args, limit(q.Limit))...)
	}
	query := "SELECT c.body FROM cases c LEFT JOIN systems s ON s.id = c.system WHERE c.id > ?"
	args := []any{q.After}
	add := func(yes bool, clause string, more ...any) {
		if yes {
			query, args = query+" AND "+clause, append(args, more...)
		}
	}
	add(q.Kind != "", "c.kind = ?", strings.TrimPrefix(q.Kind, "dossier"))
	add(q.System != "", "c.system = ?", q.System)
	add(q.State != "", "c.state = ?", q.State)
	add(q.Stage != "", "c.stage = ?", q.Stage)
	add(q.Running, "c.stage NOT IN ('in_force', 'closed', 'resting')")
	var named []any // stand after those that have a place
	if q.Concerns != nil || q.Member != "" {
		var clause string
		clause, named = concerned(s.r, q)
		add(true, clause)
	}
	add(q.Own && q.Owner != "", "c.owner = ?", q.Owner)
	add(q.Own && q.Owner == "", "c.owner <> ''")
	add(q.Owner != "" && !q.Own, "(s.owner = ? OR c.owner = ?)", q.Owner, q.Owner)
	return bodies[*workflow.Case](s.read(ctx), query+" ORDER BY c.id LIMIT ?", append(append(args, limit(q.Limit)), named...)...)
}

// Snapshot reads what one step is decided on, at one moment.
func (s *Store) Snapshot(ctx context.Context, caseID, systemID string) (snap *workflow.Snapshot, err error) {
	err = s.moment(ctx, func(tx *gorm.DB) error {
		if snap, err = snapshot(tx, caseID, systemID); err == nil {
			snap.House, err = s.houseOf(tx)
		}
		return err
	})
	return snap, err
}

// moment reads what stands at one moment.
func (s *Store) moment(ctx context.Context, do func(tx *gorm.DB) error) error {
	return faulty(s.read(ctx).Transaction(do, &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true}))
}

func snapshot(tx *gorm.DB, caseID, systemID string) (*workflow.Snapshot, error) {
	snap := &workflow.Snapshot{}
	var err error
	if caseID != "" {
		if snap.Case, err = caseOf(tx, caseID); err != nil {
			return nil, err
		}
		systemID = snap.Case.System
	}
	if systemID == "" && snap.Case != nil {
		snap.System = &workflow.System{Owners: []string{snap.Case.Owner}}
	} else if snap.System, err = system(tx, systemID); err != nil {
		return nil, err
	}
	for _, read := range []func(*gorm.DB, *workflow.Snapshot) error{readEntry, readSiblings} {
		if err := read(tx, snap); err != nil {
			return nil, err
		}
	}
	return snap, nil
}

// readEntry reads the decision in force and the dossier behind it.
func readEntry(tx *gorm.DB, snap *workflow.Snapshot) error {
	entry := &workflow.RegisterEntry{}
	ok, err := body(tx, entry, "SELECT body FROM register_entries WHERE system = ? AND until = '' AND system <> ''", snap.System.ID)
	if err != nil || !ok {
		return err
	}
	snap.Entry = entry
	if entry.Case == "" {
		return nil
	}
	snap.Old, err = caseOf(tx, entry.Case)
	return err
}

// readSiblings reads what else runs on the system and its owner.
func readSiblings(tx *gorm.DB, snap *workflow.Snapshot) (err error) {
	if id := snap.System.ID; id != "" {
		if err := tx.Raw("SELECT id FROM cases WHERE system = ? AND kind = '' AND stage NOT IN ('in_force', 'closed') ORDER BY id", id).Scan(&snap.Open).Error; err != nil {
			return faulty(err)
		}
		if snap.Checks, err = bodies[*workflow.Case](tx, "SELECT body FROM cases WHERE system = ? AND kind = 'check' AND stage <> 'closed' ORDER BY id", id); err != nil {
			return err
		}
	}
	snap.OrgWide, err = bodies[*workflow.Case](tx, "SELECT body FROM cases WHERE owner = ? AND kind = 'check' AND stage <> 'closed' ORDER BY id", first(snap.System.Owners))
	return err
}

// Events lists history, oldest first.
func (s *Store) Events(ctx context.Context, q workflow.EventQuery) ([]workflow.Event, error) {
	if q.All {
		return s.allEvents(ctx, q)
	}
	most := q.Limit
	if most == 0 {
		most = math.MaxInt32
	}
	where, id := of(q.Case, q.System, q.Office)
	if q.House {
		where, id = "case_id = ? AND system = ''", ""
	}
	rows, err := s.read(ctx).Raw("SELECT seq, body FROM events WHERE "+where+" AND seq > ? ORDER BY seq LIMIT ?", id, q.After, most).Rows()
	if err != nil {
		return nil, unlessNoText(err)
	}
	defer rows.Close()
	var out []workflow.Event
	for rows.Next() {
		e, err := eventOf(rows)
		if err != nil {
			return nil, err
		}
		out = append(out, e)
	}
	return out, unlessNoText(rows.Err())
}

// of selects rows of a case, or those of a system or an office that belong to none.
func of(caseID, system, office string) (where, id string) {
	switch {
	case caseID != "":
		return "case_id = ?", caseID
	case system != "":
		return "case_id = '' AND system = ?", system
	}
	return "case_id = '' AND system = '' AND office = ?", office
}

// Papers lists papers with their text, without bytes.
func (s *Store) Papers(ctx context.Context, q workflow.PaperQuery) ([]workflow.Paper, error) {
	where, id := of(q.Case, q.System, q.Office)
	return s.papers(ctx, "SELECT body, facts, text, '' FROM papers WHERE "+where+" ORDER BY seq", id)
}

// Paper finds a paper with its bytes.
func (s *Store) Paper(ctx context.Context, id string) (workflow.Paper, error) {
	list, err := s.papers(ctx, "SELECT body, facts, text, pdf FROM papers WHERE id = ?", id)
	if err != nil || len(list) == 1 {
		return append(list, workflow.Paper{})[0], err
	}
	return workflow.Paper{}, missing("paper", id)
}

func (s *Store) papers(ctx context.Context, query, id string) ([]workflow.Paper, error) {
	rows, err := s.read(ctx).Raw(query, id).Rows()
	if err != nil {
		return nil, unlessNoText(err)
	}
	defer rows.Close()
	var out []workflow.Paper
	for rows.Next() {
		var js, facts string
		var p workflow.Paper
		if err := rows.Scan(&js, &facts, &p.Text, &p.PDF); err != nil {
			return nil, err
		}
		words, pdf := p.Text, p.PDF
		if err := errors.Join(decode(js, &p), decode(facts, &p.Facts)); err != nil {
			return nil, err
		}
		p.Text, p.PDF = words, pdf
		out = append(out, p)
	}
	return out, unlessNoText(rows.Err())
}

// Register gives the rows of an owner that hold on a day.
func (s *Store) Register(ctx context.Context, owner string, on workflow.Day) ([]workflow.RegisterEntry, error) {
	return bodies[workflow.RegisterEntry](s.read(ctx), "SELECT body FROM register_entries WHERE owner = ? AND since <= ? AND (until = '' OR until > ?) ORDER BY place, seq",
		owner, on.String(), on.String())
}

// Setting reads a setting, "" when unset.
func (s *Store) Setting(ctx context.Context, key string) (value string, err error) {
	err = s.read(ctx).Raw("SELECT value FROM settings WHERE key = ?", key).Scan(&value).Error
	return value, faulty(err)
}

// SetSetting writes a setting.
func (s *Store) SetSetting(ctx context.Context, key, value string) error {
	return s.put(ctx, func(p *plan) { setSetting(p, key, value) })
}

// FirstSetting writes a setting that has no value yet and gives the value it has:
// of several who come at once all are given the same.
func (s *Store) FirstSetting(ctx context.Context, key, value string) (string, error) {
	err := s.put(ctx, func(p *plan) {
		p.seal("settings", "INSERT INTO settings (key, value) VALUES (?, ?) ON CONFLICT (key) DO NOTHING", key, value).one()
	})
	if problem, ok := workflow.ProblemOf(err); err != nil && (!ok || problem.Kind != workflow.Stale) {
		return "", err
	}
	return s.Setting(ctx, key)
}

// Done gives the outcome kept for a request key.
func (s *Store) Done(ctx context.Context, key string) (outcome []byte, err error) {
	err = s.read(ctx).Raw("SELECT outcome FROM requests WHERE key = ?", key).Row().Scan(&outcome)
	if errors.Is(err, sql.ErrNoRows) || noText(err) {
		return nil, nil
	}
	return outcome, faulty(err)
}
