package regime

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"

	"go.yaml.in/yaml/v4"
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

// strict makes an unknown key an error; a repeated one is an error by itself.
var strict = yaml.WithKnownFields()

// decode reads one YAML file strictly: an unknown or repeated key is a Fault
// with its line.
func decode(files fs.FS, name string, into any) error {
	b, err := fs.ReadFile(files, name)
	if err != nil {
		return Fault{File: name, Reason: "cannot be read: " + path.Base(err.Error())}
	}
	if err := yaml.Load(b, into, strict); err != nil {
		return faultOf(name, err)
	}
	return nil
}

// faultOf turns an error of the YAML library into a Fault with its line.
func faultOf(name string, err error) Fault {
	var ye *yaml.LoadError
	if !errors.As(err, &ye) {
		return Fault{File: name, Reason: strings.TrimSpace(err.Error())}
	}
	f := Fault{File: name, Line: ye.Mark.Line, Reason: ye.Message}
	if key, _, unknown := strings.Cut(ye.Message, " not found in type "); unknown { // the library names our Go type
		f.Reason = fmt.Sprintf("unknown field %q", strings.TrimPrefix(key, "field "))
	}
	return f
}

// node decodes a node strictly and returns the line it starts on. Types that
// remember their line call it from UnmarshalYAML with a plain twin of themselves.
func node(n *yaml.Node, into any) (int, error) { return n.Line, n.Load(into, strict) }

// decodeLoose reads only the keys asked for, to look ahead in a file that is
// read strictly elsewhere.
func decodeLoose(files fs.FS, name string, into any) error {
	b, err := fs.ReadFile(files, name)
	if err != nil {
		return err
	}
	return yaml.Load(b, into)
}
