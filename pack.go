package main

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"capdo/internal/files"
	"capdo/workflow"
	"capdo/workflow/regime"
)

// What stands in a pack.
const (
	packPaper      = "paper"
	packComponent  = "component"
	packAttachment = "attachment"
	packEvidence   = "evidence"
)

// packEntry is one line of the manifest.
type packEntry struct {
	File    string     `json:"file"`
	Kind    string     `json:"kind"`
	Name    string     `json:"name,omitempty"` // of an attachment, as it was sent
	As      string     `json:"as,omitempty"`
	ID      string     `json:"id,omitempty"`
	Form    string     `json:"form,omitempty"`
	Number  string     `json:"number,omitempty"`
	Date    regime.Day `json:"date"`
	Regime  string     `json:"regime,omitempty"`
	Version int        `json:"version"` // of the dossier; of an attachment its own
	Draft   bool       `json:"draft,omitempty"`
	SHA256  string     `json:"sha256"`
	Size    int64      `json:"size"`
}

// packSent says what a version of the dossier was sent with.
type packSent struct {
	Version int        `json:"version"`
	On      regime.Day `json:"on"`
	Files   []string   `json:"files"`
}

// packManifest is the list that closes a pack. It holds no time of its making:
// the same content gives the same bytes.
type packManifest struct {
	Case   string      `json:"case"`
	System string      `json:"system"`
	State  string      `json:"state"`
	Regime string      `json:"regime"`
	Level  int         `json:"level"`
	Files  []packEntry `json:"files"`
	Sent   []packSent  `json:"sent,omitempty"`
}

// packer writes the whole of a dossier into one ZIP.
type packer struct {
	svc   *workflow.Service
	files *files.Files
	zip   *zip.Writer
	view  *workflow.CaseView
	list  packManifest
	byID  map[string]string // paper or attachment → file in the pack
}

// packCase gives the pack of a case as bytes.
func (a *app) packCase(ctx context.Context, svc *workflow.Service, id string) ([]byte, error) {
	var b bytes.Buffer
	err := a.writePack(ctx, svc, id, &b)
	return b.Bytes(), err
}

// writePack writes the papers of a case in the order they were issued, the
// components, the attachments with every version kept, the evidence, and a
// manifest with the hash and size of each. A file that is missing or changed on
// the disk stops it: a manifest that is not true is worse than none.
func (a *app) writePack(ctx context.Context, svc *workflow.Service, id string, w io.Writer) error {
	c, err := svc.Case(ctx, id)
	if err != nil {
		return err
	}
	p := &packer{svc: svc, files: a.files, zip: zip.NewWriter(w), view: c, byID: map[string]string{},
		list: packManifest{Case: c.ID, System: c.System, State: c.State, Regime: c.Regime, Level: c.Level}}
	for _, do := range []func(context.Context) error{p.papers, p.draft, p.attachments, p.sent} {
		if err := do(ctx); err != nil {
			return err
		}
	}
	js, err := json.MarshalIndent(p.list, "", "  ")
	if err != nil {
		return err
	}
	if err := p.put("manifest.json", bytes.NewReader(js), c.Opened.Start()); err != nil {
		return err
	}
	return p.zip.Close()
}

func (p *packer) put(name string, r io.Reader, at time.Time) error {
	w, err := p.zip.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate, Modified: at.UTC()})
	if err == nil {
		_, err = io.Copy(w, r)
	}
	return err
}

// papers puts numbered papers and slips in order, and the description of each
// version sent among the components.
func (p *packer) papers(ctx context.Context) error {
	list, err := p.svc.Papers(ctx, p.view.ID)
	if err != nil {
		return err
	}
	n := 0
	for _, one := range list {
		full, err := p.svc.Paper(ctx, one.ID)
		if err != nil {
			return err
		}
		e := packEntry{Kind: packPaper, ID: one.ID, Form: one.Form, Number: one.Number, Date: one.Date, Regime: one.Regime, Version: one.Version, Draft: one.Draft, SHA256: one.SHA256, Size: int64(len(full.PDF))}
		if one.Form == workflow.OverviewForm {
			e.Kind, e.File = packComponent, fmt.Sprintf("components/1-%s-v%d.pdf", one.Form, one.Version)
		} else {
			n++
			e.File = fmt.Sprintf("papers/%02d-%s-v%d%s.pdf", n, one.Form, one.Version, map[bool]string{true: "-draft"}[one.Draft])
		}
		if err := p.add(e, bytes.NewReader(full.PDF)); err != nil {
			return err
		}
	}
	return nil
}

func (p *packer) add(e packEntry, r io.Reader) error {
	p.list.Files = append(p.list.Files, e)
	if e.ID != "" {
		p.byID[e.ID] = e.File
	}
	return p.put(e.File, r, e.Date.Start())
}

// draft prints the description of a version that was not sent yet.
func (p *packer) draft(ctx context.Context) error {
	c, err := p.svc.ContentOf(ctx, p.view.ID, p.view.Version)
	if err != nil || !c.On.IsZero() || c.Overview.Empty() {
		return err
	}
	out, err := p.svc.PrintOverview(ctx, p.view.ID, p.view.Version)
	if err != nil {
		return err
	}
	sum := sha256.Sum256(out.PDF)
	return p.add(packEntry{File: fmt.Sprintf("components/1-%s-v%d-draft.pdf", workflow.OverviewForm, c.Version), Kind: packComponent, Form: workflow.OverviewForm,
		Date: c.Overview.On, Regime: c.Regime, Version: c.Version, Draft: true, SHA256: hex.EncodeToString(sum[:]), Size: int64(len(out.PDF))}, bytes.NewReader(out.PDF))
}

// attachments puts every version that was not taken out. Names in the pack are
// made here; the name a file was sent under stands in the manifest alone.
func (p *packer) attachments(ctx context.Context) error {
	list, err := p.svc.Attachments(ctx, p.view.ID)
	if err != nil {
		return err
	}
	count := map[string]int{}
	for _, a := range list {
		if !a.Removed.IsZero() {
			continue
		}
		folder, kind := "attachments/", packAttachment
		if a.As == "evidence" {
			folder, kind = "evidence/", packEvidence
		}
		count[folder]++
		e := packEntry{File: fmt.Sprintf("%s%02d-%s-v%d%s", folder, count[folder], a.As, a.Version, files.Ending(a.Type)), Kind: kind, Name: a.Name, As: a.As, ID: a.ID,
			Date: a.On, Version: a.Version, SHA256: a.SHA256, Size: a.Size}
		if err := p.file(ctx, e); err != nil {
			return err
		}
	}
	return nil
}

func (p *packer) file(ctx context.Context, e packEntry) error {
	in, err := p.files.Open(ctx, e.SHA256)
	if err != nil {
		return fileProblem(err)
	}
	defer in.Close()
	return p.add(e, in)
}

// sent notes which files each version was sent with.
func (p *packer) sent(ctx context.Context) error {
	for v := 1; v <= p.view.Version; v++ {
		c, err := p.svc.Store.Content(ctx, p.view.ID, v)
		if err != nil {
			return err
		}
		if c == nil {
			continue
		}
		s := packSent{Version: v, On: c.On}
		for _, id := range append([]string{c.Paper}, ids(c.Attachments)...) {
			if f, ok := p.byID[id]; ok {
				s.Files = append(s.Files, f)
			}
		}
		p.list.Sent = append(p.list.Sent, s)
	}
	return nil
}

func ids(list []workflow.Attachment) []string {
	out := make([]string, len(list))
	for i, a := range list {
		out[i] = a.ID
	}
	return out
}
