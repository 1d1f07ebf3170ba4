package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// TestNoGoCodeKnowsADecree reads every Go file that is not a test: no text in it
// names a regime, a decree, a criterion or a deadline, and nothing compares a
// state with a word.
func TestNoGoCodeKnowsADecree(t *testing.T) {
	a, _ := testApp(t)
	known := []string{}
	for _, r := range a.book.Regimes {
		known = append(known, r.Key)
		for key := range r.Deadlines {
			known = append(known, key)
		}
	}
	numbered := regexp.MustCompile(`(NĐ|TT|QĐ|Luật) \d+/20\d\d|^(R\d+-)?[LF]\d*-?\d\d`)
	files := 0
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") || strings.Contains(path, "workflowtest") {
			return err
		}
		files++
		set := token.NewFileSet()
		file, err := parser.ParseFile(set, path, nil, 0)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			at := set.Position(tokenOf(n))
			switch n := n.(type) {
			case *ast.BasicLit:
				text, err := strconv.Unquote(n.Value)
				if n.Kind != token.STRING || err != nil {
					return true
				}
				for _, k := range known {
					if text == k {
						t.Errorf("%s: knows %q", at, text)
					}
				}
				if numbered.MatchString(text) {
					t.Errorf("%s: knows %q", at, text)
				}
			case *ast.BinaryExpr:
				if n.Op == token.EQL || n.Op == token.NEQ {
					state, word := n.X, n.Y
					if ofState(word) {
						state, word = word, state
					}
					if lit, is := word.(*ast.BasicLit); is && ofState(state) && lit.Value != `""` {
						t.Errorf("%s: compares a state with %s", at, lit.Value)
					}
				}
			case *ast.SwitchStmt:
				if n.Tag != nil && ofState(n.Tag) {
					t.Errorf("%s: chooses by a state", at)
				}
			}
			return true
		})
		return nil
	})
	if err != nil || files < 100 || len(known) < 30 {
		t.Fatalf("%d files, %d names: %v", files, len(known), err)
	}
}

func tokenOf(n ast.Node) token.Pos {
	if n == nil {
		return token.NoPos
	}
	return n.Pos()
}

// ofState tells whether an expression is the state of a case or a system.
func ofState(e ast.Expr) bool {
	s, is := e.(*ast.SelectorExpr)
	if !is || s.Sel.Name != "State" {
		return false
	}
	x, isName := s.X.(*ast.Ident)
	inner, isField := s.X.(*ast.SelectorExpr)
	name := ""
	if isName {
		name = x.Name
	} else if isField {
		name = inner.Sel.Name
	}
	return strings.Contains(" c sys case old cs system one next m v ", " "+strings.ToLower(name)+" ")
}
