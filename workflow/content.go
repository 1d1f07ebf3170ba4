package workflow

import (
	"context"
	"path"
	"slices"
	"strings"
	"unicode/utf8"

	"capdo/internal/vn"
	"capdo/workflow/regime"
)

// What an attachment may be. Of those in severalKinds a dossier may hold several,
// told apart by their names; of the others a new file is the next version.
var attachmentKinds = []string{"logical_diagram", "physical_diagram", "design_document", "quy_che", "opinion", "evidence", "other"}
var severalKinds = []string{"design_document", "evidence", "other"}

// AttachmentKinds lists what an attachment may be.
func AttachmentKinds() []string { return slices.Clone(attachmentKinds) }

// Attachment is one version of a file of a case. The bytes lie elsewhere under
// their hash. A version once added never changes; a new one stands beside it.
type Attachment struct {
	ID       string `json:"id"`
	Case     string `json:"case"`
	As       string `json:"as"`
	Name     string `json:"name"` // as sent, cleaned; never a path
	SHA256   string `json:"sha256"`
	Size     int64  `json:"size"`            // bytes
	Type     string `json:"type"`            // by content: png, pdf, …
	Shown    bool   `json:"shown,omitempty"` // may be drawn as a picture
	Slot     string `json:"-"`               // versions of one thing share it
	Version  int    `json:"version"`         // within its slot, from 1
	By       string `json:"by,omitempty"`    // person
	On       Day    `json:"on"`
	Removed  Day    `json:"removed,omitzero"` // taken out before anything relied on it
	Replaced string `json:"replaced_by,omitempty"`
	Frozen   bool   `json:"frozen,omitempty"` // a decision relies on it
}

// Reliance says that something rests on an attachment: a row of a requirement
// sheet, a paper, a decision. What a decision relies on is frozen.
type Reliance struct {
	Attachment string `json:"attachment"`
	Kind       string `json:"kind"` // row | paper | decision
	Ref        string `json:"ref"`  // id of what relies
	By         string `json:"by,omitempty"`
	On         Day    `json:"on"`
}

// Content is what a version of a dossier consists of beside its facts: the
// overview with shared rows written out, and the attachments. From the sending
// of that version on it never changes.
type Content struct {
	Case        string       `json:"case"`
	Version     int          `json:"version"`
	Regime      string       `json:"regime"`
	On          Day          `json:"on,omitzero"` // day it was sent; zero: not sent yet
	Overview    Overview     `json:"overview"`
	Others      []Overview   `json:"others,omitempty"` // of the other systems of the dossier that have one
	Attachments []Attachment `json:"attachments"`
	Gone        []Borrow     `json:"gone,omitempty"`  // borrowed tables no longer lent
	Paper       string       `json:"paper,omitempty"` // id of the overview as printed
}

// Of is the overview of one of the other systems, an empty one where none was sent.
func (c *Content) Of(system string) *Overview {
	i := slices.IndexFunc(c.Others, func(o Overview) bool { return o.System == system })
	if i < 0 {
		return &Overview{}
	}
	return &c.Others[i]
}

// ContentStore keeps overviews, attachments, what relies on them, and the
// contents of versions sent.
type ContentStore interface {
	// Overview gives the overview of a system, an empty one of revision 0 where
	// none was written.
	Overview(ctx context.Context, system string) (*Overview, error)
	// SaveOverview keeps an overview with its event; stale when its revision is
	// not the one before.
	SaveOverview(ctx context.Context, o *Overview, e Event) error
	// Attachments lists every version ever attached to a case, oldest first.
	Attachments(ctx context.Context, caseID string) ([]Attachment, error)
	Attachment(ctx context.Context, id string) (Attachment, error)
	// AddAttachment keeps a version with its event; stale when the slot already
	// has that version.
	AddAttachment(ctx context.Context, a Attachment, e Event) error
	// RemoveAttachment marks a version as removed on a day, with its event.
	RemoveAttachment(ctx context.Context, id string, on Day, e Event) error
	// Rely keeps a reliance; the same one again changes nothing.
	Rely(ctx context.Context, r Reliance) error
	// Reliances lists what relies on the attachments of a case.
	Reliances(ctx context.Context, caseID string) ([]Reliance, error)
	// Content gives the content a version was sent with, nil when it was not sent.
	Content(ctx context.Context, caseID string, version int) (*Content, error)
}

