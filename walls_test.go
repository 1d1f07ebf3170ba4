package main

import (
	"encoding/json"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"capdo/policies"
	"capdo/templates"
	"capdo/workflow"
	"capdo/workflow/regime"
)

// walls is the plan of the house: which rooms and modules a room may import
// beside the standard library, and which packages of that it may not.
var walls = map[string]struct{ may, not []string }{
	"workflow/regime":           {may: list("go.yaml.in/yaml/v4"), not: list("os net net/http database/sql")},
	"workflow":                  {may: list("workflow/regime internal/vn"), not: list("net/http database/sql os")},
	"workflow/memory":           {may: list("workflow workflow/regime internal/vn")},
	"workflow/workflowtest":     {may: list("workflow workflow/regime")},
	"policies":                  {may: list("github.com/casbin/casbin")},
	"templates":                 {may: list("internal/paper internal/vn go.yaml.in/yaml/v4")},
	"migrations":                {may: list("github.com/pressly/goose")},
	"internal/vn":               {may: list("golang.org/x/text")},
	"internal/paper":            {may: list("internal/vn github.com/jung-kurt/gofpdf github.com/xuri/excelize golang.org/x/image github.com/boombuler/barcode")},
	"internal/press":            {may: list("workflow workflow/regime templates internal/paper")},
	"internal/store":            {may: list("gorm.io github.com/mattn/go-sqlite3 github.com/jackc/pgx workflow workflow/regime migrations internal/identity internal/jobs internal/vn internal/chain")},
	"internal/intake":           {may: list("workflow internal/vn github.com/xuri/excelize go.yaml.in/yaml/v4 golang.org/x/text")},
	"internal/files":            {may: list("github.com/gabriel-vasile/mimetype github.com/minio/minio-go"), not: list("net net/http database/sql")},
	"internal/chain":            {not: list("net net/http database/sql os")},
	"internal/workbook":         {may: list("workflow internal/vn internal/intake github.com/xuri/excelize")},
	"internal/identity":         {may: list("github.com/alexedwards/argon2id github.com/pquerna/otp github.com/trustelem/zxcvbn golang.org/x/text internal/vn"), not: list("os net/http database/sql")},
	"internal/accounts":         {may: list("workflow internal/identity"), not: list("os net/http database/sql")},
	"internal/metrics":          {may: list("workflow github.com/prometheus/client_golang")},
	"internal/jobs":             {may: list("workflow"), not: list("os net/http database/sql")},
	"internal/rehearse":         {may: list("workflow workflow/regime workflow/memory go.yaml.in/yaml/v4")},
	"internal/tools/licences":   {},
	"internal/tools/fontsubset": {may: list("golang.org/x/image")},
	"internal/tools/procedures": {may: list("workflow/regime templates go.yaml.in/yaml/v4")},
	"api":                       {may: list("github.com/gin-gonic/gin api/pages workflow workflow/regime templates internal/vn internal/identity internal/accounts")},
	"api/pages":                 {may: list("github.com/gin-gonic/gin github.com/gin-contrib/gzip workflow workflow/regime templates internal/vn internal/identity internal/accounts internal/jobs")},

	"internal/pgtest":                {may: list("github.com/jackc/pgx")},
	"internal/identity/identitytest": {may: list("internal/identity")},
}

func list(s string) []string { return strings.Fields(s) }

type pack struct {
	ImportPath string
	Name       string
	Imports    []string
	Standard   bool
}

