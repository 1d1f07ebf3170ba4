package store

import (
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/pressly/goose/v3"

	"capdo/internal/chain"
	"capdo/migrations"
	"capdo/workflow"
	"capdo/workflow/regime"
)

// leftOut are the tables and columns that no link covers, each for its reason.
var leftOut = []string{
	"accounts", "sessions", "second_steps", "recovery_codes", "sign_in_tries", "sign_in_homes", // who is at the door, not what was done
	"drafts",                        // typed and not sent
	"requests",                      // an outcome to be given again
	"drafts",                        // typed and not sent: decides nothing
	"jobs",                          // work under way; what it leaves behind has events of its own
	"links", "heads", "checkpoints", // the chain itself
	"systems.folded", "systems.sort", "systems.level", "systems.state", "systems.sdu", "systems.others", "systems.lead", "systems.provider", // found again from the body
	"systems.regime", "systems.year", "systems.operated", "systems.leased_from", "systems.leased_to", // the same
	"systems.meets", "systems.stated", "statements.deployment", // from rows of the register and statements
	"cases.appraiser", "cases.performer", "cases.council", "cases.of_owner", "cases.of_operator", "cases.opened", "cases.deadline", "cases.soon", "cases.marks", // the same
	"level_counts", "system_counts", "operator_counts", "case_counts", "words", "system_words", // counted again from the rows
	"offices.revision", "people.revision", // stand in the body
	"changes",          // counts when offices and people were changed, so that they are read again
	"numbers.reserved", // when another copy may have gone, not what was done
}

func TestEveryTableIsSealedOrLeftOutForAReason(t *testing.T) {
	s := fresh(t)
	var columns []string
	if err := s.r.Raw("SELECT m.name || '.' || c.name FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type = 'table' AND m.name NOT LIKE 'goose%' AND m.name NOT LIKE 'sqlite%'").Scan(&columns).Error; err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{}
	for _, table := range sealedTables {
		for _, c := range table.cols {
			known[table.name+"."+c] = true
		}
	}
	for _, c := range columns {
		table, _, _ := strings.Cut(c, ".")
		if !known[c] && !slices.Contains(leftOut, c) && !slices.Contains(leftOut, table) {
			t.Errorf("%s: no link covers it; seal it, or say here why not", c)
		}
		delete(known, c)
	}
	for c := range known {
		t.Errorf("%s is sealed and not there", c)
	}
}

func TestAStepThatTheHistoryRefusesDoesNotHappen(t *testing.T) {
	for _, table := range []string{"links", "events"} {
		t.Run(table, func(t *testing.T) {
			svc, s := dossier(t)
			before := kept(t, s)
			if err := s.w.Exec("CREATE TRIGGER fails BEFORE INSERT ON " + table + " BEGIN SELECT RAISE(ABORT, 'no'); END").Error; err != nil {
				t.Fatal(err)
			}
			submit := workflow.Want{Act: "submit", Case: "c", Key: "k"}
			_, err := svc.Act(ctx, "binh", submit)
			if p, ok := workflow.ProblemOf(err); !ok || p.Kind != workflow.Busy || p.Key != "store.unsealed" {
				t.Fatalf("the step: %v", err)
			}
			if _, err := svc.Act(ctx, "an", workflow.Want{Act: "approve", Case: "c"}); err == nil {
				t.Error("a refusal is told without being kept")
			} else if p, ok := workflow.ProblemOf(err); !ok || p.Key != "store.unsealed" {
				t.Errorf("a refusal: %v", err)
			}
			if after := kept(t, s); after != before {
				t.Errorf("left behind: %s, was %s", after, before)
			}
			if err := s.w.Exec("DROP TRIGGER fails").Error; err != nil {
				t.Fatal(err)
			}
			if _, err := svc.Act(ctx, "binh", submit); err != nil {
				t.Fatalf("later: %v", err)
			}
		})
	}
}

