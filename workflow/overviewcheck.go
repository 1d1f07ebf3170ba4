package workflow

import (
	"net/netip"
	"strings"
	"unicode/utf8"

	"capdo/internal/vn"
)

// Bounds of an overview.
const (
	MaxOverviewRows = 2_000  // of a table
	MaxOverviewCell = 500    // characters of a cell
	MaxOverviewText = 10_000 // characters of a text
	maxAddresses    = 64     // in one cell
	maxBorrows      = 50
)

// CellFault is one cell that is wrong. Row counts from 1 within the rows given.
type CellFault struct {
	Row    int
	Column string
	Expect string // message key of what is expected
	Value  string
}

// SetCells replaces a table by rows of text. Every wrong cell is named; nothing
// is replaced when any is wrong.
func (o *Overview) SetCells(key string, rows [][]string) []CellFault {
	t, ok := tableNamed(key)
	if !ok {
		return []CellFault{{Expect: "expect.overview_table", Value: key}}
	}
	if len(rows) > MaxOverviewRows {
		return []CellFault{{Row: MaxOverviewRows + 1, Column: t.Columns[0].Key, Expect: "expect.fewer_rows", Value: itoa(len(rows))}}
	}
	var faults []CellFault
	clean := make([][]string, len(rows))
	for i, row := range rows {
		clean[i] = make([]string, len(t.Columns))
		for j, c := range t.Columns {
			value := ""
			if j < len(row) {
				value = row[j]
			}
			var expect string
			if clean[i][j], expect = c.clean(value); expect != "" {
				faults = append(faults, CellFault{i + 1, c.Key, expect, cut(value)})
			}
		}
	}
	if len(faults) == 0 {
		t.write(o, clean)
	}
	return faults
}

// cut shortens a value for a message and escapes what cannot be seen.
func cut(s string) string {
	if utf8.RuneCountInString(s) > 60 {
		s = string([]rune(s)[:60]) + "…"
	}
	if _, err := vn.Clean(s); err != nil {
		return strings.Map(func(r rune) rune {
			if _, err := vn.Clean(string(r)); err != nil {
				return '?'
			}
			return r
		}, s)
	}
	return s
}

// clean gives a cell as it is kept, or the message key of what was expected.
func (c Column) clean(s string) (string, string) {
	s, err := vn.Clean(s)
	if err != nil {
		return "", "expect.plain_text"
	}
	s = strings.Join(strings.Fields(s), " ")
	switch {
	case utf8.RuneCountInString(s) > MaxOverviewCell:
		return "", "expect.short_text"
	case s == "" && c.Need:
		return "", "expect.required"
	case s == "":
		return "", ""
	}
	switch c.Kind {
	case "bool":
		if s != "yes" {
			return "", "expect.bool"
		}
	case "direction":
		if s != "in" && s != "out" && s != "both" {
			return "", "expect.direction"
		}
	case "private", "public":
		return addresses(s, c.Kind == "public")
	}
	return s, ""
}

func joined(list []string) string { return strings.Join(list, "; ") }

func parted(s string) []string {
	var out []string
	for _, one := range strings.FieldsFunc(s, func(r rune) bool { return r == ';' || r == ',' }) {
		if one = strings.TrimSpace(one); one != "" {
			out = append(out, one)
		}
	}
	return out
}

// addresses writes each address, block or range in its one form. A private
// address in the public column is a mistake; the reverse happens and is let be.
func addresses(s string, public bool) (string, string) {
	list := parted(s)
	if len(list) > maxAddresses {
		return "", "expect.fewer_addresses"
	}
	for i, one := range list {
		text, first, ok := address(one)
		if !ok {
			return "", "expect.address"
		}
		if public && (first.IsPrivate() || first.IsLoopback() || first.IsLinkLocalUnicast()) {
			return "", "expect.public_address"
		}
		list[i] = text
	}
	if out := joined(list); utf8.RuneCountInString(out) <= MaxOverviewCell {
		return out, ""
	}
	return "", "expect.short_text"
}

func address(s string) (string, netip.Addr, bool) {
	if a, b, is := strings.Cut(s, "-"); is {
		first, ok := single(strings.TrimSpace(a))
		last, fits := single(strings.TrimSpace(b))
		if !ok || !fits || first.Is4() != last.Is4() || last.Less(first) {
			return "", first, false
		}
		return first.String() + "-" + last.String(), first, true
	}
	if strings.Contains(s, "/") {
		p, err := netip.ParsePrefix(s)
		if err != nil || p.Bits() == 0 || p.Addr().IsMulticast() || p.Addr().Is4In6() {
			return "", netip.Addr{}, false
		}
		return p.String(), p.Addr(), true
	}
	a, ok := single(s)
	return a.String(), a, ok
}

func single(s string) (netip.Addr, bool) {
	a, err := netip.ParseAddr(s)
	a = a.Unmap()
	return a, err == nil && a.Zone() == "" && !a.IsUnspecified() && !a.IsMulticast()
}

// check cleans a whole overview in place and names everything that is wrong.
func (o *Overview) check() *Problem {
	all := &Problem{Kind: Invalid, Key: "field.invalid"}
	for _, t := range overviewTexts {
		at := t.at(o)
		text, err := vn.Clean(strings.ReplaceAll(*at, "\t", " "))
		if err != nil {
			all.Fields = append(all.Fields, Field{t.key, "expect.plain_text", cut(*at)})
		} else if utf8.RuneCountInString(text) > MaxOverviewText {
			all.Fields = append(all.Fields, Field{t.key, "expect.short_text", cut(text)})
		}
		*at = text
	}
	for _, t := range tables {
		for _, f := range o.SetCells(t.Key, t.read(o)) {
			all.Fields = append(all.Fields, Field{t.Key + "[" + itoa(f.Row) + "]." + f.Column, f.Expect, f.Value})
		}
	}
	for _, l := range o.Lends {
		if _, ok := tableNamed(l); !ok {
			all.Fields = append(all.Fields, Field{"lends", "expect.overview_table", cut(l)})
		}
	}
	if len(o.Borrows) > maxBorrows || len(o.Lends) > len(tables) {
		all.Fields = append(all.Fields, Field{"borrows", "expect.fewer_rows", itoa(len(o.Borrows))})
	}
	for i, b := range o.Borrows {
		if _, ok := tableNamed(b.Table); !ok || b.System == "" || b.System == o.System || len(b.Only) > MaxOverviewRows {
			all.Fields = append(all.Fields, Field{"borrows[" + itoa(i+1) + "]", "expect.overview_table", cut(b.System + "." + b.Table)})
		}
	}
	if len(all.Fields) == 0 {
		return nil
	}
	return all
}
