package api

import (
	"strconv"
	"strings"
	"testing"
	"time"
)

func TestWhoMakesSessionsUpNeitherFillsMemoryNorBeginsAnew(t *testing.T) {
	var p paces
	now := time.Unix(0, 0)
	for range ofAddress.free {
		p.take("address", ofAddress, now)
	}
	for n := range 2 * paced {
		p.take(sessionOf(strings.Repeat("x", 1000)+strconv.Itoa(n)), ofSession, now)
		now = now.Add(ofSession.every / 1000)
	}
	if !p.of["address"].After(now) {
		t.Error("what the address has sent is forgotten")
	}
	for key := range p.of {
		if len(key) > 40 {
			t.Fatalf("%d bytes are remembered of a session", len(key))
		}
	}
}