func TestALinkCoversAllThatAStepLeaves(t *testing.T) {
	svc, s := dossier(t)
	if _, err := svc.Act(ctx, "binh", workflow.Want{Act: "submit", Case: "c"}); err != nil {
		t.Fatal(err)
	}
	var last chain.Record
	err := s.History(ctx, func(src Source) error {
		return src.Links(func(l chain.Link) (err error) {
			if l.Subject == "case/c" {
				last, err = l.ReadRecord()
			}
			return err
		})
	})
	if err != nil || last.Event == 0 {
		t.Fatalf("%+v, %v", last, err)
	}
	tables := map[string]bool{}
	for _, r := range last.Rows {
		tables[r[0]] = true
	}
	if got, want := slices.Sorted(maps.Keys(tables)), []string{"cases", "events", "numbers", "papers"}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

// before makes a database of the last version that had no chain, with what
// another has.
func before(t *testing.T, path string, from *Store) {
	t.Helper()
	files, err := migrations.Files(migrations.SQLite)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := sql.Open("sqlite3", path)
	if err != nil {
		t.Fatal(err)
	}
	p, err := goose.NewProvider(goose.DialectSQLite3, raw, files)
	if err == nil {
		_, err = p.UpTo(ctx, 6)
	}
	if err = errors.Join(err, raw.Close(), from.w.Exec("ATTACH ? AS old", path).Error); err != nil {
		t.Fatal(err)
	}
	for _, table := range []string{"offices", "people", "systems", "cases", "events", "papers", "numbers"} {
		cols := strings.Join(sealedNamed(table).cols, ", ")
		if table == "systems" {
			cols += ", folded"
		}
		err = errors.Join(err, from.w.Exec("INSERT INTO old."+table+" ("+cols+") SELECT "+cols+" FROM main."+table).Error)
	}
	if err = errors.Join(err, from.w.Exec("DETACH old").Error); err != nil {
		t.Fatal(err)
	}
}

func TestTheUpgradeSealsOnceWhatWasThereBefore(t *testing.T) {
	svc, old := dossier(t)
	if _, err := svc.Act(ctx, "binh", workflow.Want{Act: "submit", Case: "c"}); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "old.db")
	before(t, path, old)
	var o *OpenError
	if _, err := Open(ctx, path, Options{}); !errors.As(err, &o) || o.Reason != "not_migrated" {
		t.Fatalf("before the upgrade: %v", err)
	}
	var links [2]int64
	for i := range links {
		s, err := Open(ctx, path, Options{Create: true})
		if err != nil {
			t.Fatal(err)
		}
		proves(t, s)
		sameFigures(t, s, old)
		if _, links[i], err = s.Chained(ctx); errors.Join(err, s.Close()) != nil {
			t.Fatal(err)
		}
	}
	if links[0] < 4 || links[0] != links[1] {
		t.Errorf("links %v", links)
	}
}

// sameFigures asks that two stores count the same, and something.
func sameFigures(t *testing.T, s, old *Store) {
	t.Helper()
	owners, err := old.OwnerIDs(ctx)
	if err != nil || len(owners) == 0 {
		t.Fatal(owners, err)
	}
	for _, owner := range owners {
		for _, on := range []workflow.Day{{}, regime.NewDay(2030, 1, 1)} {
			want, err := old.Figures(ctx, owner, on)
			got, fault := s.Figures(ctx, owner, on)
			if err != nil || fault != nil || fmt.Sprint(got) != fmt.Sprint(want) || len(got.Systems) == 0 {
				t.Errorf("%s counts %+v, want %+v; %v %v", owner, got, want, err, fault)
			}
		}
	}
}

func TestAnUpgradeThatWasInterruptedBeforeItSealedIsTakenUpAgain(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.db")
	s, err := Open(ctx, path, Options{Create: true})
	if err = errors.Join(err, s.SetSetting(ctx, "a", "b")); err != nil {
		t.Fatal(err)
	}
	for _, q := range []string{"DROP TRIGGER links_no_delete", "DELETE FROM links", "DELETE FROM heads"} {
		err = errors.Join(err, s.w.Exec(q).Error)
	}
	if err = errors.Join(err, s.Close()); err != nil {
		t.Fatal(err)
	}
	var o *OpenError
	if _, err := Open(ctx, path, Options{}); !errors.As(err, &o) || o.Reason != "not_migrated" {
		t.Fatalf("%v", err)
	}
	if s, err = Open(ctx, path, Options{Create: true}); err != nil {
		t.Fatal(err)
	}
	proves(t, s)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestManyRowsOfOneTransactionAreCoveredByMoreThanOneLink(t *testing.T) {
	s := fresh(t)
	n := rowsPerLink + 1
	if err := s.put(ctx, func(p *plan) {
		for i := range n {
			personRow(workflow.Person{ID: strings.Repeat("p", i+1)}).put(p)
		}
	}); err != nil {
		t.Fatal(err)
	}
	if _, links, err := s.Chained(ctx); err != nil || links != 2 {
		t.Errorf("%d links, %v", links, err)
	}
}
