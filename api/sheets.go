package api

import (
	"bytes"
	"io"
	"net/http"
	"strconv"

	"github.com/gin-gonic/gin"

	"capdo/api/pages"
	"capdo/workflow"
)

// SheetFiles writes and reads the workbooks of requirement sheets and catalogues.
type SheetFiles struct {
	Write          func(w io.Writer, v *workflow.SheetView, lang string) error
	Read           func(r io.Reader, name string) (workflow.SheetImport, error)
	WriteCatalogue func(w io.Writer, c workflow.OwnCatalogue, lang string) error
	ReadCatalogue  func(r io.Reader, name string) (workflow.CatalogueImport, error)
}

// sheetRoutes hangs the routes of this file under the signed-in ones.
func (d *door) sheetRoutes(in gin.IRoutes) {
	reads(in, "/cases/:id/sheet", d.visible, d.sheet)
	in.PUT("/cases/:id/sheet", d.visible, d.saveSheet)
	reads(in, "/cases/:id/sheet.xlsx", d.visible, d.sheetFile)
	in.POST("/cases/:id/sheet.xlsx", d.visible, d.importSheet)
	reads(in, "/cases/:id/sheet/print", d.visible, d.printSheet)
	reads(in, "/cases/:id/sheets/:copy", d.visible, d.sheetCopy)
	reads(in, "/systems/:id/sheets/:level", d.ofSystem, d.sharedSheet)
	in.PUT("/systems/:id/sheets/:level", d.ofSystem, d.saveSharedSheet)
	reads(in, "/systems/:id/sheets/:level/xlsx", d.ofSystem, d.sharedFile)
	in.POST("/systems/:id/sheets/:level/xlsx", d.ofSystem, d.importShared)
	reads(in, "/catalogues/:key/xlsx", d.catalogueFile)
	in.POST("/catalogues/:key/xlsx", d.importCatalogue)
}

// ofSystem hides what belongs to a system of an owner the person is not under.
func (d *door) ofSystem(g *gin.Context) {
	s, err := d.Service.System(g, g.Param("id"))
	if p, ok := workflow.ProblemOf(err); ok && p.Kind == workflow.NotFound {
		err = missing("system")
	}
	if err != nil {
		d.fail(g, err)
		return
	}
	for _, owner := range s.Owners {
		see, err := d.Service.MaySeeOwner(g, who(g), owner)
		if err != nil {
			d.fail(g, err)
			return
		}
		if see {
			return
		}
	}
	d.fail(g, missing("system"))
}

func (d *door) sheet(g *gin.Context) {
	v, err := d.Service.Sheet(g, g.Param("id"))
	d.give(g, v, err)
}

func (d *door) sheetCopy(g *gin.Context) {
	n, err := strconv.Atoi(g.Param("copy"))
	if err != nil || n < 1 {
		d.fail(g, missing("sheet"))
		return
	}
	v, err := d.Service.SheetCopy(g, g.Param("id"), n)
	d.give(g, v, err)
}

func (d *door) saveSheet(g *gin.Context) {
	var o workflow.SheetOrder
	if d.read(g, &o) {
		v, err := d.Service.SaveSheet(g, who(g), g.Param("id"), o)
		d.give(g, v, err)
	}
}

// level reads the level of a shared sheet; what is no number is no level.
func level(g *gin.Context) int {
	n, err := strconv.Atoi(g.Param("level"))
	if err != nil {
		return 0
	}
	return n
}

func (d *door) sharedSheet(g *gin.Context) {
	v, err := d.Service.SharedSheet(g, g.Param("id"), level(g))
	d.give(g, v, err)
}

func (d *door) saveSharedSheet(g *gin.Context) {
	var o workflow.SheetOrder
	if d.read(g, &o) {
		v, err := d.Service.SaveSharedSheet(g, who(g), g.Param("id"), level(g), o)
		d.give(g, v, err)
	}
}

