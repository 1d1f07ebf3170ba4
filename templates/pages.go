package templates

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"html/template"
	"io/fs"
	"maps"
	"net/url"
	"path"
	"strconv"
	"strings"
	"sync"
	"unicode"
)

//go:embed pages
var pageFiles embed.FS

// Pages fills the pages people see: pages/<name>.html, framed by
// pages/frame.html (or pages/bare.html for who is not signed in), with the parts
// of pages/parts. Frame, parts and every page are parsed once a language, when first asked for;
// safe for many goroutines.
type Pages struct {
	words  *Templates
	base   map[string]func() (*template.Template, error) // by language
	assets map[string]Asset
	stamp  string // of all assets: part of their addresses, so that browsers may keep them
	mu     sync.Mutex
	parsed map[string]*template.Template
}

// Asset is a file a page brings along: style, script, typeface, drawing.
type Asset struct {
	Type string // content type
	Body []byte
}

// OpenPages reads the assets; its error names the file at fault.
func OpenPages(words *Templates) (*Pages, error) {
	p := &Pages{words: words, base: map[string]func() (*template.Template, error){}, assets: map[string]Asset{}, parsed: map[string]*template.Template{}}
	if err := p.readAssets(); err != nil {
		return nil, err
	}
	for _, lang := range []string{"vi", "en"} {
		p.base[lang] = sync.OnceValues(func() (*template.Template, error) {
			return template.New("base").Funcs(p.funcs(lang)).ParseFS(pageFiles, "pages/frame.html", "pages/bare.html", "pages/parts/*.html")
		})
	}
	return p, nil
}

// assetTypes are the content types of assets by the ends of their names: a closed
// list, not what the machine says.
var assetTypes = map[string]string{".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml",
	".png": "image/png", ".woff2": "font/woff2", ".txt": "text/plain; charset=utf-8"}

func (p *Pages) readAssets() error {
	sum := sha256.New()
	err := fs.WalkDir(pageFiles, "pages/assets", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := pageFiles.ReadFile(name)
		if err != nil {
			return err
		}
		sum.Write(b)
		p.assets[strings.TrimPrefix(name, "pages/assets/")] = Asset{assetTypes[path.Ext(name)], b}
		return nil
	})
	p.stamp = hex.EncodeToString(sum.Sum(nil))[:10]
	return err
}

// Asset gives a file by its name below pages/assets.
func (p *Pages) Asset(name string) (Asset, bool) {
	a, ok := p.assets[name]
	return a, ok
}

// Stamp changes with any asset; their addresses hold it.
func (p *Pages) Stamp() string { return p.stamp }

// Names lists all pages.
func (p *Pages) Names() ([]string, error) {
	files, err := fs.Glob(pageFiles, "pages/*.html")
	var names []string
	for _, f := range files {
		if n := strings.TrimSuffix(path.Base(f), ".html"); n != "frame" && n != "bare" {
			names = append(names, n)
		}
	}
	return names, err
}

// page gives a page ready to be filled.
func (p *Pages) page(lang, name string) (*template.Template, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	key := lang + "/" + name
	if t, ok := p.parsed[key]; ok {
		return t, nil
	}
	read, ok := p.base[lang]
	if !ok {
		return nil, fmt.Errorf("templates: no pages in %q", lang)
	}
	base, err := read()
	if err != nil {
		return nil, fmt.Errorf("templates: %w", err)
	}
	t, err := template.Must(base.Clone()).ParseFS(pageFiles, "pages/"+name+".html")
	if err != nil {
		return nil, fmt.Errorf("templates: %w", err)
	}
	p.parsed[key] = t
	return t, nil
}

// Render fills block of a page ("frame" or "bare" for a whole one, else a part
// that the page or the parts define) and gives its bytes.
func (p *Pages) Render(lang, name, block string, data any) ([]byte, error) {
	t, err := p.page(lang, name)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	if err := t.ExecuteTemplate(&b, block, data); err != nil {
		return nil, fmt.Errorf("templates: page %s: %w", name, err)
	}
	return b.Bytes(), nil
}

