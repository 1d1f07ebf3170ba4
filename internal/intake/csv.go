package intake

import (
	"encoding/csv"
	"errors"
	"strings"
)

// sniff tells which delimiter makes a header of one of the first rows. It
// reads loosely: what stands before the header may hold stray quotes.
func sniff(text string) (comma rune, ok bool) {
	for _, comma := range []rune{',', ';', '\t'} {
		r := reader(text, comma)
		r.LazyQuotes = true
		for range preface {
			cells, err := r.Read()
			if err != nil {
				break
			}
			if _, ok := headerOf(cells); ok {
				return comma, true
			}
		}
	}
	return 0, false
}

func reader(text string, comma rune) *csv.Reader {
	r := csv.NewReader(strings.NewReader(text))
	r.Comma = comma
	r.FieldsPerRecord = -1
	return r
}

// readCSV is strict about quotes: a quote that does not close would swallow
// the rows after it without a word.
func (s *Sheet) readCSV(text string, comma rune) *FileError {
	r := reader(text, comma)
	found, fault := s.scan(func() (int, []string, error) {
		cells, err := r.Read()
		var bad *csv.ParseError
		if errors.As(err, &bad) {
			return 0, nil, &FileError{Reason: BadQuotes, Line: bad.StartLine}
		}
		if err != nil {
			return 0, nil, err
		}
		line, _ := r.FieldPos(0)
		return line, cells, nil
	}, nil)
	if fault == nil && !found {
		fault = &FileError{Reason: NoHeader}
	}
	return fault
}
