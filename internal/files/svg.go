package files

import (
	"encoding/xml"
	"errors"
	"io"
	"regexp"
	"strings"
)

// Elements of a drawing that run, load or embed something; none may come in.
var activeElements = words("script handler listener iframe frame object embed applet audio video base form input button link meta portal fencedframe")

// Attributes that name something to load.
var references = words("href src data action formaction poster background cite longdesc from to values by srcset ping")

var (
	picture  = regexp.MustCompile(`^data:image/(png|jpeg|gif);base64,[A-Za-z0-9+/=\s]*$`)
	urlOf    = regexp.MustCompile(`(?i)url\s*\(\s*["']?\s*([^"')\s]*)`)
	loads    = regexp.MustCompile(`(?i)@import|expression\s*\(|-moz-binding|behavior\s*:|javascript\s*:|vbscript\s*:|image-set\s*\(`)
	scheme   = regexp.MustCompile(`(?i)^\s*([a-z][a-z0-9+.-]*:|//)`)
	link     = regexp.MustCompile(`(?i)^(https?://|mailto:|#)`)
	inset    = regexp.MustCompile(`\[`)
	unseen   = strings.NewReplacer("\t", "", "\n", "", "\r", "", "\x00", "")
	maxDepth = 512
)

func words(s string) map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(s) {
		m[w] = true
	}
	return m
}

// svg reads a drawing to its end. Script, handlers, and whatever is fetched from
// elsewhere are refused. One with a document type or with foreign content may be
// kept, but is only handed out, never drawn inside a page: shown is false.
func (l Limits) svg(r io.ReaderAt, size int64) (shown bool, err error) {
	if size > l.XML {
		return false, refuse(TooLarge, "%d", l.XML)
	}
	d := &drawing{shown: true}
	dec := xml.NewDecoder(io.NewSectionReader(r, 0, size))
	for {
		t, err := dec.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err == nil {
			err = d.token(t)
		} else {
			err = refuse(Broken, "%v", err)
		}
		if err != nil {
			return false, err
		}
	}
	if !d.begun {
		return false, refuse(Broken, "no drawing")
	}
	return d.shown, nil
}

type drawing struct {
	shown, begun bool
	depth        int
	style        bool // inside a style sheet
}

func (d *drawing) token(t xml.Token) error {
	switch t := t.(type) {
	case xml.StartElement:
		return d.open(t)
	case xml.EndElement:
		d.depth, d.style = d.depth-1, false
	case xml.CharData:
		if d.style {
			return styled(string(t))
		}
	case xml.Directive:
		if inset.Match(t) {
			return refuse(Active, "DOCTYPE [")
		}
		d.shown = false
	case xml.ProcInst:
		if t.Target != "xml" {
			return refuse(External, "<?%s", t.Target)
		}
	}
	return nil
}

func (d *drawing) open(e xml.StartElement) error {
	name := strings.ToLower(e.Name.Local)
	if !d.begun && (name != "svg" || e.Name.Space != "http://www.w3.org/2000/svg") {
		return refuse(UnknownType, "<%s>", e.Name.Local)
	}
	d.begun, d.style = true, name == "style"
	if d.depth++; d.depth > maxDepth {
		return refuse(Broken, "%d", maxDepth)
	}
	if activeElements[name] {
		return refuse(Active, "<%s>", e.Name.Local)
	}
	if name == "foreignobject" {
		d.shown = false
	}
	for _, a := range e.Attr {
		if name == "a" && strings.EqualFold(a.Name.Local, "href") && link.MatchString(a.Value) {
			d.shown = false // followed only by a click
			continue
		}
		if err := attribute(strings.ToLower(a.Name.Local), a); err != nil {
			return err
		}
	}
	return nil
}

// drawn tells whether the namespace of an attribute means anything to a viewer;
// editors keep notes of their own under others.
func drawn(space string) bool {
	return space == "" || space == "http://www.w3.org/1999/xlink" || space == "http://www.w3.org/XML/1998/namespace"
}

func attribute(name string, a xml.Attr) error {
	value := unseen.Replace(a.Value)
	switch {
	case a.Name.Space == "xmlns" || name == "xmlns" || !drawn(a.Name.Space):
		return nil // a name, never fetched
	case name == "style":
		return styled(value)
	case strings.HasPrefix(name, "on"):
		return refuse(Active, "%s", name)
	case name == "attributename" && (strings.HasSuffix(strings.ToLower(value), "href") || strings.HasPrefix(strings.ToLower(value), "on")):
		return refuse(Active, "%s=%s", name, value)
	case references[name] && scheme.MatchString(value) && !picture.MatchString(strings.TrimSpace(value)):
		return refuse(External, "%s", name)
	case (name == "href" || name == "src") && value != "" && !strings.HasPrefix(strings.TrimSpace(value), "#") && !picture.MatchString(strings.TrimSpace(value)):
		return refuse(External, "%s", name)
	}
	return harmless(value)
}

// styled refuses a style with an escape, which can spell any of the words that
// harmless looks for.
func styled(style string) error {
	if strings.Contains(style, `\`) {
		return refuse(Active, "%s", `\`)
	}
	return harmless(style)
}

// harmless refuses what loads or runs something.
func harmless(style string) error {
	plain := unseen.Replace(style)
	if m := loads.FindString(plain); m != "" {
		return refuse(Active, "%s", m)
	}
	for _, m := range urlOf.FindAllStringSubmatch(plain, -1) {
		if !strings.HasPrefix(m[1], "#") && !strings.HasPrefix(m[1], "data:image/png") && !strings.HasPrefix(m[1], "data:image/jpeg") {
			return refuse(External, "url(%.40s)", m[1])
		}
	}
	return nil
}
