package store

import (
	"cmp"
	"maps"
	"math"
	"slices"
	"strings"

	"gorm.io/gorm"

	"capdo/workflow"
)

// sought is a folded word somebody looks for, and what it stands for.
type sought struct {
	pattern string // what folded must hold
	which   string // condition on the words of names it stands for, with its arguments
	args    []any
	words   []string // of names; nil where there are more than mostWords
	n       int64    // systems that have one, as far as counted
}

const (
	mostWords = 8            // words of names that are walked side by side
	last      = "\U0010ffff" // greater than what may follow the beginning of a word
)

// seek finds what a word stands for: the words of names that begin with it or,
// where there is none, those that hold it. Systems are counted up to enough.
func seek(db *gorm.DB, word string, enough int64) (w sought, err error) {
	for _, w = range []sought{
		{pattern: " " + word, which: "word >= ? AND word < ?", args: []any{word, word + last}},
		{pattern: word, which: speak(db).within + "(word, ?) > 0", args: []any{word}},
	} {
		var one string
		var n int64
		err = each(db, []any{&one, &n}, func() error { w.words, w.n = append(w.words, one), w.n+n; return nil },
			"SELECT word, n FROM words WHERE n > 0 AND "+w.which+" ORDER BY word LIMIT ?", append(slices.Clone(w.args), mostWords+1)...)
		if err != nil || w.n > 0 {
			break
		}
	}
	if err == nil && len(w.words) > mostWords {
		w.words = nil
		err = db.Raw("SELECT COUNT(*) FROM (SELECT 1 FROM system_words WHERE "+w.which+" LIMIT ?) w", append(slices.Clone(w.args), enough)...).Row().Scan(&w.n)
	}
	return w, unlessNoText(err)
}

// few is of how many systems it costs less to look each up and to sort them than
// to read the list until a page is full.
func few(db *gorm.DB) (int64, error) {
	var systems float64
	err := db.Raw("SELECT COALESCE(SUM(n), 0) FROM level_counts").Row().Scan(&systems)
	return max(100, int64(math.Sqrt(20*systems))), faulty(err)
}

// named finds systems that have words in their names and fit the rest of a
// selection. The rarest word leads: the systems that have it are looked up where
// they are few, and else walked in the order of the list.
func named(db *gorm.DB, s selection, words []string) ([]*workflow.System, error) {
	enough, err := few(db)
	if err != nil {
		return nil, err
	}
	var all []sought
	for _, word := range words {
		w, err := seek(db, word, enough)
		if err != nil || w.n == 0 {
			return nil, err
		}
		all = append(all, w)
		s.add(speak(db).within+"(s.folded, ?) > 0", w.pattern)
	}
	slices.SortStableFunc(all, func(a, b sought) int { return cmp.Compare(a.n, b.n) })
	rare := all[0]
	switch {
	case rare.n < enough:
		return s.read(db, "(SELECT DISTINCT system FROM system_words WHERE "+rare.which+") w CROSS JOIN systems s", "w.system = s.id", rare.args...)
	case rare.words == nil || !s.byName:
		return s.read(db, "systems s", "TRUE")
	}
	var lists [][]*workflow.System
	for _, word := range rare.words {
		list, err := s.walk(db, word, all[1:])
		if err != nil {
			return nil, err
		}
		lists = append(lists, list)
	}
	return s.first(lists), nil
}

// selection is what a list asks beside words, and where it goes on.
type selection struct {
	byName bool
	after  [2]string // key of the name and id
	most   int
	where  []string
	args   []any
}

func (s *selection) add(clause string, args ...any) {
	s.where, s.args = append(s.where, clause), append(s.args, args...)
}

