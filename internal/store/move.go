package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"maps"
	"slices"
	"strings"

	"gorm.io/gorm"

	"capdo/migrations"
)

// Why a move is refused; MoveError carries one of them.
var (
	ErrNotEmpty = errors.New("the target holds other rows")
	ErrDiffers  = errors.New("the rows read back differ")
	ErrPaper    = errors.New("a paper does not have its hash")
)

// MoveError says at which table a move stopped, and why; the target is as it was.
type MoveError struct {
	Table string
	Err   error
}

// Error names the table.
func (e *MoveError) Error() string { return "store: move: " + e.Table + ": " + e.Err.Error() }

// Unwrap gives the cause.
func (e *MoveError) Unwrap() error { return e.Err }

// Moved is one table as it stands alike on both sides: its rows, and the SHA-256
// over all of them in the order of their keys.
type Moved struct {
	Table  string `json:"table"`
	Rows   int64  `json:"rows"`
	SHA256 string `json:"sha256"`
}

// Move copies every table of one store into another in one transaction, reads
// all of it back and compares. The target must be empty, or hold the same rows
// already: then nothing is written, and again is true. Papers are compared with
// their own hashes too.
func Move(ctx context.Context, from, to *Store) (list []Moved, again bool, err error) {
	err = from.read(ctx).Transaction(func(src *gorm.DB) error {
		return to.w.WithContext(ctx).Transaction(func(dst *gorm.DB) error {
			list, again, err = move(src, dst)
			return err
		})
	}, &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true})
	return list, again, faulty(err)
}

func move(src, dst *gorm.DB) ([]Moved, bool, error) {
	tables, err := tablesOf(dst)
	if err != nil {
		return nil, false, err
	}
	empty, err := holdsNothing(dst, tables)
	if err != nil {
		return nil, false, err
	}
	var list []Moved
	for _, t := range tables {
		put := func([][]any) error { return nil }
		if empty {
			put = t.insert(dst)
		}
		m, err := t.compared(src, dst, put)
		if errors.Is(err, ErrDiffers) && !empty {
			err = ErrNotEmpty
		}
		if err != nil {
			return nil, false, &MoveError{t.name, err}
		}
		list = append(list, m)
	}
	if empty {
		err = number(dst)
	}
	return list, !empty, err
}

func holdsNothing(dst *gorm.DB, tables []table) (bool, error) {
	for _, t := range tables {
		var n int64
		if err := dst.Raw("SELECT COUNT(*) FROM " + t.name).Row().Scan(&n); err != nil || n > 0 {
			return false, err
		}
	}
	return true, nil
}

// table is a table with its columns and those of its key.
type table struct {
	name      string
	cols, key []string
	parents   []string
}

// What tables there are: name, column, place in the key or 0, and the table that
// a column refers to or nothing. The migrations' own table stays where it is, and what the
// database counts by itself it counts again.
var catalogue = map[string]string{
	migrations.SQLite: `SELECT m.name, c.name, c.pk, COALESCE((SELECT f."table" FROM pragma_foreign_key_list(m.name) f WHERE f."from" = c.name), '')
		FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' AND m.name NOT LIKE 'goose_%' AND m.name NOT IN ('changes', 'level_counts', 'system_counts', 'operator_counts', 'case_counts', 'words', 'system_words') ORDER BY m.name, c.name`,
	migrations.Postgres: `SELECT t.relname, a.attname, COALESCE(array_position(k.conkey, a.attnum), 0), COALESCE(r.relname, '')
		FROM pg_class t JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped
		LEFT JOIN pg_constraint k ON k.conrelid = t.oid AND k.contype = 'p'
		LEFT JOIN pg_constraint f ON f.conrelid = t.oid AND f.contype = 'f' AND a.attnum = ANY (f.conkey) LEFT JOIN pg_class r ON r.oid = f.confrelid
		WHERE t.relkind = 'r' AND t.relnamespace = current_schema()::regnamespace AND t.relname NOT LIKE 'goose_%' AND t.relname NOT IN ('changes', 'level_counts', 'system_counts', 'operator_counts', 'case_counts', 'words', 'system_words') ORDER BY t.relname COLLATE "C", a.attname COLLATE "C"`,
}

// tablesOf lists the tables of a database, each after those it refers to.
func tablesOf(db *gorm.DB) ([]table, error) {
	rows, err := db.Raw(catalogue[db.Name()]).Rows()
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	found := map[string]*table{}
	for rows.Next() {
		var name, col, parent string
		var place int
		if err := rows.Scan(&name, &col, &place, &parent); err != nil {
			return nil, err
		}
		if found[name] == nil {
			found[name] = &table{name: name}
		}
		found[name].add(col, place, parent)
	}
	return inOrder(found), rows.Err()
}

