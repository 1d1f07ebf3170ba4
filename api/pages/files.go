package pages

import (
	"errors"
	"io"
	"mime"
	"net/http"
	"slices"
	"time"

	"github.com/gin-gonic/gin"

	"capdo/workflow"
)

func (r *room) fileRoutes(in gin.IRoutes) {
	r.get(in, "/cases/:id/files", r.filesPage)
	in.POST("/cases/:id/files", r.addFile)
	r.get(in, "/cases/:id/files/:file", r.download)
	in.POST("/cases/:id/files/:file/remove", r.removeFile)
}

// transfer is how long a large file may take.
const transfer = 15 * time.Minute

// Longer gives a transfer of a large file more time than other requests have.
func Longer(g *gin.Context) {
	rc, until := http.NewResponseController(g.Writer), time.Now().Add(transfer)
	_ = rc.SetReadDeadline(until) // a writer that knows no deadlines keeps the usual ones
	_ = rc.SetWriteDeadline(until)
}

// filesData is what is attached to a case, by kind.
type filesData struct {
	Kinds []fileKind
	May   *workflow.Problem // why the person may not add, nil: may
	Most  int64             // MiB
	As    string            // kind that was tried
}

type fileKind struct {
	Key   string
	Files []fileRow
}

type fileRow struct {
	workflow.Attachment
	Who string
	KiB int
	May bool // be taken out
}

func (r *room) filesOf(g *gin.Context, d *caseData) (*filesData, error) {
	list, err := r.Service.Attachments(g, d.Case.ID)
	if err != nil {
		return nil, err
	}
	f := &filesData{Most: r.Files.Most >> 20, As: g.Query("as")}
	err = r.Service.MayContent(g, who(g), "add_file", d.Case.System)
	p, refused := workflow.ProblemOf(err)
	if err != nil && !refused {
		return nil, err
	}
	f.May = p
	remove := r.Service.MayContent(g, who(g), "remove_file", d.Case.System) == nil
	people, err := r.Service.Store.People(g)
	if err != nil {
		return nil, err
	}
	for _, kind := range workflow.AttachmentKinds() {
		k := fileKind{Key: kind}
		for _, a := range slices.Backward(list) {
			if a.As != kind {
				continue
			}
			row := fileRow{Attachment: a, KiB: int((a.Size + 1023) >> 10), May: remove && !a.Frozen && a.Removed.IsZero()}
			if i := slices.IndexFunc(people, func(p workflow.Person) bool { return p.ID == a.By }); i >= 0 {
				row.Who = people[i].Name
			}
			k.Files = append(k.Files, row)
		}
		f.Kinds = append(f.Kinds, k)
	}
	return f, nil
}

func (r *room) filesPage(g *gin.Context) { r.showFiles(g, http.StatusOK, nil) }

func (r *room) showFiles(g *gin.Context, status int, t *trouble) {
	d, err := r.caseOf(g)
	if err == nil {
		d.More, err = r.filesOf(g, d)
	}
	if err != nil {
		r.fail(g, err)
		return
	}
	r.renderWith(g, status, "files", placeOf(d.Case), d, t)
}

// addFile takes one file in. What it is comes before it in the form, so that the
// file is never read for nothing; the right is asked before.
func (r *room) addFile(g *gin.Context) {
	c, err := r.Case(g, who(g), g.Param("id"))
	if err == nil {
		err = r.Service.MayContent(g, who(g), "add_file", c.System)
	}
	if err != nil {
		r.fail(g, err)
		return
	}
	Longer(g)
	got, err := r.takeParts(g, c.ID)
	if err != nil {
		t, status := r.troubleOf(g, err)
		r.showFiles(g, status, t)
		return
	}
	r.done(g, path("cases", c.ID, "files"), "file_added&as="+got.As+"#"+got.As)
}

// takeParts reads a form of two parts: what the file is, then the file.
func (r *room) takeParts(g *gin.Context, id string) (workflow.Attachment, error) {
	want := workflow.Attachment{Case: id, By: who(g), As: g.Query("as")}
	missing := &workflow.Problem{Kind: workflow.Invalid, Key: "field.invalid", Fields: []workflow.Field{{Name: "file", Expect: "expect.required"}}}
	form, err := g.Request.MultipartReader()
	if err != nil {
		return want, missing
	}
	for {
		part, err := form.NextPart()
		var tooLarge *http.MaxBytesError
		if errors.As(err, &tooLarge) {
			return want, err
		}
		if err != nil {
			return want, missing // whatever else it is, it is no form
		}
		switch part.FormName() {
		case "as":
			b, err := io.ReadAll(io.LimitReader(part, 100))
			if err != nil {
				return want, tornOr(err)
			}
			want.As = string(b)
		case "file":
			if want.Name = part.FileName(); want.Name == "" {
				return want, missing
			}
			got, err := r.Files.Take(g, part, want)
			return got, tornOr(err)
		}
	}
}

// errMalformed says that a request is not one: its body broke off before its end, or its
// address says a thing twice. No fault of ours.
var errMalformed = errors.New("the request is malformed")

// tornOr tells a body that broke off from other errors of reading it.
func tornOr(err error) error {
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
		return errMalformed
	}
	return err
}

// fileOf finds a file of the case in the address.
func (r *room) fileOf(g *gin.Context) (workflow.Attachment, error) {
	gone := &workflow.Problem{Kind: workflow.NotFound, Key: "not_found.attachment", Args: map[string]string{"id": ""}}
	if _, err := r.Case(g, who(g), g.Param("id")); err != nil {
		return workflow.Attachment{}, err
	}
	list, err := r.Service.Attachments(g, g.Param("id"))
	if err != nil {
		return workflow.Attachment{}, err
	}
	i := slices.IndexFunc(list, func(a workflow.Attachment) bool { return a.ID == g.Param("file") })
	if i < 0 || !list[i].Removed.IsZero() {
		return workflow.Attachment{}, gone
	}
	return list[i], nil
}

// SheetType is the media type of a workbook.
const SheetType = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

// HandOut serves bytes as a file to keep, never as something to open here: what
// it would run or fetch is cut off by the policy that goes with it.
func HandOut(g *gin.Context, name, mediaType string) {
	g.Header("Content-Type", mediaType)
	g.Header("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": name}))
	g.Header("Content-Security-Policy", "default-src 'none'; object-src 'none'; base-uri 'none'; sandbox; frame-ancestors 'none'")
	g.Header("Cross-Origin-Resource-Policy", "same-origin")
}

// attached hands a whole file out to be kept.
func attached(g *gin.Context, kind, name string, b []byte) {
	HandOut(g, name, kind)
	g.Data(http.StatusOK, kind, b)
}

func (r *room) download(g *gin.Context) {
	a, err := r.fileOf(g)
	if err != nil {
		r.fail(g, err)
		return
	}
	in, err := r.Files.Open(g, a.SHA256)
	if err != nil {
		r.fail(g, err)
		return
	}
	defer in.Close()
	Longer(g)
	HandOut(g, a.Name, r.Files.MIME(a.Type))
	http.ServeContent(g.Writer, g.Request, "", time.Time{}, in)
}

func (r *room) removeFile(g *gin.Context) {
	a, err := r.fileOf(g)
	if err != nil {
		r.fail(g, err)
		return
	}
	if err = r.Service.RemoveAttachment(g, who(g), a.ID); err != nil {
		t, status := r.troubleOf(g, err)
		r.showFiles(g, status, t)
		return
	}
	r.done(g, path("cases", a.Case, "files"), "file_removed")
}
