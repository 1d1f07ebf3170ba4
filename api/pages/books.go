package pages

import (
	"net/http"
	"slices"
	"strconv"

	"github.com/gin-gonic/gin"

	"capdo/workflow"
)

func (r *room) bookRoutes(in gin.IRoutes) {
	r.get(in, "/books", r.books)
	r.get(in, "/books/:year", r.book)
	in.POST("/books/:year/reserve", r.reserveNumber)
	in.POST("/books/:year/void", r.voidNumber)
}

// bookLine is a number in a book with what it stands on.
type bookLine struct {
	workflow.Number
	Paper  *workflow.Paper // that bears it
	System string          // name
	To     []string        // whom the paper went to
	Keeper string          // who drew or reserved it
}

// bookData is a book of a year.
type bookData struct {
	Year    int
	Issuer  string
	Name    string // of the issuer
	Issuers []option
	Years   []int
	Form    string
	State   string
	Forms   []string
	Lines   []bookLine // newest first
	More    int        // left off
	All     string     // where they are
	Basis   []workflow.Citation
	Keeps   bool // the person may reserve and void here
	Typed   map[string]string
	Counts  map[string]int
}

// books goes to the book of this year.
func (r *room) books(g *gin.Context) {
	g.Redirect(http.StatusSeeOther, "/books/"+itoa(r.Service.Today().Year()))
}

func (r *room) book(g *gin.Context) { r.showBook(g, http.StatusOK, nil, nil) }

func (r *room) showBook(g *gin.Context, status int, typed map[string]string, t *trouble) {
	d, err := r.bookOf(g)
	if err != nil {
		r.fail(g, err)
		return
	}
	d.Typed = typed
	r.renderWith(g, status, "book", "books", d, t)
}

// bookOf reads the book asked for: of the issuer named, else the person's own.
func (r *room) bookOf(g *gin.Context) (*bookData, error) {
	year, err := strconv.Atoi(g.Param("year"))
	if err != nil || year < 2000 || year > 2100 {
		return nil, &workflow.Problem{Kind: workflow.NotFound, Key: "not_found.page"}
	}
	d := &bookData{Year: year, Issuer: g.Query("issuer"), Form: g.Query("form"), State: g.Query("state"), Counts: map[string]int{}}
	if g.Request.Method == http.MethodPost {
		d.Issuer = g.PostForm("issuer")
	}
	if err := r.issuers(g, d); err != nil {
		return nil, err
	}
	if reg, ok := r.Service.Book.On(r.Service.Today()); ok {
		d.Basis = reg.Numbers
	}
	now := r.Service.Today().Year()
	for y := now; y > now-5; y-- {
		d.Years = append(d.Years, y)
	}
	return d, r.bookLines(g, d)
}

// issuers lists whose books the person may read, and picks one.
func (r *room) issuers(g *gin.Context, d *bookData) error {
	offices, err := r.Service.Store.Offices(g)
	if err != nil {
		return err
	}
	m := g.MustGet("me").(*me)
	for _, o := range offices {
		see, err := r.Service.MaySeeNumbers(g, m.ID, o.ID)
		if err != nil {
			return err
		}
		if !see {
			continue
		}
		d.Issuers = append(d.Issuers, option{Value: o.ID, Label: o.At(r.Service.Today()).Name})
		if d.Issuer == "" && slices.Contains(m.Offices, o.ID) {
			d.Issuer = o.ID
		}
	}
	sortOptions(d.Issuers)
	if d.Issuer == "" && len(d.Issuers) > 0 {
		d.Issuer = d.Issuers[0].Value
	}
	i := slices.IndexFunc(d.Issuers, func(o option) bool { return o.Value == d.Issuer })
	if i < 0 {
		return &workflow.Problem{Kind: workflow.NotFound, Key: "not_found.office", Args: map[string]string{"id": ""}}
	}
	d.Issuers[i].On, d.Name = true, d.Issuers[i].Label
	d.Keeps = slices.Contains(m.Offices, d.Issuer) && r.Service.MayHouse(g, m.ID, "reserve_number", d.Issuer) == nil
	return nil
}

