package store

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"testing"

	"capdo/workflow"
)

// filled puts something into a store, a paper with its bytes among it.
func filled(t *testing.T, s *Store) {
	t.Helper()
	pdf := []byte{0, 255, 'P', 'D', 'F'}
	sum := sha256.Sum256(pdf)
	err := errors.Join(s.SaveOffice(ctx, workflow.Office{ID: "o", Name: "Sở Công Thương"}), s.SetSetting(ctx, "a", "dòng 1\ndòng 2"),
		s.AddSystem(ctx, &workflow.System{ID: "s", Name: "Đất đai", Owners: []string{"o"}, Operators: []string{"o", "p"}}),
		s.Keep(ctx, &workflow.Change{Case: &workflow.Case{ID: "c", System: "s", Revision: 1}, SystemID: "s", Event: workflow.Event{Act: "create", Case: "c", System: "s"},
			Key: "k", Outcome: []byte("{}"), Papers: []workflow.Paper{{ID: "p1", Case: "c", PDF: pdf, SHA256: hex.EncodeToString(sum[:])}}}),
		s.AddAttachment(ctx, workflow.Attachment{ID: "a", Case: "c", Slot: "x", Version: 1}, workflow.Event{Act: "attach", Case: "c"}),
		s.Note(ctx, workflow.Event{Act: "submit", Case: "c", Refused: &workflow.Refusal{Kind: workflow.Denied}}))
	for i := range 250 {
		_, fault := s.Reserve(ctx, workflow.NumberAsk{ID: fmt.Sprint("n", i), Issuer: "o", Year: 2026, Text: "%s", Case: "c", Order: int64(i), Form: "f"})
		err = errors.Join(err, fault)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// goesOn asks of a store that was moved to that it takes new rows.
func goesOn(t *testing.T, s *Store) {
	t.Helper()
	n, err := s.Reserve(ctx, workflow.NumberAsk{ID: "next", Issuer: "o", Year: 2026, Text: "%s", Case: "c", Order: 999, Form: "f"})
	if err != nil || n.N != 251 {
		t.Errorf("the next number: %+v, %v", n, err)
	}
	if err := s.Keep(ctx, &workflow.Change{Case: &workflow.Case{ID: "c", System: "s", Revision: 2}, CaseWas: 1, Event: workflow.Event{Act: "go", Case: "c"},
		Papers: []workflow.Paper{{ID: "p2", Case: "c", PDF: []byte{1}}}}); err != nil {
		t.Fatal(err)
	}
	events, err := s.Events(ctx, workflow.EventQuery{Case: "c"})
	if err != nil || len(events) != 4 || events[3].Act != "go" || events[3].Seq <= events[2].Seq {
		t.Errorf("history %+v, %v", events, err)
	}
	if list, err := s.Papers(ctx, workflow.PaperQuery{Case: "c"}); err != nil || len(list) != 2 || list[1].ID != "p2" {
		t.Errorf("papers %+v, %v", list, err)
	}
}

func TestAProvinceMovesToAServerAndBack(t *testing.T) {
	file, server, back := fresh(t), opened(t, address(t)), fresh(t)
	filled(t, file)
	there, again, err := Move(ctx, file, server)
	if err != nil || again {
		t.Fatal(there, again, err)
	}
	rows, links := int64(0), int64(0)
	for _, m := range there {
		rows += m.Rows
		if m.Table == "links" || m.Table == "heads" {
			links += m.Rows
		}
	}
	if rows-links != 1+1+1+1+3+1+1+1+250 || links == 0 {
		t.Errorf("%d rows: %+v", rows, there)
	}
	same, again, err := Move(ctx, file, server)
	if err != nil || !again || fmt.Sprint(same) != fmt.Sprint(there) {
		t.Errorf("the same move again: %v %v", again, err)
	}
	returned, _, err := Move(ctx, server, back)
	if err != nil || fmt.Sprint(returned) != fmt.Sprint(there) {
		t.Errorf("back: %v\n%+v\n%+v", err, returned, there)
	}
	sameFigures(t, server, file)
	sameFigures(t, back, file)
	goesOn(t, server)
	goesOn(t, back)
	if _, _, err := Move(ctx, file, server); !errors.Is(err, ErrNotEmpty) {
		t.Errorf("onto a server that went on: %v", err)
	}
}

func TestAMoveThatFailsLeavesTheTargetEmpty(t *testing.T) {
	for says, c := range map[string]struct {
		spoil, table string
		want         error
	}{
		"a paper that was changed": {"UPDATE papers SET pdf = x'00'", "papers", ErrPaper},
		"a text that is none":      {"UPDATE settings SET value = CAST(x'ff61' AS TEXT)", "settings", nil},
	} {
		t.Run(says, func(t *testing.T) {
			file, server := bare(t), opened(t, address(t))
			filled(t, file)
			if err := file.w.Exec(c.spoil).Error; err != nil {
				t.Fatal(err)
			}
			_, _, err := Move(ctx, file, server)
			var at *MoveError
			if !errors.As(err, &at) || at.Table != c.table || c.want != nil && !errors.Is(err, c.want) {
				t.Errorf("%v", err)
			}
			tables, err := tablesOf(server.r)
			if err != nil || len(tables) < 20 {
				t.Fatal(tables, err)
			}
			if empty, err := holdsNothing(server.r, tables); err != nil || !empty {
				t.Errorf("rows are left: %v", err)
			}
		})
	}
}

func TestBothDatabasesHaveTheSameTablesInOneOrder(t *testing.T) {
	lite, err := tablesOf(fresh(t).r)
	pg, err2 := tablesOf(opened(t, address(t)).r)
	if err := errors.Join(err, err2); err != nil {
		t.Fatal(err)
	}
	if a, b := fmt.Sprint(lite), fmt.Sprint(pg); a != b {
		t.Errorf("\n%s\n%s", a, b)
	}
	at := map[string]int{}
	for i, m := range pg {
		at[m.name] = i
		if len(m.key) == 0 {
			t.Errorf("%s has no key", m.name)
		}
	}
	for _, pair := range []string{"attachments reliances", "cases attachments", "systems sheets", "cases contents"} {
		parent, child, _ := strings.Cut(pair, " ")
		if at[parent] >= at[child] {
			t.Errorf("%s comes after %s", parent, child)
		}
	}
}
