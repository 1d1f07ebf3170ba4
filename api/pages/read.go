package pages

import (
	"net/url"
	"regexp"
	"strconv"
	"strings"

	"capdo/workflow/regime"
)

func itoa(n int) string { return strconv.Itoa(n) }

// number reads a number as people type it: 12480, 12.480, 12 480.
func number(s string) (int, error) {
	return strconv.Atoi(strings.NewReplacer(".", "", ",", "", " ", "", "\u00a0", "").Replace(strings.TrimSpace(s)))
}

// typedDay is a day as people type it: 28/1/2022, 28-01-2022, 28.1.2022.
var typedDay = regexp.MustCompile(`^(\d{1,2})[/.\- ](\d{1,2})[/.\- ](\d{4})$`)

// isoDay turns a typed day into 2022-01-28; what is no day comes back as typed,
// for the service to name it.
func isoDay(s string) string {
	m := typedDay.FindStringSubmatch(s)
	if m == nil {
		return s
	}
	iso := m[3] + "-" + two(m[2]) + "-" + two(m[1])
	if _, err := regime.ParseDay(iso); err != nil {
		return s
	}
	return iso
}

func two(s string) string {
	if len(s) == 1 {
		return "0" + s
	}
	return s
}

// given is nil for nothing, so that a field left empty is a field left out.
func given(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// textsOf reads a list of texts: one area with a line each, or several areas.
// Answers keep their places: the second answers the second point.
func textsOf(areas []string, name string) any {
	var out []any
	for _, area := range areas {
		if len(areas) > 1 || name == "answers" {
			if s := strings.TrimSpace(area); s != "" || name == "answers" {
				out = append(out, s)
			}
			continue
		}
		for line := range strings.Lines(area) {
			if s := strings.TrimSpace(line); s != "" {
				out = append(out, s)
			}
		}
	}
	if out == nil {
		return nil
	}
	return out
}

func anyList(list []string) any {
	var out []any
	for _, s := range list {
		if s != "" {
			out = append(out, s)
		}
	}
	if out == nil {
		return nil
	}
	return out
}

// emptyRows are offered below the findings typed already.
const emptyRows = 3

var findingParts = []string{"id", "text", "severity", "due", "wrong_level"}

// findingRows reads the table of findings, with empty rows to go on in.
func findingRows(form url.Values) []map[string]string {
	var rows []map[string]string
	for i := 0; ; i++ {
		row, any := map[string]string{}, false
		for _, part := range findingParts {
			values, ok := form["findings."+itoa(i)+"."+part]
			any = any || ok
			if ok {
				row[part] = strings.TrimSpace(values[0])
			}
		}
		if !any {
			break
		}
		if row["text"] != "" {
			rows = append(rows, row)
		}
	}
	for range emptyRows {
		rows = append(rows, map[string]string{})
	}
	return rows
}

// findingsOf turns rows into the findings of a conclusion; an empty table is a
// conclusion without findings.
func findingsOf(rows []map[string]string) any {
	out := []any{}
	for i, row := range rows {
		if row["text"] == "" {
			continue
		}
		one := map[string]any{"id": row["id"], "text": row["text"]}
		if row["id"] == "" {
			one["id"] = "f" + itoa(i+1)
		}
		for part, read := range map[string]func(string) any{"severity": given, "due": func(s string) any { return given(isoDay(s)) }, "wrong_level": func(s string) any {
			if n, err := number(s); err == nil {
				return n
			}
			return given(s)
		}} {
			if v := read(row[part]); v != nil {
				one[part] = v
			}
		}
		out = append(out, one)
	}
	return out
}
