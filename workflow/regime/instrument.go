package regime

import (
	"cmp"
	"errors"
	"io/fs"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Instrument is a legal text that rules rest on, with its articles where the
// text is at hand.
type Instrument struct {
	Short    string    `yaml:"short"` // as citations begin: "NĐ 85/2016"
	Name     string    `yaml:"name"`  // as printed: "Nghị định số 85/2016/NĐ-CP"
	Date     Day       `yaml:"date"`
	About    string    `yaml:"about"`
	Text     string    `yaml:"text"`     // file in texts/, empty where the text is not at hand
	Source   string    `yaml:"source"`   // where the text was taken from
	Verified Verified  `yaml:"verified"` // how near that is to the signed original
	Articles []Article `yaml:"-"`
}

// Article is one Điều of a text, line by line.
type Article struct {
	No    string
	Title string
	Lines []Line
}

// Line is one paragraph of an article. Clause, Point and Dash say where it
// stands; what stands before the first clause has none.
type Line struct {
	Clause, Point string
	Dash          string // "2" for the second dash of its clause or point
	Text          string // with its own label
}

// Article finds an article by its number.
func (i *Instrument) Article(no string) (*Article, bool) {
	at := slices.IndexFunc(i.Articles, func(a Article) bool { return a.No == no })
	if at < 0 {
		return nil, false
	}
	return &i.Articles[at], true
}

// Cite writes the citation of an article.
func (i *Instrument) Cite(article string) Citation {
	return Citation(i.Short + " \u0110" + article)
}

func readInstruments(files fs.FS) ([]*Instrument, error) {
	var raw struct {
		LeftOut     string        `yaml:"left_out"`
		Instruments []*Instrument `yaml:"instruments"`
	}
	const name = "instruments.yaml"
	if err := decode(files, name, &raw); err != nil {
		return nil, err
	}
	leftOut, err := regexp.Compile(raw.LeftOut)
	if err != nil || raw.LeftOut == "" {
		return nil, Fault{File: name, Reason: "left_out is no pattern of lines"}
	}
	var faults []error
	seen := map[string]bool{}
	for _, i := range raw.Instruments {
		bad := func(reason string) { faults = append(faults, Fault{File: name, Reason: i.Short + ": " + reason}) }
		if i.Short == "" || seen[i.Short] || i.Name == "" || i.Date.IsZero() {
			bad("needs a short name of its own, a name and a date")
		}
		if seen[i.Short] = true; i.Text == "" {
			continue
		}
		b, err := fs.ReadFile(files, "texts/"+i.Text)
		if err != nil || i.Source == "" || i.Verified == "" || !i.Verified.valid() {
			bad("a text at hand needs its file, source and mark")
		}
		if i.Articles = articlesOf(string(b), leftOut); len(i.Articles) == 0 {
			bad("no article was found in " + i.Text)
		}
	}
	return raw.Instruments, errors.Join(faults...)
}

// How the codified texts are laid out: a heading with the number of the code, the
// number of the text itself in brackets below it, then clauses, points, dashes.
var (
	articleHead = regexp.MustCompile(`^Điều \S+\. (.+)$`)
	articleNo   = regexp.MustCompile(`^\(Điều (\d+[a-zđ]?) `)
	clauseHead  = regexp.MustCompile(`^(\d+[a-zđ]?)\. `)
	pointHead   = regexp.MustCompile(`^([a-zđ])\) `)
)

// articlesOf parts a codified text into articles, in the order of their numbers.
// Lines that match leftOut are the collection's own and no part of the text.
func articlesOf(text string, leftOut *regexp.Regexp) []Article {
	var out []Article
	var at Line
	dash := 0
	for raw := range strings.Lines(text) {
		line := strings.ReplaceAll(strings.TrimSpace(raw), "*", "")
		if line == "" || leftOut.MatchString(line) {
			continue
		}
		if m := articleHead.FindStringSubmatch(line); m != nil {
			out, at, dash = append(out, Article{Title: m[1]}), Line{}, 0
			continue
		}
		if len(out) == 0 {
			continue
		}
		a := &out[len(out)-1]
		if m := articleNo.FindStringSubmatch(line); m != nil && a.No == "" {
			a.No = m[1]
			continue
		}
		switch clause, point := clauseHead.FindStringSubmatch(line), pointHead.FindStringSubmatch(line); {
		case clause != nil:
			at, dash = Line{Clause: clause[1]}, 0
		case point != nil:
			at.Point, at.Dash, dash = point[1], "", 0
		case strings.HasPrefix(line, "- "):
			dash++
			at.Dash = strconv.Itoa(dash)
		}
		at.Text = line
		a.Lines = append(a.Lines, at)
	}
	slices.SortStableFunc(out, func(a, b Article) int { return cmp.Or(len(a.No)-len(b.No), strings.Compare(a.No, b.No)) })
	return out
}
