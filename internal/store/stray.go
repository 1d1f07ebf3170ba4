package store

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"gorm.io/gorm"

	"capdo/workflow"
)

// Strays names each row of systems and cases where a column that lists and counts
// go by does not say what the row's own body says, and each count that is not what
// counting anew gives. Links do not cover these: whoever changed one could hide a
// row from those who look for it. key is that of the row or of the count.
func (h history) Strays(yield func(table, key, column string) error) error {
	if err := astray(h.tx, systemRow, yield); err != nil {
		return err
	}
	if err := astray(h.tx, caseRow, yield); err != nil {
		return err
	}
	for _, d := range derived {
		var ids []string
		if err := h.tx.Raw(d.differs).Scan(&ids).Error; err != nil {
			return err
		}
		for _, id := range ids {
			if err := yield("cases", id, d.column); err != nil {
				return err
			}
		}
	}
	for _, c := range tallies {
		if err := recounted(h.tx, c.table, c.kept, c.anew, yield); err != nil {
			return err
		}
	}
	return nil
}

// astray compares the columns of each row of a table with those its body makes.
func astray[T any](tx *gorm.DB, of func(*T) row, yield func(table, key, column string) error) error {
	shape := of(new(T))
	at := slices.Index(shape.cols, "body")
	values, into := make([]any, len(shape.cols)), make([]any, len(shape.cols))
	for i := range values {
		into[i] = &values[i]
	}
	return each(tx, into, func() error {
		noun := new(T)
		if decode(plain("t", values[at]), noun) != nil {
			return nil // the chain names it
		}
		for i, want := range of(noun).vals {
			if i != at && plain("t", values[i]) != fmt.Sprint(want) {
				return yield(shape.table, plain("t", values[0]), shape.cols[i])
			}
		}
		return nil
	}, "SELECT "+strings.Join(shape.cols, ", ")+" FROM "+shape.table+" ORDER BY id")
}

// operates is who operates a system outside a lease, for counts.
const operates = "CASE WHEN s.lead <> '' THEN s.lead WHEN s.others = '' THEN s.operator ELSE '' END"

// derived are columns of cases that come from their systems.
var derived = []struct{ column, differs string }{
	{"of_owner", "SELECT c.id FROM cases c LEFT JOIN systems s ON s.id = c.system WHERE c.of_owner <> CASE WHEN c.owner <> '' THEN c.owner ELSE COALESCE(s.owner, '') END ORDER BY c.id"},
	{"of_operator", "SELECT c.id FROM cases c LEFT JOIN systems s ON s.id = c.system WHERE c.of_operator <> COALESCE(" + operates + ", '') ORDER BY c.id"},
}

// tallies are the counts that triggers keep, and how they are counted anew.
var tallies = []struct{ table, kept, anew string }{
	{"level_counts", "SELECT CAST(level AS TEXT), n FROM level_counts WHERE n <> 0", "SELECT CAST(level AS TEXT), COUNT(*) FROM systems GROUP BY level"},
	{"system_counts", "SELECT owner || '/' || state || '/' || level, SUM(n) FROM system_counts GROUP BY owner, state, level HAVING SUM(n) <> 0",
		"SELECT owner || '/' || state || '/' || level, COUNT(*) FROM systems GROUP BY owner, state, level"},
	{"operator_counts", "SELECT owner || '/' || operator || '/' || state, SUM(n) FROM operator_counts GROUP BY owner, operator, state HAVING SUM(n) <> 0",
		"SELECT s.owner || '/' || " + operates + " || '/' || s.state, COUNT(*) FROM systems s GROUP BY 1"},
	{"case_counts", "SELECT owner || '/' || state, SUM(n) FROM case_counts GROUP BY owner, state HAVING SUM(n) <> 0",
		"SELECT of_owner || '/' || state, COUNT(*) FROM cases WHERE kind = '" + workflow.KindDossier + "' AND of_owner <> '' AND stage NOT IN ('in_force', 'closed') GROUP BY of_owner, state"},
	{"words", "SELECT word, n FROM words WHERE n <> 0", "SELECT word, COUNT(*) FROM system_words GROUP BY word"},
}

func recounted(tx *gorm.DB, table, kept, anew string, yield func(table, key, column string) error) error {
	have, err := counts(tx, kept)
	if err != nil {
		return err
	}
	want, err := counts(tx, anew)
	if err != nil {
		return err
	}
	keys := maps.Clone(have)
	maps.Copy(keys, want)
	for _, key := range slices.Sorted(maps.Keys(keys)) {
		if have[key] != want[key] {
			if err := yield(table, key, "n"); err != nil {
				return err
			}
		}
	}
	return nil
}

func counts(tx *gorm.DB, query string) (map[string]int64, error) {
	var key string
	var n int64
	out := map[string]int64{}
	return out, each(tx, []any{&key, &n}, func() error { out[key] = n; return nil }, query)
}
