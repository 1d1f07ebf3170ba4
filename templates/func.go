package templates

import (
	"errors"
	"fmt"
	"strings"
	"text/template"
	"time"
	"unicode"
	"unicode/utf8"
)

// starter is a legal day: it knows its first moment.
type starter interface{ Start() time.Time }

// needed is a field that a form needs and did not get.
type needed struct{ name string }

func (n *needed) Error() string { return n.name + " is needed" }

var errUnbound = errors.New("this form was not given the words of a regime")

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
	"cite":   cite,
	"cap":    capital,
	"lower":  strings.ToLower,
	"letter": letter,
	"inc":    func(n int) int { return n + 1 },
	// what a regime calls things is bound when its forms are read
	"term":    func(string) (string, error) { return "", errUnbound },
	"article": func(string) (string, error) { return "", errUnbound },
	"inwords": func(any) (string, error) { return "", errUnbound },
	"long":    func(starter) (string, error) { return "", errUnbound },
	"word":    func(_, _ string) (string, error) { return "", errUnbound },
	"join":    func(list []string) string { return strings.Join(list, ", ") },
}

// capital writes the first letter as a capital.
func capital(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	if r == utf8.RuneError {
		return s
	}
	return string(unicode.ToUpper(r)) + s[n:]
}

// letter is the n-th letter of the Vietnamese alphabet, from 1, as points of a
// clause are lettered (NĐ 30/2020, II.6).
func letter(n int) (string, error) {
	letters := []rune("abcd\u0111eghiklmnopqrstuvxy")
	if n < 1 || n > len(letters) {
		return "", fmt.Errorf("no letter %d", n)
	}
	return string(letters[n-1]), nil
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

// cited is a citation taken apart, so that a form can write it out in words.
type cited struct{ Kind, No, Article, Clause, Point string }

// cite takes "NĐ 85/2016 Đ9 k2 a" apart: kind, number, article, clause, point.
func cite(v any) cited {
	var c cited
	for i, w := range strings.Fields(fmt.Sprint(v)) {
		switch {
		case i == 0:
			c.Kind = w
		case c.No == "":
			c.No = w
		case c.Article == "":
			c.Article = strings.TrimLeft(w, "\u0110")
		case c.Clause == "" && strings.HasPrefix(w, "k"):
			c.Clause = w[1:]
		default:
			c.Point = w
		}
	}
	return c
}
