package pages

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"math"
	"mime/multipart"
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"

	"capdo/workflow"
)

// verifyRoutes are open to everybody: whoever holds a paper may check it.
func (r *room) verifyRoutes(open gin.IRoutes) {
	r.get(open, "/verify", r.verifyPage)
	r.get(open, "/verify/:code", r.verifyCode)
	open.POST("/verify", r.verifyFile)
}

// maxVerify bounds the bytes of a paper that somebody wants checked.
const maxVerify = 20 << 20

var errNoFile = errors.New("the form does not begin with the part file")

// verifyData is what the page of verification shows.
type verifyData struct {
	Code  string
	Found *workflow.Verified
	Wrong string // message key
	Args  map[string]string
	At    string
}

func (r *room) verifyPage(g *gin.Context) {
	if code := strings.TrimSpace(g.Query("code")); code != "" {
		if r.slowed(g, code) {
			return
		}
		r.look(g, code, func() (*workflow.Verified, error) { return r.Service.VerifyCode(g, code) })
		return
	}
	r.render(g, http.StatusOK, "verify", "", verifyData{})
}

func (r *room) verifyCode(g *gin.Context) {
	code := g.Param("code")
	if r.slowed(g, code) {
		return
	}
	r.look(g, code, func() (*workflow.Verified, error) { return r.Service.VerifyCode(g, code) })
}

// slowed counts a try and stops an address that tried wrong too often.
func (r *room) slowed(g *gin.Context, code string) bool {
	wait := r.Guess(g)
	if wait <= 0 {
		return false
	}
	seconds := itoa(int(math.Ceil(wait.Seconds())))
	g.Header("Retry-After", seconds)
	r.render(g, http.StatusTooManyRequests, "verify", "", verifyData{Code: code, Wrong: "verify.wait", Args: map[string]string{"seconds": seconds}})
	return true
}

// look answers a try that slowed has counted, and forgives it when it was right.
func (r *room) look(g *gin.Context, code string, find func() (*workflow.Verified, error)) {
	d := verifyData{Code: code, At: r.Service.Clock().Format("15:04, 02/01/2006")}
	found, err := find()
	if p, ok := workflow.ProblemOf(err); ok && p.Kind == workflow.NotFound {
		d.Wrong = "not_found.proof"
		r.render(g, http.StatusNotFound, "verify", "", d)
		return
	}
	r.Forgive(g)
	if err != nil {
		r.fail(g, err)
		return
	}
	d.Found = found
	r.render(g, http.StatusOK, "verify", "", d)
}

// verifyFile tells of a PDF; its bytes are counted into a hash and kept nowhere.
// Who has to wait is told so before a byte is read.
func (r *room) verifyFile(g *gin.Context) {
	if r.slowed(g, "") {
		return
	}
	sum := sha256.New()
	n, err := int64(0), errNoFile
	if form, fault := g.Request.MultipartReader(); fault == nil {
		var part *multipart.Part
		if part, err = form.NextPart(); err == nil && (part.FormName() != "file" || part.FileName() == "") {
			err = errNoFile
		}
		if err == nil {
			n, err = io.Copy(sum, io.LimitReader(part, maxVerify+1))
		}
	}
	var tooLarge *http.MaxBytesError
	if n > maxVerify || errors.As(err, &tooLarge) {
		r.render(g, http.StatusRequestEntityTooLarge, "verify", "", verifyData{Wrong: "kind.too_large"})
		return
	}
	if err != nil {
		r.render(g, http.StatusUnprocessableEntity, "verify", "", verifyData{Wrong: "verify.no_file"})
		return
	}
	r.look(g, "", func() (*workflow.Verified, error) { return r.Service.VerifyHash(g, hex.EncodeToString(sum.Sum(nil))) })
}