const maxFileName = 150 // characters

// FileName cleans the name of a file from outside: the last part of a path, NFC,
// nothing unseen, bounded. It is shown and handed out, never used as a path.
func FileName(s string) (string, error) {
	s = path.Base(strings.ReplaceAll(s, `\`, "/"))
	clean, err := vn.Clean(s)
	if err != nil {
		return "", badText("file", err)
	}
	clean = strings.Join(strings.Fields(strings.Map(func(r rune) rune {
		if strings.ContainsRune(`<>:"|?*`, r) {
			return '_'
		}
		return r
	}, clean)), " ")
	if strings.Trim(clean, "./ ") == "" {
		return "", invalid("file", "expect.file_name", cut(s))
	}
	if n := utf8.RuneCountInString(clean); n > maxFileName {
		ending := path.Ext(clean)
		if utf8.RuneCountInString(ending) > 10 {
			return "", invalid("file", "expect.file_name", cut(clean))
		}
		clean = string([]rune(clean)[:maxFileName-utf8.RuneCountInString(ending)]) + ending
	}
	return clean, nil
}

// slot tells which versions belong together.
func slot(as, name string) string {
	if slices.Contains(severalKinds, as) {
		return as + "/" + vn.Fold(name)
	}
	return as
}

// linked fills in what follows from the list: which version replaced which.
func linked(list []Attachment) []Attachment {
	for i := range list {
		list[i].Slot = slot(list[i].As, list[i].Name)
		list[i].Replaced = ""
		for j := i + 1; j < len(list) && list[i].Replaced == ""; j++ {
			if slot(list[j].As, list[j].Name) == list[i].Slot && list[j].Removed.IsZero() {
				list[i].Replaced = list[j].ID
			}
		}
	}
	return list
}

// present gives the versions that stand now.
func present(list []Attachment) []Attachment {
	var out []Attachment
	for _, a := range list {
		if a.Removed.IsZero() && a.Replaced == "" {
			out = append(out, a)
		}
	}
	return out
}

// Warning is something the law asks for and a dossier lacks. It warns and bars
// nothing.
type Warning struct {
	Key      string          `json:"key"` // message key
	Of       string          `json:"of"`  // what is missing
	Basis    []Citation      `json:"basis"`
	Origin   regime.Origin   `json:"origin"`
	Verified regime.Verified `json:"verified,omitempty"`
}

// ContentNames lists what a rule on contents may ask for: kinds of attachments
// and tables.
func ContentNames() []string {
	names := slices.Clone(attachmentKinds)
	for _, t := range tables {
		names = append(names, t.Key)
	}
	return names
}

// Gaps lists what the regime asks of the description of a system and the content
// lacks, shared rows counted, in the order of the rules.
func Gaps(r *regime.Regime, c *Content) []Warning {
	var out []Warning
	for _, ask := range r.Content {
		have := slices.ContainsFunc(c.Attachments, func(a Attachment) bool { return a.As == ask.Of })
		if t, is := tableNamed(ask.Of); is {
			have = len(t.read(&c.Overview)) > 0
		}
		if !have {
			out = append(out, Warning{"content.missing." + ask.Of, ask.Of, ask.Basis, ask.Origin, ask.Verified})
		}
	}
	for _, b := range c.Gone {
		out = append(out, Warning{Key: "content.no_longer_lent", Of: b.Table, Origin: regime.Design})
	}
	return out
}
