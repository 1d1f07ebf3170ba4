package regime

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
)

// Fault is one reason why a file of law is refused.
type Fault struct {
	File   string
	Line   int // from 1; 0 when the fault belongs to the whole file
	Reason string
}

// Error writes file, line and reason.
func (f Fault) Error() string {
	if f.Line == 0 {
		return f.File + ": " + f.Reason
	}
	return fmt.Sprintf("%s:%d: %s", f.File, f.Line, f.Reason)
}

// decode reads one YAML file strictly: an unknown or repeated key is a Fault
// with its line.
func decode(files fs.FS, name string, into any) error {
	b, err := fs.ReadFile(files, name)
	if err != nil {
		return Fault{File: name, Reason: "cannot be read: " + path.Base(err.Error())}
	}
	if err := yaml.UnmarshalWithOptions(b, into, yaml.Strict()); err != nil {
		return faultOf(name, err)
	}
	return nil
}

// faultOf turns an error of the YAML library into a Fault with its line.
func faultOf(name string, err error) Fault {
	var ye yaml.Error
	if errors.As(err, &ye) {
		f := Fault{File: name, Reason: ye.GetMessage()}
		if tk := ye.GetToken(); tk != nil && tk.Position != nil {
			f.Line = tk.Position.Line
		}
		return f
	}
	return Fault{File: name, Reason: strings.TrimSpace(err.Error())}
}

// node decodes a node strictly and returns the line it starts on. Types that
// remember their line call it from UnmarshalYAML with a plain twin of themselves.
func node(n ast.Node, into any) (int, error) {
	line := 0
	if tk := n.GetToken(); tk != nil && tk.Position != nil {
		line = tk.Position.Line
	}
	return line, yaml.NodeToValue(n, into, yaml.Strict())
}

// decodeLoose reads only the keys asked for, to look ahead in a file that is
// read strictly elsewhere.
func decodeLoose(files fs.FS, name string, into any) error {
	b, err := fs.ReadFile(files, name)
	if err != nil {
		return err
	}
	return yaml.Unmarshal(b, into)
}
