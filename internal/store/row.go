package store

import "strings"

// row is one row of a table that has a column revision: its columns, the key
// first, and their values.
type row struct {
	table string
	cols  []string
	vals  []any
}

// add writes a new row; stale when its key is taken.
func (r row) add(p *plan) { p.seal(r.table, r.insert()+" DO NOTHING", r.vals...).one() }

// over writes a row over the revision it was before, 0 for none or none yet;
// stale when it has another. The comparison and the writing are one statement,
// so that of two who come at once one is told. still are columns, each followed by
// the value that it must have as well.
func (r row) over(p *plan, was int64, still ...any) {
	if was > 0 {
		r.change(p, was, still...)
		return
	}
	p.seal(r.table, r.insert()+" DO UPDATE SET "+r.excluded()+" WHERE "+r.table+".revision = 0", r.vals...).one()
}

// change is over for a row that must be there.
func (r row) change(p *plan, was int64, still ...any) {
	sets, where := strings.Join(r.cols[1:], " = ?, ")+" = ?", r.cols[0]+" = ? AND revision = ?"
	args := append(append([]any{}, r.vals[1:]...), r.vals[0], was)
	for i := 0; i+1 < len(still); i += 2 {
		where, args = where+" AND "+still[i].(string)+" = ?", append(args, still[i+1])
	}
	p.seal(r.table, "UPDATE "+r.table+" SET "+sets+" WHERE "+where, args...).one()
}

// put writes a row whatever was there.
func (r row) put(p *plan) { p.seal(r.table, r.insert()+" DO UPDATE SET "+r.excluded(), r.vals...) }

func (r row) insert() string {
	return "INSERT INTO " + r.table + " (" + strings.Join(r.cols, ", ") + ") VALUES (?" + strings.Repeat(", ?", len(r.cols)-1) + ") ON CONFLICT (" + r.cols[0] + ")"
}

func (r row) excluded() string {
	sets := make([]string, len(r.cols)-1)
	for i, c := range r.cols[1:] {
		sets[i] = c + " = excluded." + c
	}
	return strings.Join(sets, ", ")
}
