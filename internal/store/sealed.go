package store

import (
	"fmt"
	"strconv"
	"strings"

	"gorm.io/gorm"

	"capdo/internal/chain"
)

// sealedTable says what of a table the chain covers. Its columns never change
// their meaning once a version is out: a column added later is a new list under
// a new name.
type sealedTable struct {
	name string
	keys []string
	cols []string // with the keys; i: a number, h: bytes, else text
	kind map[string]string

	returning string // brings back the columns of a row that was written, but for its bytes
}

func sealing(name, keys string, cols string) sealedTable {
	var back []string
	t := sealedTable{name: name, keys: strings.Fields(keys), kind: map[string]string{}}
	for _, c := range strings.Fields(cols) {
		col, kind, typed := strings.Cut(c, ":")
		if !typed {
			kind = "t"
		}
		t.cols, t.kind[col] = append(t.cols, col), kind
		if kind != "h" {
			back = append(back, col)
		}
	}
	t.returning = " RETURNING " + strings.Join(back, ", ")
	return t
}

// sealedTables are the tables whose rows links cover. Left out: accounts and
// sessions (who is at the door, not what was done), requests (answers given
// again), and what the chain itself keeps.
var sealedTables = []sealedTable{
	sealing("attachments", "id", "id seq:i case_id slot version:i sha256 body"),
	sealing("cases", "id", "id kind system owner state stage due revision:i body"),
	sealing("codes", "hash", "hash paper form case_id system issuer number dated level:i sha256"),
	sealing("contents", "case_id version", "case_id version:i body"),
	sealing("duty_marks", "id", "id office dated place:i body"),
	sealing("events", "seq", "seq:i case_id system office act body"),
	sealing("layers", "id", "id owner dated place:i body"),
	sealing("numbers", "id", "id issuer series year:i n:i text typed:i state reason case_id step:i form dated person"),
	sealing("offices", "id", "id body"),
	sealing("overviews", "system", "system revision:i body"),
	sealing("papers", "id", "id seq:i case_id system office body facts text pdf:h"),
	sealing("people", "id", "id body"),
	sealing("plan_lists", "owner kind year edition", "owner kind year:i edition:i dated body"),
	sealing("register_entries", "id", "id seq:i owner system since until place:i body"),
	sealing("reliances", "attachment kind ref", "attachment kind ref seq:i body"),
	sealing("reports", "id", "id office year:i place:i body"),
	sealing("settings", "key", "key value"),
	sealing("sheets", "id", "id case_id system copy:i shared:i revision:i body"),
	sealing("statements", "id", "id office system dated place:i body"),
	sealing("supplements", "catalogue", "catalogue revision:i body"),
	sealing("systems", "id", "id revision:i owner operator body"),
}

func sealedNamed(name string) *sealedTable {
	for i := range sealedTables {
		if sealedTables[i].name == name {
			return &sealedTables[i]
		}
	}
	panic("store: table " + name + " is not sealed")
}

// fullRow is a row as the chain sees it.
type fullRow struct {
	key  string
	cols []chain.Column
}

// get gives a column of a row, "" where the table has none of that name.
func (r fullRow) get(name string) string {
	for _, c := range r.cols {
		if c[0] == name {
			return c[2]
		}
	}
	return ""
}

// rows reads rows of a sealed table, all or by a condition, one at a time.
func (t *sealedTable) rows(db *gorm.DB, where string, args []any, yield func(fullRow) error) error {
	query := "SELECT " + strings.Join(t.cols, ", ") + " FROM " + t.name + where + " ORDER BY " + strings.Join(t.keys, ", ")
	rows, err := db.Raw(query, args...).Rows()
	if err != nil {
		return err
	}
	defer rows.Close()
	values, into := make([]any, len(t.cols)), make([]any, len(t.cols))
	for i := range values {
		into[i] = &values[i]
	}
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			return err
		}
		r := fullRow{cols: make([]chain.Column, len(t.cols))}
		for i, col := range t.cols {
			r.cols[i] = chain.Column{col, t.kind[col], plain(t.kind[col], values[i])}
		}
		if err := yield(t.keyed(r)); err != nil {
			return err
		}
	}
	return rows.Err()
}

// returned is a row as it came back when it was written; sum is the hash of its
// bytes.
func (t *sealedTable) returned(values []any, sum string) fullRow {
	r := fullRow{cols: make([]chain.Column, 0, len(t.cols))}
	for _, col := range t.cols {
		kind, value := t.kind[col], sum
		if kind != "h" {
			value, values = plain(kind, values[0]), values[1:]
		}
		r.cols = append(r.cols, chain.Column{col, kind, value})
	}
	return t.keyed(r)
}

// keyed gives a row its key.
func (t *sealedTable) keyed(r fullRow) fullRow {
	keys := make([]string, len(t.keys))
	for i, k := range t.keys {
		keys[i] = r.get(k)
	}
	r.key = strings.Join(keys, "/")
	return r
}

// plain writes a value the same way from either database.
func plain(kind string, v any) string {
	switch v := v.(type) {
	case int64:
		return strconv.FormatInt(v, 10)
	case bool:
		if v {
			return "1"
		}
		return "0"
	case []byte:
		if kind == "h" {
			return chain.Sum(v)
		}
		return string(v)
	case string:
		if kind == "h" {
			return chain.Sum([]byte(v))
		}
		return v
	case nil:
		if kind == "h" {
			return chain.Sum(nil)
		}
		return ""
	}
	return fmt.Sprint(v)
}

// subject is the chain a row belongs to where no event tells.
func (t *sealedTable) subject(r fullRow) string {
	if t.name == "cases" {
		return "case/" + r.get("id")
	}
	if t.name == "systems" {
		return "system/" + r.get("id")
	}
	if t.name == "offices" {
		return "office/" + r.get("id")
	}
	office := r.get("office")
	for _, name := range []string{"issuer", "owner"} {
		if office == "" {
			office = r.get(name)
		}
	}
	return subjectOf(r.get("case_id"), r.get("system"), office)
}

// subjectOf is the chain of an event or a row of a case; of a system or an
// office where it belongs to no case.
func subjectOf(caseID, system, office string) string {
	switch {
	case caseID != "":
		return "case/" + caseID
	case system != "":
		return "system/" + system
	case office != "":
		return "office/" + office
	}
	return chain.House
}
