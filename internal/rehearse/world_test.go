package rehearse

import (
	"io"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"capdo/internal/intake"
	"capdo/internal/press"
	"capdo/policies"
	"capdo/templates"
	"capdo/workflow"
	"capdo/workflow/memory"
	"capdo/workflow/regime"
)

// rooms are read once; they never change.
var rooms = sync.OnceValues(func() (World, error) {
	rights, err := policies.Open()
	if err != nil {
		return World{}, err
	}
	forms, err := templates.Open()
	if err != nil {
		return World{}, err
	}
	book, err := regime.Open()
	return World{Book: book, Rights: rights, Printer: press.New(forms),
		NewStore: func() (workflow.Store, error) { return memory.New(), nil },
		Intake: func(r io.Reader, name string) ([]workflow.ImportRow, []workflow.RowRefusal, string, error) {
			sheet, err := intake.Read(r, name)
			if err != nil {
				return nil, nil, "", err
			}
			return sheet.Rows, sheet.Refused, name, nil
		},
		Message: func(p *workflow.Problem) string { return forms.Message("vi", p.Key, p.Args) },
		FS: func(scenario, rel string) (io.ReadCloser, error) {
			return os.Open(filepath.Join(filepath.Dir(scenario), rel))
		}}, err
})

// world is the real rooms, joined as main joins them.
func world(t *testing.T) World {
	t.Helper()
	w, err := rooms()
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func law(t *testing.T) *regime.Book { t.Helper(); return world(t).Book }