// bookPage is how many lines of a book a page shows; all of them with ?all=yes.
const bookPage = 100

func (r *room) bookLines(g *gin.Context, d *bookData) error {
	numbers, err := r.Service.Numbers(g, d.Issuer, d.Year)
	if err != nil {
		return err
	}
	people, err := r.peopleNames(g)
	if err != nil {
		return err
	}
	for _, n := range slices.Backward(numbers) {
		d.Counts[string(n.State)]++
		if n.Form != "" && !slices.Contains(d.Forms, n.Form) {
			d.Forms = append(d.Forms, n.Form)
		}
		if d.Form != "" && n.Form != d.Form || d.State != "" && string(n.State) != d.State {
			continue
		}
		d.Lines = append(d.Lines, bookLine{Number: n, Keeper: people[n.Person]})
	}
	slices.Sort(d.Forms)
	if g.Query("all") == "" && len(d.Lines) > bookPage {
		q := g.Request.URL.Query()
		q.Set("all", "yes")
		d.Lines, d.More, d.All = d.Lines[:bookPage], len(d.Lines)-bookPage, "?"+q.Encode()
	}
	return r.bookPapers(g, d)
}

// bookPapers finds the papers that used numbers stand on: each belongs to the
// case, the system or the office the number was drawn for.
func (r *room) bookPapers(g *gin.Context, d *bookData) error {
	of := map[string][]workflow.Paper{}
	for i := range d.Lines {
		l := &d.Lines[i]
		if l.State != workflow.Used || l.Case == "" {
			continue
		}
		if _, read := of[l.Case]; !read {
			for _, q := range []workflow.PaperQuery{{Case: l.Case}, {System: l.Case}, {Office: l.Case}} {
				papers, err := r.Service.PapersOf(g, q)
				if err != nil {
					return err
				}
				of[l.Case] = append(of[l.Case], papers...)
			}
		}
		at := slices.IndexFunc(of[l.Case], func(p workflow.Paper) bool { return p.Number == l.Text && p.Issuer == l.Issuer && !p.Draft })
		if at < 0 {
			continue
		}
		l.Paper = &of[l.Case][at]
		l.System = l.Paper.Facts.System
		for _, o := range l.Paper.Facts.To {
			l.To = append(l.To, o.Name)
		}
	}
	return nil
}

// reserveNumber enters a number that the document system gave.
func (r *room) reserveNumber(g *gin.Context) {
	var on workflow.Day
	if err := daysOf(g, map[string]*workflow.Day{"date": &on}); err != nil {
		r.bookRefused(g, err)
		return
	}
	n, err := r.Service.ReserveNumber(g, who(g), g.PostForm("issuer"), g.PostForm("series"), g.PostForm("no"), on)
	if err != nil {
		r.bookRefused(g, err)
		return
	}
	r.done(g, "/books/"+itoa(n.Year)+"?issuer="+n.Issuer, "number_reserved")
}

// voidNumber ends a number that was reserved and will not be used.
func (r *room) voidNumber(g *gin.Context) {
	if err := r.Service.VoidNumber(g, who(g), g.PostForm("issuer"), g.PostForm("id"), g.PostForm("reason")); err != nil {
		r.bookRefused(g, err)
		return
	}
	r.done(g, "/books/"+g.Param("year")+"?issuer="+g.PostForm("issuer"), "number_void")
}

// bookRefused shows the book again with what was typed.
func (r *room) bookRefused(g *gin.Context, err error) {
	t, status := r.troubleOf(g, err)
	typed := map[string]string{}
	for _, name := range []string{"no", "date", "series", "reason", "id"} {
		typed[name] = g.PostForm(name)
	}
	r.showBook(g, status, typed, t)
}