// read reads the next page from some tables, systems as s among them.
func (s selection) read(db *gorm.DB, from, join string, args ...any) ([]*workflow.System, error) {
	next, order := "s.id > ?", "s.id"
	args = append(slices.Clone(args), s.after[1])
	if s.byName {
		next, order = "(s.sort, s.id) > (?, ?)", "s.sort, s.id"
		args = append(args[:len(args)-1], s.after[0], s.after[1])
	}
	query := "SELECT s.body FROM " + from + " WHERE " + strings.Join(append([]string{join, next}, s.where...), " AND ") + " ORDER BY " + order + " LIMIT ?"
	return bodies[*workflow.System](db, query, append(append(args, s.args...), s.most)...)
}

// stride is how many systems are walked before it is asked again where the words
// may next stand together.
const stride = 300

// walk reads the next page of the systems that have a word of names, and others.
func (s selection) walk(db *gorm.DB, word string, others []sought) (out []*workflow.System, err error) {
	at := spot{s.after[0], s.after[1] + "\x01"} // the first spot after
	if s.after[1] == "" {
		at = spot{}
	}
	for len(out) < s.most {
		at, more, err := meet(db, word, others, at)
		if err != nil || !more {
			return out, err
		}
		end, further, err := next(db, word, at, stride)
		if err != nil {
			return nil, err
		}
		bound, args := "", []any{word, at[0], at[1]}
		if further {
			bound, args = " AND (w.sort, w.system) < (?, ?)", append(args, end[0], end[1])
		}
		list, err := bodies[*workflow.System](db, "SELECT s.body FROM system_words w CROSS JOIN systems s WHERE w.word = ? AND w.system = s.id AND (w.sort, w.system) >= (?, ?)"+
			bound+" AND "+strings.Join(s.where, " AND ")+" ORDER BY w.sort, w.system LIMIT ?", append(append(args, s.args...), s.most-len(out))...)
		out = append(out, list...)
		if err != nil || !further {
			return out, err
		}
	}
	return out, nil
}

// spot is where a system stands in the list: the key of its name and its id.
type spot [2]string

// next finds the spot of a word of names so many after one, itself counted.
func next(db *gorm.DB, word string, at spot, far int) (p spot, found bool, err error) {
	err = each(db, []any{&p[0], &p[1]}, func() error { found = true; return nil },
		"SELECT sort, system FROM system_words WHERE word = ? AND (sort, system) >= (?, ?) ORDER BY sort, system LIMIT 1 OFFSET ?", word, at[0], at[1], far)
	return p, found, err
}

// mostJumps bounds how often words are moved on to each other.
const mostJumps = 64

// meet finds the first spot from one on where a word of names may stand with
// all others; false where they do not any more.
func meet(db *gorm.DB, word string, others []sought, at spot) (spot, bool, error) {
	for range mostJumps {
		p, found, err := next(db, word, at, 0)
		if err != nil || !found {
			return p, false, err
		}
		at = p
		own := p
		for _, o := range others {
			if o.words == nil {
				continue
			}
			if p, found, err = o.next(db, at); err != nil || !found {
				return p, false, err
			}
			if slices.Compare(p[:], at[:]) > 0 {
				at = p
			}
		}
		if at == own {
			break
		}
	}
	return at, true, nil
}

// next finds the first spot from one on of the words that this one stands for.
func (w sought) next(db *gorm.DB, at spot) (first spot, found bool, err error) {
	for _, word := range w.words {
		p, here, err := next(db, word, at, 0)
		if err != nil {
			return first, false, err
		}
		if here && (!found || slices.Compare(p[:], first[:]) < 0) {
			first, found = p, true
		}
	}
	return first, found, nil
}

// first puts what several walks found, each in order, into one page.
func (s selection) first(lists [][]*workflow.System) []*workflow.System {
	if len(lists) == 1 {
		return lists[0]
	}
	byKey := map[string]*workflow.System{}
	for _, list := range lists {
		for _, sys := range list {
			byKey[workflow.SystemQuery{Sort: workflow.ByName}.Cursor(sys)] = sys
		}
	}
	var out []*workflow.System
	for _, key := range slices.Sorted(maps.Keys(byKey)) {
		out = append(out, byKey[key])
	}
	return out[:min(len(out), s.most)]
}
