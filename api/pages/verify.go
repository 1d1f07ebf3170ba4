package pages

import (
	"crypto/sha256"
	"encoding/hex"
	"io"
	"math"
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
		r.look(g, code, func() (*workflow.Verified, error) { return r.Service.VerifyCode(g, code) })
		return
	}
	r.render(g, http.StatusOK, "verify", "", verifyData{})
}

func (r *room) verifyCode(g *gin.Context) {
	code := g.Param("code")
	r.look(g, code, func() (*workflow.Verified, error) { return r.Service.VerifyCode(g, code) })
}

// look answers a try, slowly after several wrong ones.
func (r *room) look(g *gin.Context, code string, find func() (*workflow.Verified, error)) {
	d := verifyData{Code: code, At: r.Service.Clock().Format("15:04, 02/01/2006")}
	if wait := r.Guess(g); wait > 0 {
		d.Wrong, d.Args = "verify.wait", map[string]string{"seconds": itoa(int(math.Ceil(wait.Seconds())))}
		g.Header("Retry-After", d.Args["seconds"])
		r.render(g, http.StatusTooManyRequests, "verify", "", d)
		return
	}
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
func (r *room) verifyFile(g *gin.Context) {
	form, err := g.Request.MultipartReader()
	if err != nil {
		r.render(g, http.StatusUnprocessableEntity, "verify", "", verifyData{Wrong: "verify.no_file"})
		return
	}
	part, err := form.NextPart()
	if err != nil || part.FormName() != "file" || part.FileName() == "" {
		r.render(g, http.StatusUnprocessableEntity, "verify", "", verifyData{Wrong: "verify.no_file"})
		return
	}
	sum := sha256.New()
	n, err := io.Copy(sum, io.LimitReader(part, maxVerify+1))
	if err != nil || n > maxVerify {
		r.render(g, http.StatusRequestEntityTooLarge, "verify", "", verifyData{Wrong: "kind.too_large"})
		return
	}
	r.look(g, "", func() (*workflow.Verified, error) { return r.Service.VerifyHash(g, hex.EncodeToString(sum.Sum(nil))) })
}
