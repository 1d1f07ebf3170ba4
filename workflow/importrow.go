package workflow

// ImportRow is one system of a register that existed before this program.
type ImportRow struct {
	Line      int    // in the file, from 1
	Unit      string // the operator, as recorded
	Name      string
	Level     int // 1 to 5
	Decided   LooseDate
	Meets     string // "met", "unmet", or "" where the register is silent
	MeetsText string // the words Meets was read from
}

// RowRefusal is one fault of one row of an old register; a row with several
// faults has several.
type RowRefusal struct {
	Line   int    // in the file, from 1
	Column string // unit, name, level, decided, meets, or row for the whole of it
	Reason string // machine key: empty, level_out_of_range, date_impossible, duplicate, …
	Value  string // what stood there, shortened, unseen characters escaped
}
