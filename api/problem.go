package api

import (
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"

	"capdo/workflow"
)

// status is the one map from kind of problem to HTTP status.
var status = map[workflow.Kind]int{
	workflow.Invalid: http.StatusUnprocessableEntity, workflow.Denied: http.StatusForbidden, workflow.NotFound: http.StatusNotFound,
	workflow.NotNow: http.StatusConflict, workflow.Refused: http.StatusUnprocessableEntity, workflow.Stale: http.StatusConflict,
	workflow.Busy: http.StatusServiceUnavailable,
}

// retryAfter is when to try again what was busy, in seconds.
const retryAfter = "5"

// answer is a problem as RFC 9457 writes it.
type answer struct {
	Type      string              `json:"type"`
	Title     string              `json:"title"`
	Status    int                 `json:"status"`
	Kind      string              `json:"kind"`
	Key       string              `json:"key"`
	Detail    string              `json:"detail"`
	Basis     []workflow.Citation `json:"basis,omitempty"`
	Guard     string              `json:"guard,omitempty"`
	Fields    []fieldAnswer       `json:"fields,omitempty"`
	Rows      []rowAnswer         `json:"rows,omitempty"`
	Can       []string            `json:"can,omitempty"`
	Open      []string            `json:"open,omitempty"`
	Reference string              `json:"reference,omitempty"`
	args      map[string]string
}

type fieldAnswer struct {
	Name   string `json:"name"`
	Expect string `json:"expect"`
	Value  string `json:"value,omitempty"`
}

func sprint(v any) string { return fmt.Sprint(v) }

// fail presents an error: a problem in words, anything else as a reference
// number whose details are in the log alone.
func (d *door) fail(g *gin.Context, err error) {
	g.Abort()
	var tooLarge *http.MaxBytesError
	p, ok := workflow.ProblemOf(err)
	switch {
	case ok:
		if p.Kind == workflow.Busy {
			d.Log.Warn("busy", "path", g.FullPath(), "error", err)
			g.Header("Retry-After", retryAfter)
		}
		d.write(g.Writer, g.Request, d.inWords(lang(g.Request), p))
	case errors.As(err, &tooLarge):
		d.write(g.Writer, g.Request, &answer{Status: http.StatusRequestEntityTooLarge, Kind: "too_large", Key: "kind.too_large"})
	default:
		ref := reference()
		d.Log.Error("request failed", "reference", ref, "path", g.FullPath(), "error", err)
		d.write(g.Writer, g.Request, &answer{Status: http.StatusInternalServerError, Kind: "internal", Key: "kind.internal", Reference: ref})
	}
}

// refuse answers what the door itself refuses.
func (d *door) refuse(g *gin.Context, code int, kind, key string) {
	g.Abort()
	d.write(g.Writer, g.Request, &answer{Status: code, Kind: kind, Key: key})
}

func (d *door) inWords(lang string, p *workflow.Problem) *answer {
	a := &answer{Status: status[p.Kind], Kind: string(p.Kind), Key: p.Key, Basis: p.Basis, Guard: p.Guard, Can: p.Can, Open: p.Open, args: p.Args}
	for _, f := range p.Fields {
		a.Fields = append(a.Fields, fieldAnswer{f.Name, d.Message(lang, f.Expect, p.Args), f.Value})
	}
	return a
}

func (d *door) write(w http.ResponseWriter, r *http.Request, a *answer) {
	l := lang(r)
	a.Type = "about:blank"
	a.Title, a.Detail = d.Message(l, "kind."+a.Kind, nil), d.Message(l, a.Key, a.args)
	w.Header().Set("Content-Type", "application/problem+json; charset=utf-8")
	w.WriteHeader(a.Status)
	if err := json.NewEncoder(w).Encode(a); err != nil {
		d.Log.Warn("answer not written", "error", err)
	}
}

// lang is Vietnamese unless English is asked for first.
func lang(r *http.Request) string {
	if strings.HasPrefix(strings.ToLower(r.Header.Get("Accept-Language")), "en") {
		return "en"
	}
	return "vi"
}

func reference() string {
	b := make([]byte, 6)
	if _, err := rand.Read(b); err != nil {
		return "?"
	}
	return hex.EncodeToString(b)
}
