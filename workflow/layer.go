package workflow

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"capdo/internal/vn"
)

// LayerNames are the four layers of protection, in their order: the force on the
// spot, professional monitoring, independent checks, the link to the national
// centre. The model is guidance of the ministry and plan of a province, not an
// article; the program counts it and bars nothing by it.
var LayerNames = []string{"local_force", "monitoring", "independent_check", "national_link"}

// Layer says how one layer stands for one system or one office, from a day on.
type Layer struct {
	ID       string    `json:"id"`
	Owner    string    `json:"owner"`
	Office   string    `json:"office"`           // the office itself, or the operator of System
	System   string    `json:"system,omitempty"` // empty: of the office
	Layer    string    `json:"layer"`            // one of LayerNames
	State    string    `json:"state"`            // yes | partly | no
	Provider string    `json:"provider,omitempty"`
	Since    LooseDate `json:"since,omitzero"`
	No       string    `json:"no,omitempty"` // document it rests on
	Date     LooseDate `json:"date,omitzero"`
	On       Day       `json:"on"` // counts from this day
	Source   string    `json:"source,omitempty"`
}

// LayerStore keeps layers; they are only ever added.
type LayerStore interface {
	AddLayers(ctx context.Context, list []Layer) error // all or none
	// Layers gives those of an owner that count on the day or earlier, in the
	// order of their days and then as they came.
	Layers(ctx context.Context, owner string, on Day) ([]Layer, error)
}

// LayerRow is one line of the register of layers. State is empty where nothing
// was ever stated.
type LayerRow struct {
	N        int    `json:"n"`
	OfficeID string `json:"office_id"`
	Office   string `json:"office"`
	SystemID string `json:"system_id,omitempty"`
	System   string `json:"system,omitempty"`
	Layer    string `json:"layer"`
	State    string `json:"state,omitempty"`
	Provider string `json:"provider,omitempty"`
	Since    string `json:"since,omitempty"`
	No       string `json:"no,omitempty"`
	Date     string `json:"date,omitempty"`
}

// LayerFacts is the register of layers of an owner as of a day.
type LayerFacts struct {
	On     Day               `json:"on"`
	Rows   []LayerRow        `json:"rows"`
	Counts map[string][4]int `json:"counts"` // layer → yes, partly, no, not stated
}

// Layers gives the register: four lines for every system of the owner, and for
// every office of which a layer was stated.
func (s *Service) Layers(ctx context.Context, owner string, on Day) (*LayerFacts, error) {
	list, offices, err := s.records(ctx, owner, on)
	if err != nil {
		return nil, err
	}
	stated, err := s.Store.Layers(ctx, owner, on)
	if err != nil {
		return nil, fmt.Errorf("workflow: layers: %w", err)
	}
	last := map[[3]string]Layer{}
	var alone []string // offices with a statement of their own
	for _, l := range stated {
		last[[3]string{l.Office, l.System, l.Layer}] = l
		if l.System != "" {
			last[[3]string{"", l.System, l.Layer}] = l
		} else {
			alone = addOnce(alone, l.Office)
		}
	}
	f := &LayerFacts{On: on, Counts: map[string][4]int{}}
	for _, id := range alone {
		f.add(LayerRow{OfficeID: id, Office: offices[id].Name}, func(layer string) Layer { return last[[3]string{id, "", layer}] })
	}
	for _, r := range list {
		if !slices.Contains(r.as, ownerCapacity) {
			continue
		}
		op := parties{r.sys, on, offices, nil}.operator()
		f.add(LayerRow{OfficeID: op, Office: offices[op].Name, SystemID: r.sys.ID, System: r.sys.Name},
			func(layer string) Layer { return last[[3]string{"", r.sys.ID, layer}] })
	}
	return f, nil
}

// add puts the four lines of one subject.
func (f *LayerFacts) add(row LayerRow, of func(layer string) Layer) {
	for _, name := range LayerNames {
		l := of(name)
		row.N, row.Layer, row.State, row.Provider = len(f.Rows)+1, name, l.State, l.Provider
		row.Since, row.No, row.Date = l.Since.String(), l.No, l.Date.String()
		f.Rows = append(f.Rows, row)
		counts := f.Counts[name]
		counts[max(slices.Index([]string{"yes", "partly", "no", ""}, l.State), 0)]++
		f.Counts[name] = counts
	}
}

// PrintLayers prints the register of layers of an owner as of a day.
func (s *Service) PrintLayers(ctx context.Context, owner string, on Day) (PaperFacts, Printed, error) {
	layers, err := s.Layers(ctx, owner, on)
	if err != nil {
		return PaperFacts{}, Printed{}, err
	}
	return s.printList(ctx, PaperFacts{Form: "four-layer-register", Date: on, Layers: layers}, owner)
}

// printList prints a list of an owner that is no case's paper, with the words
// of the rules in force on its day or last before it.
func (s *Service) printList(ctx context.Context, f PaperFacts, owner string) (PaperFacts, Printed, error) {
	r, ok := s.Book.On(f.Date)
	if !ok {
		if r, ok = s.Book.LastBefore(f.Date); !ok {
			return f, Printed{}, closedTo(nil, nil)
		}
	}
	offices, err := s.officeMap(ctx)
	if err != nil {
		return f, Printed{}, err
	}
	f.Regime, f.RegimeTitle, f.Standard = r.Key, r.Title, r.Standard
	f.Owner = (&Snapshot{House: House{Offices: offices}}).facts(owner, "", f.Date)
	f.Issuer = f.Owner
	if s.Demo {
		f.DemoDay = s.Today()
	}
	out, err := s.Printer.Print(ctx, f)
	return f, out, err
}