func (d *door) sheetFile(g *gin.Context) {
	v, err := d.Service.Sheet(g, g.Param("id"))
	d.giveFile(g, v, err)
}

func (d *door) sharedFile(g *gin.Context) {
	v, err := d.Service.SharedSheet(g, g.Param("id"), level(g))
	d.giveFile(g, v, err)
}

func (d *door) giveFile(g *gin.Context, v *workflow.SheetView, err error) {
	var b bytes.Buffer
	if err == nil {
		err = d.Sheets.Write(&b, v, lang(g.Request))
	}
	if err != nil {
		d.fail(g, err)
		return
	}
	g.Data(http.StatusOK, pages.SheetType, b.Bytes())
}

// importSheet takes the workbook of a sheet, sent as the body of the request.
func (d *door) importSheet(g *gin.Context) {
	if in, ok := d.sheetOf(g); ok {
		rep, err := d.Service.ImportSheet(g, who(g), g.Param("id"), in)
		d.giveReport(g, rep, rep != nil && !rep.Taken, err)
	}
}

func (d *door) importShared(g *gin.Context) {
	if in, ok := d.sheetOf(g); ok {
		rep, err := d.Service.ImportSharedSheet(g, who(g), g.Param("id"), level(g), in)
		d.giveReport(g, rep, rep != nil && !rep.Taken, err)
	}
}

func (d *door) sheetOf(g *gin.Context) (workflow.SheetImport, bool) {
	if _, _, ok := d.query(g, "accept_good"); !ok {
		return workflow.SheetImport{}, false
	}
	in, err := d.Sheets.Read(g.Request.Body, "xlsx")
	if err != nil {
		d.fail(g, err)
		return in, false
	}
	in.AcceptGood = g.Query("accept_good") == "1"
	return in, true
}

// giveReport answers 422 where rows were refused and so nothing was taken.
func (d *door) giveReport(g *gin.Context, rep any, refused bool, err error) {
	if err == nil && refused {
		g.JSON(http.StatusUnprocessableEntity, rep)
		return
	}
	d.give(g, rep, err)
}

func (d *door) printSheet(g *gin.Context) {
	if _, _, ok := d.query(g, "form", "format"); !ok {
		return
	}
	facts, out, err := d.Service.PrintSheet(g, g.Param("id"), g.Query("form"))
	if err != nil {
		d.fail(g, err)
		return
	}
	if f := g.Query("format"); f != "" && f != "pdf" {
		b, kind, err := d.RegisterFile(facts, f)
		if err != nil {
			d.fail(g, err)
			return
		}
		g.Data(http.StatusOK, kind, b)
		return
	}
	g.Data(http.StatusOK, "application/pdf", out.PDF)
}

func (d *door) catalogueFile(g *gin.Context) {
	c, err := d.Service.Catalogue(g, g.Param("key"))
	var b bytes.Buffer
	if err == nil {
		err = d.Sheets.WriteCatalogue(&b, c, lang(g.Request))
	}
	if err != nil {
		d.fail(g, err)
		return
	}
	g.Data(http.StatusOK, pages.SheetType, b.Bytes())
}

// importCatalogue takes requirements from a workbook; source names the text they
// were compared with.
func (d *door) importCatalogue(g *gin.Context) {
	if _, _, ok := d.query(g, "accept_good", "source"); !ok {
		return
	}
	in, err := d.Sheets.ReadCatalogue(g.Request.Body, "xlsx")
	if err != nil {
		d.fail(g, err)
		return
	}
	if in.Key != g.Param("key") {
		d.fail(g, &workflow.Problem{Kind: workflow.NotFound, Key: "not_found.catalogue", Args: map[string]string{"id": ""}})
		return
	}
	in.Source, in.AcceptGood = g.Query("source"), g.Query("accept_good") == "1"
	rep, err := d.Service.ImportCatalogue(g, who(g), in)
	d.giveReport(g, rep, rep != nil && !rep.Taken, err)
}
