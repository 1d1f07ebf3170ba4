package templates

import (
	"fmt"
	"strings"
	"text/template"
	"time"
)

// starter is a legal day: it knows its first moment.
type starter interface{ Start() time.Time }

// needed is a field that a form needs and did not get.
type needed struct{ name string }

func (n *needed) Error() string { return n.name + " is needed" }

var funcs = template.FuncMap{
	"upper": strings.ToUpper,
	"two":   func(n int) string { return fmt.Sprintf("%02d", n) },
	"need": func(name, v string) (string, error) {
		if strings.TrimSpace(v) == "" {
			return "", &needed{name}
		}
		return v, nil
	},
	"dd":   func(s starter) string { return fmt.Sprintf("%02d", s.Start().Day()) },
	"mm":   month,
	"yyyy": func(s starter) string { return fmt.Sprint(s.Start().Year()) },
	"short": func(s starter) string {
		return fmt.Sprintf("%02d/%s/%d", s.Start().Day(), month(s), s.Start().Year())
	},
	"has": func(list []string, s string) bool {
		for _, one := range list {
			if one == s {
				return true
			}
		}
		return false
	},
	"hasn": func(list []int, n int) bool {
		for _, one := range list {
			if one == n {
				return true
			}
		}
		return false
	},
	"join": func(list []string) string { return strings.Join(list, ", ") },
}

// month writes months 1 and 2 with a leading zero, the others without
// (NĐ 30/2020, I).
func month(s starter) string {
	m := int(s.Start().Month())
	if m < 3 {
		return fmt.Sprintf("%02d", m)
	}
	return fmt.Sprint(m)
}
