package api

import (
	"context"
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"capdo/api/pages"
	"capdo/workflow"
)

// FileRoom is what the door works with to take in and hand out files and
// overviews. Errors for people come as problems.
type FileRoom struct {
	MaxFile  int64 // bytes of the largest file
	TakeFile func(ctx context.Context, r io.Reader, want workflow.Attachment) (workflow.Attachment, error)
	OpenFile func(ctx context.Context, sha string) (io.ReadSeekCloser, error)
	FileMIME func(kind string) string
	// Pack writes the whole of a dossier as a ZIP.
	Pack func(ctx context.Context, caseID string, w io.Writer) error
	// OverviewFile writes an overview as XLSX; OverviewIntake reads one back.
	OverviewFile   func(lang string, o *workflow.Overview) ([]byte, error)
	OverviewIntake func(r io.Reader, name string, o *workflow.Overview) error
}

const (
	maxUpload   = 104 << 20 // bytes of a body that carries a file
	maxOverview = 16 << 20  // bytes of an overview as JSON
)

var errNoFile = errors.New("the form does not begin with the part file")

// beforeProof are the addresses that read a body from whom nothing is known yet.
var beforeProof = []string{"/api/v1/session", "/api/v1/session/code", "/api/v1/setup", "/sign-in", "/sign-in/code", "/language", "/setup"}

// most is how many bytes a request may carry: files of a case are larger.
func most(r *http.Request) int64 {
	if r.Method == http.MethodPost && strings.HasPrefix(strings.TrimPrefix(r.URL.Path, "/api/v1"), "/cases/") && strings.HasSuffix(r.URL.Path, "/files") {
		return maxUpload
	}
	switch {
	case r.URL.Path == verifyPath:
		return maxVerify + maxBody
	case slices.Contains(beforeProof, r.URL.Path):
		return maxBody
	}
	return maxImport
}

func (d *door) fileRoutes(in gin.IRoutes) {
	reads(in, "/cases/:id/files", d.visible, d.files)
	in.POST("/cases/:id/files", d.visible, d.addFile)
	reads(in, "/cases/:id/files/:file", d.visible, d.fileOf, d.download)
	in.DELETE("/cases/:id/files/:file", d.visible, d.fileOf, d.removeFile)
	reads(in, "/cases/:id/contents/:version", d.visible, d.content)
	reads(in, "/cases/:id/pack", d.visible, d.pack)
	reads(in, "/systems/:id/overview", d.plans, d.overview)
	in.PUT("/systems/:id/overview", d.plans, d.saveOverview)
	in.POST("/systems/:id/overview/import", d.plans, d.importOverview)
}

// plans hides the overview of a system from whom it does not concern.
func (d *door) plans(g *gin.Context) {
	if err := d.Service.MaySeePlans(g, who(g), g.Param("id")); err != nil {
		d.fail(g, err)
	}
}

func (d *door) files(g *gin.Context) {
	list, err := d.Service.Attachments(g, g.Param("id"))
	if list == nil {
		list = []workflow.Attachment{}
	}
	d.give(g, gin.H{"items": list}, err)
}

// fileOf finds a file of this very case; one of another case is not there.
func (d *door) fileOf(g *gin.Context) {
	list, err := d.Service.Attachments(g, g.Param("id"))
	i := slices.IndexFunc(list, func(a workflow.Attachment) bool { return a.ID == g.Param("file") })
	if err == nil && (i < 0 || !list[i].Removed.IsZero()) {
		err = missing("attachment")
	}
	if err != nil {
		d.fail(g, err)
		return
	}
	g.Set("file", list[i])
}

// mayContent asks a right at the system of a case.
func (d *door) mayContent(g *gin.Context, act string) bool {
	v, err := d.Service.Case(g, g.Param("id"))
	if err == nil {
		err = d.Service.MayContent(g, who(g), act, v.System)
	}
	if err != nil {
		d.fail(g, err)
	}
	return err == nil
}

// addFile takes one file in, as the part "file" of a form; what it is stands in
// the address. The right is asked before a byte is read.
func (d *door) addFile(g *gin.Context) {
	if _, _, ok := d.query(g, "as"); !ok || !d.mayContent(g, "add_file") {
		return
	}
	if g.Request.ContentLength > maxUpload {
		d.refuse(g, http.StatusRequestEntityTooLarge, "too_large", "kind.too_large")
		return
	}
	pages.Longer(g)
	part, ok := d.filePart(g)
	if !ok {
		return
	}
	got, err := d.TakeFile(g, part, workflow.Attachment{Case: g.Param("id"), As: g.Query("as"), By: who(g), Name: part.FileName()})
	p, is := workflow.ProblemOf(err)
	switch {
	case is && p.Key == "file.too_large":
		g.Abort()
		d.write(g.Writer, g.Request, &answer{Status: http.StatusRequestEntityTooLarge, Kind: "too_large", Key: p.Key, args: p.Args})
	case err != nil && !is:
		d.unreadable(g, err)
	case err != nil:
		d.fail(g, err)
	default:
		g.JSON(http.StatusCreated, got)
	}
}

