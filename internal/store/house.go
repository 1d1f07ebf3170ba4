package store

import (
	"context"
	"maps"
	"slices"
	"sync"

	"gorm.io/gorm"

	"capdo/workflow"
)

// known is the house as it was read last, with the count of its changes then. Each
// step is decided on all offices and everybody; they change rarely, so they are
// read again only when the count, which every change of them raises in its own
// transaction, has moved on: by whatever copy of the program.
type known struct {
	mu    sync.Mutex
	count int64
	house workflow.House
}

func counted(db *gorm.DB) (n int64, err error) {
	err = each(db, []any{&n}, func() error { return nil }, "SELECT COALESCE(MAX(n), 0) FROM changes WHERE name = 'house'")
	return n, err
}

// raise counts one more change of the house, as the last a transaction does before
// its links.
func raise(p *plan) {
	p.do("INSERT INTO changes (name, n) VALUES ('house', 1) ON CONFLICT (name) DO UPDATE SET n = changes.n + 1")
}

// at gives the house that has seen so many changes, if that is the one known.
func (k *known) at(count int64) (workflow.House, bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.house, k.count == count && k.house.Offices != nil
}

func (k *known) keep(count int64, h workflow.House) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if count >= k.count {
		k.count, k.house = count, h
	}
}

// House gives every office and everybody.
func (s *Store) House(ctx context.Context) (h workflow.House, err error) {
	n, err := counted(s.read(ctx))
	if err != nil {
		return h, faulty(err)
	}
	if h, ok := s.known.at(n); ok {
		return h, nil
	}
	err = s.moment(ctx, func(tx *gorm.DB) error {
		h, err = s.houseOf(tx)
		return err
	})
	return h, err
}

// houseOf gives the house as the transaction sees it.
func (s *Store) houseOf(tx *gorm.DB) (h workflow.House, err error) {
	n, err := counted(tx)
	if err != nil {
		return h, faulty(err)
	}
	if h, ok := s.known.at(n); ok {
		return h, nil
	}
	offices, err := bodies[workflow.Office](tx, "SELECT body FROM offices ORDER BY id")
	if err != nil {
		return h, err
	}
	people, err := bodies[workflow.Person](tx, "SELECT body FROM people ORDER BY id")
	if err != nil {
		return h, err
	}
	h = workflow.NewHouse(offices, people)
	s.known.keep(n, h)
	return h, nil
}

// keepPeople writes the people and settings of a change.
func keepPeople(p *plan, ch *workflow.Change) {
	for _, one := range ch.People {
		personRow(one.Person).over(p, one.Was)
	}
	for _, key := range slices.Sorted(maps.Keys(ch.Settings)) {
		setSetting(p, key, ch.Settings[key])
	}
}

func personRow(p workflow.Person) row {
	return row{"people", []string{"id", "revision", "body"}, []any{p.ID, p.Revision, text(p)}}
}

func setSetting(p *plan, key, value string) {
	p.seal("settings", "INSERT INTO settings (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value", key, value)
}
