package api_test

import (
	"context"
	"errors"
	"io"
	"testing"

	"capdo/api"
)

func TestAnAuditorSeesHowFarTheHistoryIsProvedAndTakesItAlong(t *testing.T) {
	var fault error
	p := newProvince(t, func(c *api.Config) {
		c.History = api.HistoryRoom{
			State: func(context.Context) (any, error) { return map[string]int{"links": 61}, fault },
			Export: func(_ context.Context, w io.Writer) error {
				_, err := io.WriteString(w, "PK and so on")
				return errors.Join(err, fault)
			},
		}
	})
	auditor := p.as("kien")
	auditor.get("/api/v1/history").is(t, 200, `"links":61`)
	file := auditor.get("/api/v1/history/export").is(t, 200, "PK and so on")
	if got := file.Header.Get("Content-Type"); got != "application/zip" {
		t.Error(got)
	}
	for _, at := range []string{"/api/v1/history", "/api/v1/history/export"} {
		p.as("an").get(at).isProblem(t, 403, "denied", "house.denied")
		p.nobody().get(at).isProblem(t, 401, "unauthenticated", "signin.needed")
	}
	fault = errors.New("secret of the house")
	for _, at := range []string{"/api/v1/history", "/api/v1/history/export"} {
		auditor.get(at).is(t, 500, "")
	}
	newProvince(t, nil).as("an").get("/api/v1/history").isProblem(t, 404, "not_found", "not_found.page")
}
