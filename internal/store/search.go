package store

import (
	"cmp"
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
	var rare sought
	for i, word := range words {
		w, err := seek(db, word, enough)
		if err != nil || w.n == 0 {
			return nil, err
		}
		if i == 0 || w.n < rare.n {
			rare = w
		}
		s.add(speak(db).within+"(s.folded, ?) > 0", w.pattern)
	}
	switch {
	case rare.n < enough:
		return s.read(db, "(SELECT DISTINCT system FROM system_words WHERE "+rare.which+") w CROSS JOIN systems s", "w.system = s.id", rare.args...)
	case rare.words == nil || !s.byName:
		return s.read(db, "systems s", "TRUE")
	}
	var all []*workflow.System
	for _, word := range rare.words {
		list, err := s.walk(db, word)
		if err != nil {
			return nil, err
		}
		all = append(all, list...)
	}
	return s.first(all), nil
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

// walk reads the next page of the systems that have a word of names.
func (s selection) walk(db *gorm.DB, word string) ([]*workflow.System, error) {
	query := "SELECT s.body FROM system_words w CROSS JOIN systems s WHERE w.word = ? AND w.system = s.id AND (w.sort, w.system) > (?, ?) AND " +
		strings.Join(s.where, " AND ") + " ORDER BY w.sort, w.system LIMIT ?"
	return bodies[*workflow.System](db, query, append(append([]any{word, s.after[0], s.after[1]}, s.args...), s.most)...)
}

// first puts what several walks found into one page.
func (s selection) first(list []*workflow.System) []*workflow.System {
	q := workflow.SystemQuery{Sort: workflow.ByName}
	slices.SortFunc(list, func(a, b *workflow.System) int { return cmp.Compare(q.Cursor(a), q.Cursor(b)) })
	list = slices.CompactFunc(list, func(a, b *workflow.System) bool { return a.ID == b.ID })
	return list[:min(len(list), s.most)]
}