func (t *table) add(col string, place int, parent string) {
	t.cols = append(t.cols, col)
	if place > 0 {
		t.key = append(t.key, make([]string, max(0, place-len(t.key)))...)
		t.key[place-1] = col
	}
	if parent != "" && parent != t.name {
		t.parents = append(t.parents, parent)
	}
}

func inOrder(found map[string]*table) (out []table) {
	done := map[string]bool{}
	var add func(name string)
	add = func(name string) {
		if done[name] {
			return
		}
		done[name] = true
		for _, p := range found[name].parents {
			add(p)
		}
		out = append(out, *found[name])
	}
	for _, name := range slices.Sorted(maps.Keys(found)) {
		add(name)
	}
	return out
}

// batch is how many rows go into one statement.
const batch = 100

// compared hands the rows of the source on to put and then compares what the
// target holds.
func (t table) compared(src, dst *gorm.DB, put func([][]any) error) (Moved, error) {
	sent, err := t.read(src, put)
	if err != nil {
		return sent, err
	}
	kept, err := t.read(dst, func(rows [][]any) error {
		if t.name == "papers" {
			return t.sound(rows)
		}
		return nil
	})
	if err == nil && kept != sent {
		err = ErrDiffers
	}
	return kept, err
}

// read goes through a table in the order of its key.
func (t table) read(db *gorm.DB, each func([][]any) error) (Moved, error) {
	m := Moved{Table: t.name}
	rows, err := db.Raw("SELECT " + strings.Join(t.cols, ", ") + " FROM " + t.name + " ORDER BY " + strings.Join(t.key, ", ")).Rows()
	if err != nil {
		return m, err
	}
	defer rows.Close()
	sum := sha256.New()
	var some [][]any
	for rows.Next() {
		vals, into := make([]any, len(t.cols)), make([]any, len(t.cols))
		for i := range vals {
			into[i] = &vals[i]
		}
		if err := rows.Scan(into...); err != nil {
			return m, err
		}
		if err := canonical(sum, vals); err != nil {
			return m, err
		}
		m.Rows++
		if some = append(some, vals); len(some) == batch {
			if err := each(some); err != nil {
				return m, err
			}
			some = nil
		}
	}
	if err := rows.Err(); err != nil {
		return m, err
	}
	m.SHA256 = hex.EncodeToString(sum.Sum(nil))
	if len(some) == 0 {
		return m, nil
	}
	return m, each(some)
}

// canonical writes a row so that two rows are written alike only when they are
// the same, whatever database they come from.
func canonical(to hash.Hash, vals []any) error {
	for _, v := range vals {
		var err error
		switch v := v.(type) {
		case nil:
			_, err = fmt.Fprint(to, "n;")
		case int64:
			_, err = fmt.Fprintf(to, "i%d;", v)
		case string:
			_, err = fmt.Fprintf(to, "t%d:%s;", len(v), v)
		case []byte:
			_, err = fmt.Fprintf(to, "b%d:%s;", len(v), v)
		default:
			err = fmt.Errorf("a value of type %T", v)
		}
		if err != nil {
			return err
		}
	}
	_, err := to.Write([]byte("\n"))
	return err
}

// insert writes rows as they are, with the places they have.
func (t table) insert(dst *gorm.DB) func([][]any) error {
	one := "(?" + strings.Repeat(", ?", len(t.cols)-1) + ")"
	head := "INSERT INTO " + t.name + " (" + strings.Join(t.cols, ", ") + ") " + speak(dst).asIs + " VALUES "
	return func(rows [][]any) error {
		return dst.Exec(head+one+strings.Repeat(", "+one, len(rows)-1), slices.Concat(rows...)...).Error
	}
}

// sound asks whether papers have the hash they were kept with.
func (t table) sound(rows [][]any) error {
	body, pdf := slices.Index(t.cols, "body"), slices.Index(t.cols, "pdf")
	for _, r := range rows {
		var says struct{ ID, SHA256 string }
		if err := json.Unmarshal([]byte(fmt.Sprint(r[body])), &says); err != nil {
			return err
		}
		bytes, _ := r[pdf].([]byte)
		if sum := sha256.Sum256(bytes); hex.EncodeToString(sum[:]) != says.SHA256 {
			return fmt.Errorf("%w: %s", ErrPaper, says.ID)
		}
	}
	return nil
}

// number lets what numbers rows as they come go on after the rows that are there.
func number(dst *gorm.DB) error {
	query := speak(dst).numbered
	if query == "" {
		return nil
	}
	var all []string
	if err := dst.Raw(query).Scan(&all).Error; err != nil {
		return err
	}
	for _, one := range all {
		if err := dst.Exec(one).Error; err != nil {
			return err
		}
	}
	return nil
}