// filePart gives the part "file" with which a form must begin. Whatever else
// stands there is the fault of who sent it.
func (d *door) filePart(g *gin.Context) (*multipart.Part, bool) {
	form, err := g.Request.MultipartReader()
	if err != nil {
		d.refuse(g, http.StatusBadRequest, "malformed", "kind.malformed")
		return nil, false
	}
	part, err := form.NextPart()
	if err == nil && part.FormName() != "file" {
		err = errNoFile
	}
	if err != nil {
		d.failBody(g, err)
	}
	return part, err == nil
}

// unreadable tells a body that is too large or torn from a fault of ours.
func (d *door) unreadable(g *gin.Context, err error) {
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
		d.refuse(g, http.StatusBadRequest, "malformed", "kind.malformed")
		return
	}
	d.fail(g, err)
}

func (d *door) download(g *gin.Context) {
	a := g.MustGet("file").(workflow.Attachment)
	in, err := d.OpenFile(g, a.SHA256)
	if err != nil {
		d.fail(g, err)
		return
	}
	defer in.Close()
	pages.Longer(g)
	pages.HandOut(g, a.Name, d.FileMIME(a.Type))
	g.Header("ETag", `"`+a.SHA256+`"`)
	http.ServeContent(g.Writer, g.Request, "", time.Time{}, in)
}

func (d *door) removeFile(g *gin.Context) {
	if err := d.Service.RemoveAttachment(g, who(g), g.Param("file")); err != nil {
		d.fail(g, err)
		return
	}
	g.Status(http.StatusNoContent)
}

// content gives what a version of a dossier consists of.
func (d *door) content(g *gin.Context) {
	n, err := strconv.Atoi(g.Param("version"))
	if err != nil {
		d.fail(g, missing("content"))
		return
	}
	c, err := d.Service.ContentOf(g, g.Param("id"), n)
	d.give(g, c, err)
}

// pack hands out the whole of a dossier. It is written aside first, so that what
// cannot be packed is answered as a problem and not as half a file.
func (d *door) pack(g *gin.Context) {
	tmp, err := os.CreateTemp("", "capdo-pack-*")
	if err != nil {
		d.fail(g, err)
		return
	}
	defer func() {
		_ = tmp.Close()
		_ = os.Remove(tmp.Name())
	}()
	if err := d.Pack(g, g.Param("id"), tmp); err != nil {
		d.fail(g, err)
		return
	}
	pages.Longer(g)
	pages.HandOut(g, g.Param("id")+".zip", "application/zip")
	http.ServeContent(g.Writer, g.Request, "", time.Time{}, tmp)
}

func (d *door) overview(g *gin.Context) {
	if _, _, ok := d.query(g, "format"); !ok {
		return
	}
	v, err := d.Service.Overview(g, g.Param("id"))
	if err != nil || g.Query("format") != "xlsx" {
		d.give(g, v, err)
		return
	}
	b, err := d.OverviewFile(lang(g.Request), v.Overview)
	if err != nil {
		d.fail(g, err)
		return
	}
	pages.HandOut(g, "overview-"+g.Param("id")+".xlsx", pages.SheetType)
	g.Data(http.StatusOK, pages.SheetType, b)
}

// saveOverview keeps an overview whole; its revision says what it was edited from.
func (d *door) saveOverview(g *gin.Context) {
	var o workflow.Overview
	if !d.mayOverview(g) || !d.readUpTo(g, &o, maxOverview) {
		return
	}
	o.System = g.Param("id")
	v, err := d.Service.SaveOverview(g, who(g), &o)
	d.give(g, v, err)
}

func (d *door) mayOverview(g *gin.Context) bool {
	err := d.Service.MayContent(g, who(g), "edit_overview", g.Param("id"))
	if err != nil {
		d.fail(g, err)
	}
	return err == nil
}

// importOverview takes the tables of a workbook, sent as the body, into the
// overview as it stands.
func (d *door) importOverview(g *gin.Context) {
	if !d.mayOverview(g) {
		return
	}
	v, err := d.Service.Overview(g, g.Param("id"))
	if err == nil {
		err = d.OverviewIntake(g.Request.Body, "overview", v.Overview)
	}
	if err == nil {
		v, err = d.Service.SaveOverview(g, who(g), v.Overview)
	}
	d.give(g, v, err)
}
