// Package regime holds the law as data and the reader that refuses bad law. One
// folder is one regime: who may do what, when, on what condition, by which day,
// with the article each rests on. It knows nothing of stores, papers or people.
package regime

import (
	"embed"
	"errors"
	"io/fs"
	"maps"
	"slices"
)

//go:embed *.yaml calendar standards texts nd85-tt03 nd85-tt12 nd331
var embedded embed.FS

// Book is all law the program knows: every regime in the order of their first
// days, the calendars, and the acts and roles they share.
type Book struct {
	Regimes  []*Regime
	Calendar *Calendar
	Acts     map[string]*ActShape
	Roles    map[string]Role
	House    []string // acts beside the law
	Kinds    OfficeKinds
	Files    int // files read

	Catalogues  map[string]*Catalogue // by key
	Instruments []*Instrument         // the texts that all rules rest on
}

// Open reads the law inside the program. Its error lists every Fault found.
func Open() (*Book, error) { return Read(embedded) }

// Files is the law inside the program as a folder, for those who read it, add a
// regime of their own beside it and give the whole to Read.
func Files() fs.FS { return embedded }

// Read reads a book of law from a folder: acts.yaml, office-kinds.yaml,
// calendar/ and one folder a regime. Its error lists every Fault found.
func Read(files fs.FS) (*Book, error) {
	b := &Book{}
	if err := b.readActs(files); err != nil {
		return nil, err
	}
	if err := decode(files, "office-kinds.yaml", &b.Kinds); err != nil {
		return nil, err
	}
	var err error
	if b.Calendar, err = readCalendars(files, "calendar"); err != nil {
		return nil, err
	}
	if b.Catalogues, err = readCatalogues(files, b); err != nil {
		return nil, err
	}
	if b.Instruments, err = readInstruments(files); err != nil {
		return nil, err
	}
	if err := b.readRegimes(files); err != nil {
		return nil, err
	}
	return b, b.checkUses()
}

func (b *Book) readRegimes(files fs.FS) error {
	dirs, err := fs.ReadDir(files, ".")
	if err != nil {
		return Fault{File: ".", Reason: err.Error()}
	}
	read := map[string]*Regime{}
	var faults []error
	for _, d := range dirs {
		if _, err := fs.Stat(files, d.Name()+"/regime.yaml"); !d.IsDir() || err != nil {
			continue
		}
		r, err := readRegime(files, d.Name(), b)
		if err != nil {
			faults = append(faults, err)
			continue
		}
		read[r.Key] = r
	}
	if err := errors.Join(faults...); err != nil {
		return err
	}
	b.Regimes = slices.SortedFunc(maps.Values(read), func(x, y *Regime) int {
		if x.From.Before(y.From) {
			return -1
		}
		return 1
	})
	for i, r := range b.Regimes[1:] {
		if prev := b.Regimes[i]; prev.To.IsZero() || !prev.To.Before(r.From) {
			faults = append(faults, Fault{File: r.Key + "/regime.yaml", Reason: "begins before " + prev.Key + " ends"})
		}
	}
	return errors.Join(faults...)
}

// ByKey finds a regime by its key.
func (b *Book) ByKey(key string) (*Regime, bool) {
	i := slices.IndexFunc(b.Regimes, func(r *Regime) bool { return r.Key == key })
	if i < 0 {
		return nil, false
	}
	return b.Regimes[i], true
}

// On finds the regime in force on a day; there may be none.
func (b *Book) On(d Day) (*Regime, bool) {
	for _, r := range b.Regimes {
		if !d.Before(r.From) && (r.To.IsZero() || !d.After(r.To)) {
			return r, true
		}
	}
	return nil, false
}

// LastBefore gives the regime that ended last before a day, so that a refusal
// can say what ended it.
func (b *Book) LastBefore(d Day) (*Regime, bool) {
	for _, r := range slices.Backward(b.Regimes) {
		if !r.To.IsZero() && r.To.Before(d) {
			return r, true
		}
	}
	return nil, false
}

// WithCalendar gives the same book with another calendar: scenarios bring their own.
func (b *Book) WithCalendar(c *Calendar) *Book {
	n := *b
	n.Calendar = c
	return &n
}
