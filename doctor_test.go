package main

import (
	"strings"
	"testing"
)

func TestTheDoctorTellsNoPassword(t *testing.T) {
	db := onPostgres(t)
	more := "?"
	if strings.Contains(db, "?") {
		more = "&"
	}
	if _, out := onLine(t, "doctor", "--db", db+more+"password=quite-secret"); !strings.Contains(out, "postgres://") || strings.Contains(out, "quite-secret") {
		t.Error(out)
	}
}
