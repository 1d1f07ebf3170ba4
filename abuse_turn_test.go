package main

import (
	"fmt"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"capdo/api"
	"capdo/workflow"
)

// TestHeavyPrintsAreTakenInTurn asks for one register fifty times at once (A39)
// while the drawing is held up: so many are drawn, so many wait, the others are
// told to come again; everything else goes on.
func TestHeavyPrintsAreTakenInTurn(t *testing.T) {
	h := newHouse(t)
	c := h.door
	var mu sync.Mutex
	atOnce, most := 0, 0
	hold := make(chan struct{})
	draw := c.RegisterFile
	c.RegisterFile = func(f workflow.PaperFacts, format string) ([]byte, string, error) {
		mu.Lock()
		atOnce++
		most = max(most, atOnce)
		mu.Unlock()
		<-hold
		defer func() { mu.Lock(); atOnce--; mu.Unlock() }()
		return draw(f, format)
	}
	h.srv.Close()
	h.srv = httptest.NewServer(api.New(c))
	an := h.fresh("an")
	answers, codes := make(chan answer, 50), map[int]int{}
	for range 50 {
		go func() { answers <- an.try("GET", "/api/v1/registers/ubnd?format=xlsx", "") }()
	}
	for range 50 - 32 {
		a := <-answers
		if codes[a.code]++; a.code == 429 && a.Get("Retry-After") == "" {
			t.Error("no word on when to come again")
		}
	}
	if a := an.try("GET", "/api/v1/cases/c", ""); a.code != 200 {
		t.Errorf("meanwhile another page: %d", a.code)
	}
	close(hold)
	for range 32 {
		codes[(<-answers).code]++
	}
	if codes[200] != 32 || codes[429] != 18 || most > 4 {
		t.Errorf("answers %v, at most %d at once", codes, most)
	}
}

// TestSignInsLeaveALine reads the log after good and bad tries (V16): what
// happened and from where, in one line each, nothing of what was typed.
func TestSignInsLeaveALine(t *testing.T) {
	h := newHouse(t)
	h.log.Reset()
	h.fresh("an")
	h.fresh("").try("POST", "/api/v1/session", `{"login":"an\n level=INFO msg=forged","password":"một mật khẩu khác"}`)
	h.fresh("").try("POST", "/sign-in", "login=mat-khau-go-nham&password=x")
	h.as("lan").try("GET", "/api/v1/cases/c", "")
	log := h.log.String()
	for _, want := range []string{"msg=sign-in by=password from=127.0.0.1 login=an", `msg="sign-in refused" by=password from=127.0.0.1`, `msg="asked for what is hidden" person=lan case=c`} {
		if !strings.Contains(log, want) {
			t.Errorf("no %q in\n%s", want, log)
		}
	}
	for _, never := range []string{"forged", "mat-khau-go-nham", demoPassword, "một mật khẩu khác"} {
		if strings.Contains(log, never) {
			t.Errorf("%q stands in the log", never)
		}
	}
	for line := range strings.Lines(log) {
		if !strings.HasPrefix(line, "time=") {
			t.Errorf("a line that is none of ours: %s", fmt.Sprintf("%q", line))
		}
	}
}
