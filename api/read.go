package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/gin-gonic/gin"

	"capdo/workflow"
)

// What a request may hold, in bytes.
const (
	maxBody   = 1 << 20
	maxImport = 32 << 20
	maxKey    = 200
)

// typed lets pass a body of one of the content types, by its header.
func (d *door) typed(g *gin.Context, types ...string) bool {
	kind, _, err := mime.ParseMediaType(g.GetHeader("Content-Type"))
	if err == nil && slices.Contains(types, kind) {
		return true
	}
	g.Header("Accept", strings.Join(types, ", "))
	d.refuse(g, http.StatusUnsupportedMediaType, "unsupported_media", "kind.unsupported_media")
	return false
}

// read decodes a JSON body strictly: unknown fields, trailing data and broken
// text are refused, with the place.
func (d *door) read(g *gin.Context, into any) bool { return d.readUpTo(g, into, maxBody) }

// readUpTo is read for a body of another size, in bytes.
func (d *door) readUpTo(g *gin.Context, into any, most int64) bool {
	if !d.typed(g, "application/json") {
		return false
	}
	b, err := io.ReadAll(http.MaxBytesReader(g.Writer, g.Request.Body, most))
	if err != nil {
		d.failBody(g, err)
		return false
	}
	if field := decode(b, into); field != nil {
		d.malformed(g, *field)
		return false
	}
	return true
}

// failBody tells why a body could not be read: too large is said so, anything
// else is a body that did not arrive whole.
func (d *door) failBody(g *gin.Context, err error) {
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		d.fail(g, err)
		return
	}
	d.malformed(g, workflow.Field{Name: "body", Expect: "expect.whole_body"})
}

// decode reads one JSON value; what is wrong comes back as a field whose value is
// the place, line and column.
func decode(b []byte, into any) *workflow.Field {
	if !utf8.Valid(b) {
		return &workflow.Field{Name: "body", Expect: "expect.utf8"}
	}
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.DisallowUnknownFields()
	err := dec.Decode(into)
	if err == nil {
		if _, more := dec.Token(); errors.Is(more, io.EOF) {
			return nil
		}
		return &workflow.Field{Name: "body", Expect: "expect.one_value", Value: place(b, dec.InputOffset())}
	}
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		return &workflow.Field{Name: "body", Expect: "expect.json", Value: place(b, syntax.Offset)}
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return &workflow.Field{Name: "body", Expect: "expect.whole_body", Value: place(b, int64(len(b)))}
	case errors.As(err, &kind):
		return &workflow.Field{Name: kind.Field, Expect: "expect.other_type", Value: place(b, kind.Offset)}
	}
	if name, ok := strings.CutPrefix(err.Error(), "json: unknown field "); ok {
		name, _ = strconv.Unquote(name)
		return &workflow.Field{Name: name, Expect: "expect.no_such_field"}
	}
	return &workflow.Field{Name: "body", Expect: "expect.json", Value: place(b, dec.InputOffset())}
}

// place writes an offset as line and column, counted from one.
func place(b []byte, offset int64) string {
	before := b[:min(int(offset), len(b))]
	line := bytes.Count(before, []byte("\n"))
	column := utf8.RuneCount(before[bytes.LastIndexByte(before, '\n')+1:])
	return fmt.Sprintf("%d:%d", line+1, max(column, 1))
}

// query reads after and limit, and refuses parameters nobody knows.
func (d *door) query(g *gin.Context, known ...string) (after string, limit int, ok bool) {
	limit = 50
	asked, err := url.ParseQuery(g.Request.URL.RawQuery)
	if err != nil {
		d.malformed(g, workflow.Field{Name: "query", Expect: "expect.query"})
		return "", 0, false
	}
	for name, values := range asked {
		if !slices.Contains(known, name) {
			d.malformed(g, workflow.Field{Name: name, Expect: "expect.no_such_field"})
			return "", 0, false
		}
		if len(values) != 1 {
			d.malformed(g, workflow.Field{Name: name, Expect: "expect.one_value"})
			return "", 0, false
		}
	}
	if s := g.Query("limit"); s != "" {
		n, err := strconv.Atoi(s)
		if err != nil || n < 1 || n > 200 {
			d.malformed(g, workflow.Field{Name: "limit", Expect: "expect.limit", Value: s})
			return "", 0, false
		}
		limit = n
	}
	return g.Query("after"), limit, true
}

// malformed refuses what cannot be read, and names the place.
func (d *door) malformed(g *gin.Context, f workflow.Field) {
	g.Abort()
	a := d.inWords(lang(g.Request), &workflow.Problem{Kind: "malformed", Key: "kind.malformed", Fields: []workflow.Field{f}})
	a.Status = http.StatusBadRequest
	d.write(g.Writer, g.Request, a)
}

func invalid(field, expect, value string) error {
	return &workflow.Problem{Kind: workflow.Invalid, Key: "field.invalid", Fields: []workflow.Field{{Name: field, Expect: expect, Value: value}}}
}
