package workflow

import (
	"errors"
	"strings"
)

// Kind is the kind of an answer other than yes. Anything that is not a Problem
// is an internal error.
type Kind string

// The kinds of a Problem; the door maps each to a status once.
const (
	Invalid  Kind = "invalid"   // a field cannot be read or is impossible
	Denied   Kind = "denied"    // this person may not do this act here
	NotFound Kind = "not_found" // no such thing, or not visible
	NotNow   Kind = "not_now"   // the act is not open in this state
	Refused  Kind = "refused"   // a legal condition is not met
	Stale    Kind = "stale"     // someone acted after the actor looked
	Busy     Kind = "busy"      // try again shortly
)

// Field is one field of a want that is wrong, with what was expected.
type Field struct {
	Name   string `json:"name"`
	Expect string `json:"expect"` // message key of what is expected
	Value  string `json:"value,omitempty"`
}

// Problem is the one error that crosses rooms. Key finds its words in the
// messages, Args fill them.
type Problem struct {
	Kind   Kind              `json:"kind"`
	Key    string            `json:"key"`
	Guard  string            `json:"guard,omitempty"`
	Basis  []Citation        `json:"basis,omitempty"`
	Fields []Field           `json:"fields,omitempty"`
	Args   map[string]string `json:"args,omitempty"`
	Can    []string          `json:"can,omitempty"`  // role codes that may
	Open   []string          `json:"open,omitempty"` // acts open now
}

// Error writes kind and key for logs; people read the message of the key.
func (p *Problem) Error() string {
	var b strings.Builder
	b.WriteString(string(p.Kind) + ": " + p.Key)
	for _, f := range p.Fields {
		b.WriteString("; " + f.Name + ": " + f.Expect)
	}
	for _, c := range p.Basis {
		b.WriteString(" [" + string(c) + "]")
	}
	return b.String()
}

// Words is what the problem is told with: the key of its message and what fills it.
func (p *Problem) Words() (key string, args map[string]string) { return p.Key, p.Args }

// ProblemOf finds the Problem in an error, if there is one.
func ProblemOf(err error) (*Problem, bool) {
	var p *Problem
	ok := errors.As(err, &p)
	return p, ok
}

func invalid(field, expect, value string) *Problem {
	return &Problem{Kind: Invalid, Key: "field.invalid", Fields: []Field{{field, expect, value}}}
}

func notFound(what, id string) *Problem {
	return &Problem{Kind: NotFound, Key: "not_found." + what, Args: map[string]string{"id": id}}
}
