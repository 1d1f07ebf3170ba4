package api

import (
	"io"
	"net/http"
	"strconv"

	"github.com/gin-gonic/gin"

	"capdo/workflow"
	"capdo/workflow/regime"
)

func (d *door) register(g *gin.Context) {
	if _, _, ok := d.query(g, "on", "format", "volume"); !ok {
		return
	}
	on := d.Service.Today()
	if s := g.Query("on"); s != "" {
		var err error
		if on, err = regime.ParseDay(s); err != nil {
			d.fail(g, invalid("on", "expect.day", s))
			return
		}
	}
	if f := g.Query("format"); f == "" || f == "json" {
		rows, err := d.Service.Register(g, g.Param("owner"), on)
		d.give(g, gin.H{"on": on, "items": listOf(d.Service.Lines(rows)), "levels": d.Service.CountBySet(rows)}, err)
		return
	}
	b, kind, err := d.registerAs(g, on)
	if err != nil {
		d.fail(g, err)
		return
	}
	g.Data(http.StatusOK, kind, b)
}

// registerAs gives the register of a day as the edition that is kept, or as data.
func (d *door) registerAs(g *gin.Context, on regime.Day) (content []byte, kind string, err error) {
	switch format := g.Query("format"); format {
	case "pdf", "text":
		volume := 0
		if s := g.Query("volume"); s != "" {
			if volume, err = strconv.Atoi(s); err != nil {
				return nil, "", invalid("volume", "expect.volume", s)
			}
		}
		_, out, err := d.Service.PrintRegisterVolume(g, g.Param("owner"), on, volume)
		if format == "text" {
			return []byte(out.Text), "text/plain; charset=utf-8", err
		}
		return out.PDF, "application/pdf", err
	default:
		facts, err := d.Service.RegisterFacts(g, g.Param("owner"), on)
		if err != nil {
			return nil, "", err
		}
		return d.RegisterFile(facts, format)
	}
}

// rowAnswer is one row of a list that was not taken in, in words.
type rowAnswer struct {
	Line   int    `json:"line"`
	Column string `json:"column"`
	Reason string `json:"reason"`
	Detail string `json:"detail"`
	Value  string `json:"value,omitempty"`
}

// report tells what became of the rows of a list.
type report struct {
	Added   int         `json:"added"`
	Same    int         `json:"same"`
	Refused []rowAnswer `json:"refused"`
	Levels  map[int]int `json:"levels"`
	Offices []string    `json:"offices"`
}

// importTypes are the content types an old register may come in; what it really
// is shows in its bytes.
var importTypes = []string{"text/csv", "text/plain", "application/octet-stream", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}

// importRegister takes in an old register sent as the body of the request. Where
// rows are refused and the good ones are not asked for, nothing is taken in.
func (d *door) importRegister(g *gin.Context) {
	if _, _, ok := d.query(g, "accept_good", "source"); !ok {
		return
	}
	good := g.Query("accept_good") == "1"
	if s := g.Query("accept_good"); s != "" && !good {
		d.fail(g, invalid("accept_good", "expect.one", s))
		return
	}
	if err := d.Service.MayHouse(g, who(g), "import", g.Param("owner")); err != nil {
		d.fail(g, err)
		return
	}
	if !d.typed(g, importTypes...) {
		return
	}
	name := g.Query("source")
	if name == "" {
		name = "register"
	}
	body := &watched{Reader: g.Request.Body}
	rows, refused, source, err := d.Intake(body, name)
	switch {
	case body.fault != nil:
		d.failBody(g, body.fault)
		return
	case err != nil:
		d.fail(g, err)
		return
	}
	rep, err := d.Service.Import(g, who(g), workflow.ImportOrder{Owner: g.Param("owner"), Source: source, Rows: rows, Refused: refused, AcceptGood: good})
	if err != nil {
		d.fail(g, err)
		return
	}
	d.report(g, rep, good)
}

func (d *door) rowsInWords(g *gin.Context, refused []workflow.RowRefusal) []rowAnswer {
	rows := []rowAnswer{}
	for _, r := range refused {
		rows = append(rows, rowAnswer{r.Line, r.Column, r.Reason, d.Message(lang(g.Request), "import.row."+r.Reason, nil), r.Value})
	}
	return rows
}

// refuseRows answers that nothing was taken in, and why, row by row.
func (d *door) refuseRows(g *gin.Context, rows []rowAnswer) {
	g.Abort()
	a := d.inWords(lang(g.Request), &workflow.Problem{Kind: workflow.Invalid, Key: "import.rows_refused", Args: map[string]string{"count": strconv.Itoa(len(rows))}})
	a.Rows = rows
	d.write(g.Writer, g.Request, a)
}

func (d *door) report(g *gin.Context, rep *workflow.ImportReport, good bool) {
	rows := d.rowsInWords(g, rep.Refused)
	if len(rows) > 0 && !good {
		d.refuseRows(g, rows)
		return
	}
	g.JSON(http.StatusOK, report{rep.Added, rep.Same, rows, rep.Levels, append([]string{}, rep.Offices...)})
}

// watched remembers why reading a body failed, whatever the reader of the list
// makes of it.
type watched struct {
	io.Reader
	fault error
}

func (w *watched) Read(p []byte) (int, error) {
	n, err := w.Reader.Read(p)
	if err != nil && err != io.EOF {
		w.fault = err
	}
	return n, err
}

// booked hides the book of an issuer from whom it does not concern.
func (d *door) booked(g *gin.Context) {
	see, err := d.Service.MaySeeNumbers(g, who(g), g.Param("issuer"))
	if err == nil && !see {
		err = missing("office")
	}
	if err != nil {
		d.fail(g, err)
	}
}

func (d *door) numbers(g *gin.Context) {
	list, err := d.Service.Numbers(g, g.Param("issuer"), d.Service.Today().Year())
	d.give(g, gin.H{"items": listOf(list)}, err)
}

func (d *door) reserveNumber(g *gin.Context) {
	var in struct {
		No     string     `json:"no"`
		Series string     `json:"series"`
		On     regime.Day `json:"on"`
	}
	if !d.read(g, &in) {
		return
	}
	n, err := d.Service.ReserveNumber(g, who(g), g.Param("issuer"), in.Series, in.No, in.On)
	d.give(g, n, err)
}

func (d *door) voidNumber(g *gin.Context) {
	var in struct {
		Reason string `json:"reason"`
	}
	if !d.read(g, &in) {
		return
	}
	if err := d.Service.VoidNumber(g, who(g), g.Param("issuer"), g.Param("id"), in.Reason); err != nil {
		d.fail(g, err)
		return
	}
	g.Status(http.StatusNoContent)
}
