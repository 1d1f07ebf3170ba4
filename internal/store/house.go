package store

import (
	"gorm.io/gorm"

	"capdo/workflow"
)

// comparePeople asks whether the people of a change are as they were seen.
func comparePeople(tx *gorm.DB, people []workflow.PersonChanged) error {
	for _, p := range people {
		var have workflow.Person
		if _, err := body(tx, &have, "SELECT body FROM people WHERE id = ?", p.Person.ID); err != nil {
			return err
		}
		if have.Revision != p.Was {
			return stale()
		}
	}
	return nil
}

// keepPeople writes the people and settings of a change.
func keepPeople(tx *gorm.DB, ch *workflow.Change) error {
	for _, p := range ch.People {
		if err := put(tx, "people", p.Person.ID, p.Person); err != nil {
			return err
		}
	}
	for key, value := range ch.Settings {
		if err := setSetting(tx, key, value); err != nil {
			return err
		}
	}
	return nil
}

func setSetting(tx *gorm.DB, key, value string) error {
	return tx.Exec("INSERT INTO settings (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value", key, value).Error
}