// funcs are the words a page is written with.
func (p *Pages) funcs(lang string) template.FuncMap {
	t := func(key string, args ...any) (any, error) {
		named, err := pairs(args)
		return marked(lang, p.words.Message(lang, key, named)), err
	}
	return template.FuncMap{
		"t":     t,
		"plain": func(key string) string { return p.words.Message(lang, key, nil) }, // of titles, which hold no marks
		"has":   func(key string) bool { return p.words.Has(lang, key) },
		"lang":  func() string { return lang },
		"asset": func(name string) string { return "/assets/" + p.stamp + "/" + name },
		"date":  dateOf,
		"iso":   func(s starter) string { return s.Start().Format("2006-01-02") },
		"weekday": func(s starter) (any, error) {
			return t("weekday." + strconv.Itoa(int(s.Start().Weekday())))
		},
		"num":       func(n int) string { return Number(n, lang) },
		"permille":  func(n int64) string { return permille(n, lang) },
		"dict":      dict,
		"list":      func(items ...any) []any { return items },
		"law":       func(c any) string { return "/law?c=" + url.QueryEscape(fmt.Sprint(c)) },
		"join":      func(sep string, l []string) string { return strings.Join(l, sep) },
		"add":       func(a, b int) int { return a + b },
		"told":      func(key string, args map[string]string) any { return marked(lang, p.words.Message(lang, key, args)) },
		"tell":      func(s spoken) any { return p.tell(lang, s) },
		"fieldname": func(name string) string { return p.fieldName(lang, name) },
		"hasPrefix": strings.HasPrefix,
	}
}

// spoken is a problem that has words.
type spoken interface {
	Words() (key string, args map[string]string)
}

// coded are arguments of problems that are codes with words of their own.
var coded = map[string]string{"state": "state.", "act": "act.", "role": "role.", "form": "form."}

// tell puts a problem into words; codes among its arguments are put into theirs.
func (p *Pages) tell(lang string, s spoken) any {
	key, args := s.Words()
	said := make(map[string]string, len(args))
	for k, v := range args {
		if prefix := coded[k]; prefix != "" && p.words.Has(lang, prefix+v) {
			v = p.words.Message(lang, prefix+v, nil)
		}
		said[k] = v
	}
	return marked(lang, p.words.Message(lang, key, said))
}

// marked says to whoever has a page of another language read out which of its
// words stay Vietnamese: from the first that is written with marks to the last.
func marked(lang, text string) any {
	first, last := -1, -1
	for at, r := range text {
		if r <= unicode.MaxASCII || !unicode.IsLetter(r) {
			continue
		}
		if first < 0 {
			first = strings.LastIndexAny(text[:at], " (\"") + 1
		}
		if last = len(text); strings.ContainsAny(text[at:], " .,;)") {
			last = at + strings.IndexAny(text[at:], " .,;)")
		}
	}
	if lang == "vi" || first < 0 {
		return text
	}
	parts := []string{text[:first], text[first:last], text[last:]}
	for i := range parts {
		parts[i] = template.HTMLEscapeString(parts[i])
	}
	return template.HTML(parts[0] + `<span lang="vi">` + parts[1] + `</span>` + parts[2])
}

// fieldName puts the name of a field into words: of an act, of a column, of a
// fact; of one in a list with its place, of one in a row with the row before it.
func (p *Pages) fieldName(lang, name string) string {
	first, rest, within := strings.Cut(name, ".")
	last := name[strings.LastIndex(name, ".")+1:]
	for _, key := range []string{"label." + name, "field." + name, "fact." + name, "overview.text." + name, "fact." + last} {
		if p.words.Has(lang, key) {
			return p.words.Message(lang, key, nil)
		}
	}
	switch {
	case !within:
		return name
	case first == "rows":
		return strings.TrimSuffix(rest, "."+last) + ": " + p.fieldName(lang, last)
	}
	return p.fieldName(lang, first) + " " + rest
}

// dateOf writes a day as pages do: 28/01/2022. No day is a dash.
func dateOf(s starter) string {
	at := s.Start()
	if at.Year() < 1900 {
		return "–"
	}
	return at.Format("02/01/2006")
}

// Number writes a number in groups of three: 10.000, in English 10,000.
func Number(n int, lang string) string {
	s, sep := strconv.Itoa(n), "."
	if lang == "en" {
		sep = ","
	}
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + sep + s[i:]
	}
	return s
}

// permille writes a share in per cent with one place: 81,5.
func permille(n int64, lang string) string {
	sep := ","
	if lang == "en" {
		sep = "."
	}
	return fmt.Sprintf("%d%s%d", n/10, sep, n%10)
}

func pairs(args []any) (map[string]string, error) {
	if len(args)%2 != 0 {
		return nil, errors.New("names and values do not pair")
	}
	named := map[string]string{}
	for i := 0; i < len(args); i += 2 {
		named[fmt.Sprint(args[i])] = fmt.Sprint(args[i+1])
	}
	return named, nil
}

// dict joins names and values, so that a part can be given several. A map first
// is the ground the pairs are laid on.
func dict(args ...any) (map[string]any, error) {
	out := map[string]any{}
	if len(args)%2 == 1 {
		ground, ok := args[0].(map[string]any)
		if !ok {
			return nil, errors.New("names and values do not pair")
		}
		maps.Copy(out, ground)
		args = args[1:]
	}
	for i := 0; i < len(args); i += 2 {
		out[fmt.Sprint(args[i])] = args[i+1]
	}
	return out, nil
}