// LayerImport is one line of a file of layers, names as written there.
type LayerImport struct {
	Line           int
	Office, System string
	Layer, State   string
	Provider, No   string
	Since, Date    LooseDate
}

// ListOrder asks to take in a list that existed before this program.
type ListOrder struct {
	Owner      string
	On         Day // counts from this day; zero: today
	Source     string
	Refused    []RowRefusal // what the reader refused already
	AcceptGood bool
	Pass
}

// ListReport tells what became of the lines of a list.
type ListReport struct {
	Added   int          `json:"added"`
	Same    int          `json:"same"`
	Refused []RowRefusal `json:"refused,omitempty"`
	Warns   []ListWarn   `json:"warnings,omitempty"`
}

// ListWarn is a doubt about a list that does not keep it out.
type ListWarn struct {
	Key  string            `json:"key"`
	Line int               `json:"line,omitempty"`
	Args map[string]string `json:"args,omitempty"`
}

// Words is what the doubt is told with.
func (w ListWarn) Words() (key string, args map[string]string) { return w.Key, w.Args }

// ImportLayers takes in a file of layers. A line that names an office or a
// system the owner does not have is refused; nothing is taken while a line is
// refused, unless asked. A line that says what already stands changes nothing,
// and one without a state says nothing.
func (s *Service) ImportLayers(ctx context.Context, who string, o ListOrder, rows []LayerImport) (*ListReport, error) {
	if err := s.MayHouse(ctx, who, actImport, o.Owner); err != nil {
		return nil, err
	}
	if o.On.IsZero() {
		o.On = s.Today()
	}
	have, err := s.Layers(ctx, o.Owner, o.On)
	if err != nil {
		return nil, err
	}
	offices, err := s.officeMap(ctx)
	if err != nil {
		return nil, err
	}
	x := &layerImporter{s: s, o: o, rep: &ListReport{Refused: slices.Clone(o.Refused)}, offices: offices, have: have, seen: map[string]bool{}}
	for i, row := range rows {
		if err := o.far(ctx, i, len(rows)); err != nil {
			return nil, err
		}
		x.row(row)
	}
	slices.SortStableFunc(x.rep.Refused, func(a, b RowRefusal) int { return a.Line - b.Line })
	if len(x.rep.Refused) > 0 && !o.AcceptGood && !o.Dry {
		x.rep.Added = 0
		return x.rep, nil
	}
	if len(x.add) == 0 || o.Dry {
		return x.rep, nil
	}
	return x.rep, s.Store.AddLayers(ctx, x.add)
}

type layerImporter struct {
	s       *Service
	o       ListOrder
	rep     *ListReport
	offices map[string]Office
	have    *LayerFacts
	seen    map[string]bool
	add     []Layer
}

func (x *layerImporter) row(row LayerImport) {
	refuse := func(column, reason, value string) {
		x.rep.Refused = append(x.rep.Refused, RowRefusal{Line: row.Line, Column: column, Reason: reason, Value: value})
	}
	if row.State == "" {
		return
	}
	l := Layer{Owner: x.o.Owner, Layer: row.Layer, State: row.State, Provider: row.Provider, Since: row.Since, No: row.No, Date: row.Date, On: x.o.On, Source: x.o.Source}
	if l.Office, l.System = x.subject(row); l.Office == "" {
		refuse("subject", "unknown_subject", strings.Trim(row.Office+" / "+row.System, " /"))
		return
	}
	key := l.Office + "\x00" + l.System + "\x00" + l.Layer
	if x.seen[key] {
		refuse("row", "duplicate", row.Layer)
		return
	}
	x.seen[key] = true
	if x.same(l) {
		x.rep.Same++
		return
	}
	l.ID = x.s.NewID("layer")
	x.add = append(x.add, l)
	x.rep.Added++
}

// subject finds the office, and the system where one is named, by their names.
func (x *layerImporter) subject(row LayerImport) (office, system string) {
	if row.System != "" {
		for _, have := range x.have.Rows {
			if have.SystemID != "" && vn.Fold(have.System) == vn.Fold(row.System) && (row.Office == "" || vn.Fold(have.Office) == vn.Fold(row.Office)) {
				return have.OfficeID, have.SystemID
			}
		}
		return "", ""
	}
	p := parties{offices: x.offices}
	for _, id := range slices.Sorted(maps.Keys(x.offices)) {
		if vn.Fold(x.offices[id].Name) == vn.Fold(row.Office) && p.under(id, x.o.Owner) {
			return id, ""
		}
	}
	return "", ""
}

func (x *layerImporter) same(l Layer) bool {
	return slices.ContainsFunc(x.have.Rows, func(r LayerRow) bool {
		return r.OfficeID == l.Office && r.SystemID == l.System && r.Layer == l.Layer && r.State == l.State && r.Provider == l.Provider &&
			r.Since == l.Since.String() && r.No == l.No && r.Date == l.Date.String()
	})
}
