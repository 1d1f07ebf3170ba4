package store

import (
	"gorm.io/gorm"

	"capdo/workflow"
)

// keepPeople writes the people and settings of a change.
func keepPeople(tx *gorm.DB, ch *workflow.Change) error {
	for _, p := range ch.People {
		if err := personRow(p.Person).over(tx, p.Was); err != nil {
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

func personRow(p workflow.Person) row {
	return row{"people", []string{"id", "revision", "body"}, []any{p.ID, p.Revision, text(p)}}
}

func setSetting(tx *gorm.DB, key, value string) error {
	touch(tx, "settings", key)
	return tx.Exec("INSERT INTO settings (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value", key, value).Error
}
