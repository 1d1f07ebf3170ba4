package main

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"

	"capdo/api"
)

// operation is what the document says of one method of a path.
type operation struct {
	Summary    string
	Security   *[]any
	Parameters []struct{ Name, In string }
	Body       *struct{ Content map[string]any } `yaml:"requestBody"`
	Responses  map[string]any
}

// TestTheDocumentOfRoutesIsTheRouter compares api/openapi.yaml with the router,
// both ways, and asks each entry for what a reader needs (A49).
func TestTheDocumentOfRoutesIsTheRouter(t *testing.T) {
	h := newHouse(t)
	var doc struct {
		OpenAPI string
		Paths   map[string]map[string]any
	}
	if err := yaml.Load(api.Document, &doc); err != nil || doc.OpenAPI == "" {
		t.Fatal(err)
	}
	var described, there []string
	for path, item := range doc.Paths {
		b, err := yaml.Dump(item)
		h.ok(err)
		var ops struct {
			Parameters             []struct{ Name, In string }
			Get, Post, Put, Delete *operation
		}
		h.ok(yaml.Load(b, &ops))
		for method, op := range map[string]*operation{"GET": ops.Get, "POST": ops.Post, "PUT": ops.Put, "DELETE": ops.Delete} {
			if op == nil {
				continue
			}
			described = append(described, method+" "+path)
			if len(op.Summary) < 5 || len(op.Responses) < 2 || (method == "POST" || method == "PUT") && op.Body == nil {
				t.Errorf("%s %s is barely described", method, path)
			}
		}
		for _, name := range regexp.MustCompile(`\{(\w+)\}`).FindAllStringSubmatch(path, -1) {
			if !slices.ContainsFunc(ops.Parameters, func(p struct{ Name, In string }) bool { return p.Name == name[1] && p.In == "path" }) {
				t.Errorf("%s: {%s} is not described", path, name[1])
			}
		}
	}
	for _, r := range api.Routes(h.door) {
		if path, ours := strings.CutPrefix(r.Path, "/api/v1"); ours && r.Method != "HEAD" {
			there = append(there, r.Method+" "+regexp.MustCompile(`:(\w+)`).ReplaceAllString(path, "{$1}"))
		}
	}
	slices.Sort(described)
	slices.Sort(there)
	for _, one := range there {
		if !slices.Contains(described, one) {
			t.Errorf("%s is not in api/openapi.yaml", one)
		}
	}
	for _, one := range described {
		if !slices.Contains(there, one) {
			t.Errorf("api/openapi.yaml speaks of %s, which is no route", one)
		}
	}
}

// TestThePageOfSecurityNamesTestsThatAreThere reads docs/security.md: each test it
// leans on is in the sources, each row of the list of attacks is there once.
func TestThePageOfSecurityNamesTestsThatAreThere(t *testing.T) {
	page, err := os.ReadFile("docs/security.md")
	if err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	for path := range sources(t, "_test.go") {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		all.Write(b)
	}
	for _, name := range regexp.MustCompile("`(Test\\w+)`").FindAllStringSubmatch(string(page), -1) {
		if !strings.Contains(all.String(), "func "+name[1]+"(") {
			t.Errorf("docs/security.md names %s, which is no test", name[1])
		}
	}
	rows := regexp.MustCompile(`(?m)^\| (A\d\d) \|`).FindAllStringSubmatch(string(page), -1)
	for i, row := range rows {
		if want := "A" + string(rune('0'+(i+1)/10)) + string(rune('0'+(i+1)%10)); row[1] != want {
			t.Errorf("row %d is %s, not %s", i+1, row[1], want)
		}
	}
	if len(rows) != 54 || strings.Contains(string(page), "pending") {
		t.Errorf("%d rows of attacks", len(rows))
	}
}
