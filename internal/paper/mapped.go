package paper

import "strings"

func (b Head) mapped(f func(string) string) Block {
	return Head{Parent: upper(f(b.Parent)), Issuer: upper(f(b.Issuer)), Nation: upper(f(b.Nation)), Motto: f(b.Motto),
		Number: f(b.Number), PlaceDate: f(b.PlaceDate), Abstract: f(b.Abstract)}
}

func (b Title) mapped(f func(string) string) Block {
	return Title{Type: upper(f(b.Type)), Abstract: f(b.Abstract)}
}

func (b Authority) mapped(f func(string) string) Block { return Authority{upper(f(b.Text))} }
func (b Command) mapped(f func(string) string) Block   { return Command{f(b.Text)} }
func (b Part) mapped(f func(string) string) Block      { return Part{f(b.Text)} }
func (b Article) mapped(f func(string) string) Block   { return Article{f(b.Label), f(b.Text)} }
func (b Clause) mapped(f func(string) string) Block    { return Clause{f(b.Label), f(b.Text)} }
func (b Point) mapped(f func(string) string) Block     { return Point{f(b.Label), f(b.Text)} }

func (b Addressees) mapped(f func(string) string) Block {
	b.Label, b.To = f(b.Label), each(b.To, f)
	if len(b.To) > 1 {
		b.To = dashed(b.To)
	}
	return b
}

func (b Bases) mapped(f func(string) string) Block { return Bases{punctuated(each(b.Lines, f))} }

func (b Para) mapped(f func(string) string) Block {
	b.Text = f(b.Text)
	return b
}

func (b Checkbox) mapped(f func(string) string) Block {
	b.Text = f(b.Text)
	return b
}

func (b Table) mapped(f func(string) string) Block {
	columns := make([]Column, len(b.Columns))
	for i, c := range b.Columns {
		columns[i] = Column{Title: f(c.Title), Width: c.Width, Align: c.Align}
	}
	rows := make([][]string, len(b.Rows))
	for i, r := range b.Rows {
		rows[i] = each(r, f)
	}
	return Table{Name: b.Name, Size: b.Size, Columns: columns, Rows: rows, Closing: f(b.Closing)}
}

func (b Signature) mapped(f func(string) string) Block {
	columns := make([]Signatory, len(b.Columns))
	for i, c := range b.Columns {
		columns[i] = Signatory{Lines: each(each(c.Lines, f), upper), Note: f(c.Note), Name: f(c.Name), Stamp: f(c.Stamp)}
	}
	return Signature{columns}
}

func (b Recipients) mapped(f func(string) string) Block {
	return Recipients{Label: f(b.Label), Lines: dashed(each(b.Lines, f))}
}

func (b Annex) mapped(f func(string) string) Block {
	return Annex{Label: f(b.Label), Title: upper(f(b.Title)), Reference: f(b.Reference), NewPage: b.NewPage}
}

func upper(s string) string { return strings.ToUpper(s) }

func each(list []string, f func(string) string) []string {
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = f(s)
	}
	return out
}

// punctuated ends each line with a semicolon and the last with a full stop,
// whatever the lines ended with before.
func punctuated(list []string) []string {
	var out []string
	for _, s := range list {
		if s = strings.TrimRight(s, " ;.,"); s != "" {
			out = append(out, s+";")
		}
	}
	if n := len(out); n > 0 {
		out[n-1] = strings.TrimSuffix(out[n-1], ";") + "."
	}
	return out
}

// dash leads each line of a list of names.
const dash = "- "

// dashed is punctuated with a dash before each line.
func dashed(list []string) []string {
	out := punctuated(each(list, func(s string) string { return strings.TrimLeft(s, " -\u2013") }))
	return each(out, func(s string) string { return dash + s })
}
