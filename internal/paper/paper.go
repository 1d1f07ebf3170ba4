// Package paper lays out blocks as a Vietnamese official document (Decree
// 30/2020/ND-CP, Appendix I) and writes it as PDF, plain text, XLSX and CSV. It
// is the only room that knows the PDF library. It refuses to know what a
// document says: no word of the law, no system, no office is known here.
package paper

import (
	"strings"
	"time"

	"capdo/internal/vn"
)

// Document is what a form was filled into: blocks from head to signature.
type Document struct {
	Title       string    // metadata only, not printed
	Date        time.Time // creation date inside the PDF; the same facts must give the same bytes
	Landscape   bool      // for wide tables
	DraftMark   string    // words put at the top of every page of a draft; empty when it is none
	NotePerPage string    // small line at the foot of every page; may be empty
	Blocks      []Block
}

// Block is one component of a document. Only this package has blocks.
type Block interface {
	// mapped returns the block with every text passed through f.
	mapped(f func(string) string) Block
	draw(s *sheet)
	write(t *plain)
}

// Head is the two-column top of page 1: issuer at left, national name at
// right. Number, PlaceDate and Abstract (of a letter) may be empty.
type Head struct {
	Parent, Issuer, Nation, Motto, Number, PlaceDate, Abstract string
}

// Title is the document type, its abstract, and the rule below.
type Title struct{ Type, Abstract string }

// Authority is the line of a decision that names who decides.
type Authority struct{ Text string }

// Addressees says to whom a letter goes: one on the label's line, several
// one per line. The writer puts dashes, semicolons and the full stop.
type Addressees struct {
	Label string
	To    []string
}

// Bases are the legal bases, one per line in italics. The writer puts the
// semicolons and the full stop.
type Bases struct{ Lines []string }

// Command is the centred word that opens the articles of a decision.
type Command struct{ Text string }

// Part is a centred bold heading inside the body.
type Part struct{ Text string }

// Article is a numbered article: label in bold, text after it.
type Article struct{ Label, Text string }

// Clause is a numbered paragraph of an article.
type Clause struct{ Label, Text string }

// Point is a lettered line of a clause.
type Point struct{ Label, Text string }

// Para is a paragraph of the body, justified unless centred.
type Para struct {
	Text                           string
	Italic, Bold, Centre, NoIndent bool
}

// Table is a bordered table. Its header is repeated on each page and a row
// never splits, unless it is taller than a page. A row whose first cell is
// empty is a heading inside the table and stays with the row below. Closing is the count line
// below. Short rows are filled with blanks; a row longer than the header is
// an error. Size is that of its letters in points, for tables of many columns;
// zero is the usual one (Decree 30/2020 sets none for tables).
type Table struct {
	Name    string // of its sheet in a workbook; empty: numbered
	Size    float64
	Columns []Column
	Rows    [][]string
	Closing string
}

// Column is a table column. Width is in mm: widths of zero share what the
// others leave, and a table wider than the page is narrowed in proportion.
// Align is L, C or R; empty means L.
type Column struct {
	Title string
	Width float64
	Align string
}

// Signature holds one signatory, in the right half, or several side by side.
// Space for signature and seal is left empty under each title.
type Signature struct{ Columns []Signatory }

// Signatory is who signs: lines of power and title in capitals, a small note
// in italics, the full name. Stamp is a second small note for the seal.
type Signatory struct {
	Lines             []string
	Note, Name, Stamp string
}

// Recipients is the list at the lower left, drawn level with the title of
// the one signatory that stands next to it in the list of blocks, and below
// a signature of two. The writer puts dashes, semicolons and the full stop.
type Recipients struct {
	Label string
	Lines []string
}

// Annex heads an annex. NewPage begins it on a page of its own, where page
// numbers start again.
type Annex struct {
	Label, Title, Reference string
	NewPage                 bool
}

// Checkbox is a line with a box before it. The box is drawn, not written: the
// typeface has none.
type Checkbox struct {
	Text   string
	Ticked bool
}

var plainSpace = strings.NewReplacer("\r\n", "\n", "\t", " ")

// clean is a text as every writer sees it: NFC, tabs as spaces.
func clean(s string) string {
	if s = vn.NFC(s); strings.ContainsAny(s, "\r\t") { // most texts are clean, and there may be many
		s = plainSpace.Replace(s)
	}
	return strings.TrimSpace(s)
}

// prepared returns the document as both writers see it: its texts clean, capitals
// where the decree asks for them, list punctuation in place.
func prepared(d Document) Document {
	f := clean
	out := d
	out.Title, out.DraftMark, out.NotePerPage = f(d.Title), f(d.DraftMark), f(d.NotePerPage)
	out.Blocks = make([]Block, 0, len(d.Blocks))
	for _, b := range d.Blocks {
		if b != nil {
			out.Blocks = append(out.Blocks, b.mapped(f))
		}
	}
	return out
}

// firstError passes every text of a prepared document to check.
func firstError(d Document, check func(string) error) error {
	var first error
	f := func(s string) string {
		if first == nil {
			first = check(s)
		}
		return s
	}
	f(d.Title)
	f(d.DraftMark)
	f(d.NotePerPage)
	for _, b := range d.Blocks {
		b.mapped(f)
	}
	return first
}