func packages(t *testing.T, args ...string) []pack {
	t.Helper()
	out, err := exec.Command("go", append([]string{"list", "-json=ImportPath,Name,Imports,Standard"}, args...)...).Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var all []pack
	for dec := json.NewDecoder(strings.NewReader(string(out))); dec.More(); {
		var p pack
		if err := dec.Decode(&p); err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
	return all
}

func TestEveryRoomKeepsItsWalls(t *testing.T) {
	for _, p := range packages(t, "./...") {
		room := strings.TrimPrefix(strings.TrimPrefix(p.ImportPath, "capdo"), "/")
		if room == "" {
			continue // main joins all
		}
		wall, ok := walls[room]
		if !ok {
			t.Errorf("%s is not on the plan: a new room is a decision", room)
			continue
		}
		for _, imp := range p.Imports {
			if why := forbidden(imp, wall.may, wall.not); why != "" {
				t.Errorf("%s imports %s: %s", room, imp, why)
			}
		}
	}
}

func forbidden(imp string, may, not []string) string {
	if slices.Contains(not, imp) {
		return "barred"
	}
	own, ours := strings.CutPrefix(imp, "capdo/")
	if !ours && !strings.Contains(strings.SplitN(imp, "/", 2)[0], ".") {
		return "" // standard library
	}
	for _, m := range may {
		if ours && own == m || !ours && (imp == m || strings.HasPrefix(imp, m+"/")) {
			return ""
		}
	}
	return "not on its side of the wall"
}

func book(t *testing.T) *regime.Book {
	t.Helper()
	b, err := regime.Open()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func procedures(r *regime.Regime) []*regime.Procedure { return r.Procedures() }

func TestEveryActHasAPolicyLineAndEveryLineAnAct(t *testing.T) {
	b := book(t)
	p, err := policies.Open()
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range b.Regimes {
		for _, proc := range procedures(r) {
			for _, s := range proc.Steps {
				for _, role := range s.By {
					if _, ok := p.Allows(role, s.Act); !ok {
						t.Errorf("%s %s: %s may %s by the law, by no policy line", r.Key, proc.Key, role, s.Act)
					}
				}
			}
		}
	}
	known := slices.Clone(b.House)
	for act := range b.Acts {
		known = append(known, act)
	}
	for _, act := range p.Acts() {
		if !slices.Contains(known, act) {
			t.Errorf("policy line for %s, which is no act", act)
		}
	}
	for _, act := range known {
		if !slices.Contains(p.Acts(), act) {
			t.Errorf("act %s has no policy line", act)
		}
	}
}

func TestEveryFormAStepIssuesExists(t *testing.T) {
	tm, err := templates.Open()
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range book(t).Regimes {
		for _, proc := range procedures(r) {
			for _, s := range proc.Steps {
				for _, form := range slices.Concat(s.Issues, s.Drafts, nonEmpty(s.Or)) {
					if _, err := tm.Numbered(r.Key, form); err != nil {
						t.Errorf("%s %s %s: %v", r.Key, proc.Key, s.Act, err)
					}
				}
			}
		}
	}
}

func nonEmpty(s string) []string {
	if s == "" {
		return nil
	}
	return []string{s}
}

func TestEveryGuardAndEffectIsNamedInDataAndInCode(t *testing.T) {
	guards, effects := map[string]bool{}, map[string]bool{}
	for _, r := range book(t).Regimes {
		for _, proc := range procedures(r) {
			for _, s := range proc.Steps {
				for _, g := range s.Guards {
					guards[g] = true
				}
				if s.Delegated { // the right itself asks it
					guards["delegation_valid"] = true
				}
				for _, d := range s.Does {
					effects[d] = true
				}
			}
		}
	}
	agree := func(what string, named map[string]bool, listed, coded []string) {
		slices.Sort(coded)
		for _, n := range listed {
			if !named[n] {
				t.Errorf("%s %s is listed, but no data names it", what, n)
			}
			if !slices.Contains(coded, n) {
				t.Errorf("%s %s is listed, but no code knows it", what, n)
			}
		}
		if len(coded) != len(listed) {
			t.Errorf("%d %ss in code, %d in the list", len(coded), what, len(listed))
		}
	}
	agree("guard", guards, regime.GuardNames, workflow.Guards())
	agree("effect", effects, regime.EffectNames, workflow.Effects())
}

func TestEveryProblemHasAMessageInBothLanguages(t *testing.T) {
	tm, err := templates.Open()
	if err != nil {
		t.Fatal(err)
	}
	keys := append(workflow.ProblemKeys(), "account.exists", "setup.done")
	for _, change := range workflow.HouseChanges() {
		keys = append(keys, "change."+change)
	}
	for _, act := range book(t).House {
		keys = append(keys, "act."+act)
	}
	for _, r := range book(t).Regimes {
		for _, proc := range procedures(r) {
			for state := range proc.States {
				keys = append(keys, "state."+state)
			}
			for _, s := range proc.Steps {
				keys = append(keys, "act."+s.Act)
				for _, role := range s.By {
					keys = append(keys, "role."+role)
				}
			}
		}
	}
	for _, lang := range []string{"vi", "en"} {
		for _, k := range keys {
			if !tm.Has(lang, k) {
				t.Errorf("%s: no message %s", lang, k)
			}
		}
	}
}
