package regime

import (
	"errors"
	"io/fs"
	"slices"
	"strings"
)

// Regime is one set of rules with the days it is in force, both included.
type Regime struct {
	Key              string                    `yaml:"key"`
	Like             string                    `yaml:"like"` // regime whose files stand where this folder has none
	Title            string                    `yaml:"title"`
	From             Day                       `yaml:"from"`
	To               Day                       `yaml:"to"` // zero: no end known
	Basis            []Citation                `yaml:"basis"`
	Verified         Verified                  `yaml:"verified"`
	Standard         string                    `yaml:"standard"`
	CarriesOn        []string                  `yaml:"carries_on"` // regimes whose open cases go on under this one
	Ended            *Ending                   `yaml:"ended"`
	Declared         *Extension                `yaml:"declared"`
	Chosen           *Extension                `yaml:"chosen"`
	Lease            LeaseBasis                `yaml:"lease"`
	Copies           []Copies                  `yaml:"copies"`
	Centre           []Body                    `yaml:"centre"`            // who leads the appraisal of levels 4 and 5
	PM               *Body                     `yaml:"pm"`                // who decides on the list of level 5
	Extra            []ExtraRule               `yaml:"extra"`             // further points to explain at levels 4 and 5
	List             *NationalList             `yaml:"list"`              // nil: the regime speaks of none
	Delegation       []Citation                `yaml:"delegation"`        // how an owner delegates
	Separation       []Separation              `yaml:"separation"`        // of leased infrastructure
	Software         []Citation                `yaml:"software"`          // internal software is checked before operation
	Reviews          []Review                  `yaml:"reviews"`           // duties on levels decided earlier
	Short            string                    `yaml:"short"`             // label beside a level: regimes of one label share the meaning of their levels
	StandardVerified Verified                  `yaml:"standard_verified"` // how far the standard was checked, where not as the regime
	Transition       map[string]TransitionRule `yaml:"transition"`        // what becomes of what was there before, by case
	Redetermine      []Citation                `yaml:"redetermine"`       // how an approved level is determined again
	Numbers          []Citation                `yaml:"numbers"`           // one number, once a year
	Texts            []Text                    `yaml:"texts"`
	Catalogue        *CatalogueUse             `yaml:"catalogue"` // requirements a system answers; nil: none
	Criteria         *Criteria                 `yaml:"-"`
	Deadlines        map[string]*Deadline      `yaml:"-"`
	Papers           *DossierPapers            `yaml:"-"`
	Guards           map[string]GuardRule      `yaml:"-"`
	System           *Procedure                `yaml:"-"`
	Office           *Procedure                `yaml:"-"`
	Dossiers         []*Procedure              `yaml:"-"`
	Check            *Procedure                `yaml:"-"`
	Checks           *CheckRules               `yaml:"-"`
	procedures       []*Procedure              // all, as read
	Content          []ContentRule             `yaml:"-"`
	Report           *ReportRules              `yaml:"-"` // nil: no yearly report
	Duties           []Duty                    `yaml:"-"`
}

// Ending is what ended a regime.
type Ending struct {
	Basis []Citation `yaml:"basis"`
}

// Extension lets a case stay under a regime after its last day, up to Until included.
type Extension struct {
	Until         Day        `yaml:"until"`
	ProjectBefore Day        `yaml:"project_before"` // the project must have begun before this day
	Flag          string     `yaml:"flag"`
	Basis         []Citation `yaml:"basis"`
	Origin        Origin     `yaml:"origin"`
	Verified      Verified   `yaml:"verified"`
}

// LeaseBasis cites who operates a leased service before, during and after its term.
type LeaseBasis struct {
	Before []Citation `yaml:"before"`
	During []Citation `yaml:"during"`
	After  []Citation `yaml:"after"`
}

// Copies is how many originals and copies a dossier of some levels is sent in.
// Where a guard asks for them the article is cited; otherwise they are only the
// number printed.
type Copies struct {
	Levels    []int      `yaml:"levels"`
	Originals int        `yaml:"originals"`
	Copies    int        `yaml:"copies"`
	Basis     []Citation `yaml:"basis"`
}

// CopiesFor gives the number of copies at a level.
func (r *Regime) CopiesFor(level int) Copies {
	for _, c := range r.Copies {
		if slices.Contains(c.Levels, level) {
			return c
		}
	}
	return Copies{}
}

// Body is an outside body that leads a step, for systems a ministry manages
// (the value of the fact managed_by) or for all.
type Body struct {
	ManagedBy string     `yaml:"managed_by"`
	Body      string     `yaml:"body"`
	Basis     []Citation `yaml:"basis"`
}

// Lead finds the body that leads the appraisal of a system managed so.
func (r *Regime) Lead(managedBy string) (Body, bool) {
	i := slices.IndexFunc(r.Centre, func(b Body) bool { return b.ManagedBy == managedBy })
	if i < 0 {
		return Body{}, false
	}
	return r.Centre[i], true
}

// ExtraRule names points that the explanation of some levels must hold; with
// Criteria only where one of them holds.
type ExtraRule struct {
	Levels   []int      `yaml:"levels"`
	Points   []string   `yaml:"points"`   // needed
	Also     []string   `yaml:"also"`     // allowed
	Criteria []string   `yaml:"criteria"` // rule ids
	Basis    []Citation `yaml:"basis"`
}

// NationalList names the facts that speak of a list beside the levels: Fact, a
// yes or no, tells that a system is on it; Grounds is a set of reasons to ask for it.
type NationalList struct {
	Fact     string     `yaml:"fact"`
	Grounds  string     `yaml:"grounds"`
	Included []int      `yaml:"included"` // levels that belong there by themselves
	Basis    []Citation `yaml:"basis"`
}

// Separation says how leased infrastructure of some levels must be separated.
type Separation struct {
	Levels []int      `yaml:"levels"`
	Listed bool       `yaml:"listed"` // systems on the national list too, whatever their level
	Need   string     `yaml:"need"`   // logical | physical
	Basis  []Citation `yaml:"basis"`
}

// Review is a duty on systems whose level was decided before a day, with the
// rule that dates it.
type Review struct {
	Rule          string     `yaml:"rule"`
	DecidedBefore Day        `yaml:"decided_before"`
	Opens         Day        `yaml:"opens"`
	Flag          string     `yaml:"flag"`     // raised while the duty stands
	Late          string     `yaml:"late"`     // raised after its day
	Answer        string     `yaml:"answer"`   // task of the act that answers it; empty: a new decision alone ends it
	Declared      bool       `yaml:"declared"` // on levels decided after that day by a declared case
	Basis         []Citation `yaml:"basis"`
}

// Text is a legal text that papers rest on, with the days it is in force.
type Text struct {
	For  []string `yaml:"for"` // kinds of paper; empty: all
	Text string   `yaml:"text"`
	From Day      `yaml:"from"`
	To   Day      `yaml:"to"`
}

// GuardRule says where a guard stands under a regime. One with Warns lets pass
// and raises that flag.
type GuardRule struct {
	Basis  []Citation `yaml:"basis"`
	ByRule bool       `yaml:"by_rule"` // the article stands in the rule that was not met
	Origin Origin     `yaml:"origin"`
	Warns  string     `yaml:"warns"`
}

// DossierPapers is what a dossier holds.
type DossierPapers struct {
	Components map[int]Piece `yaml:"components"`
	Design     DesignRule    `yaml:"design"`
	Points     PointRule     `yaml:"points"`
	Approval   []FilePart    `yaml:"approval"`
}

// FilePart is one part of the file that goes to the approver: the dossier itself
// (no Forms), or the papers of these forms. No Levels: at every level.
type FilePart struct {
	Of     string     `yaml:"of"` // dossier | opinion | submission
	Forms  []string   `yaml:"forms"`
	Levels []int      `yaml:"levels"`
	Basis  []Citation `yaml:"basis"`
}

// Piece is one numbered component of a dossier.
type Piece struct {
	Name   string     `yaml:"name"`
	Basis  []Citation `yaml:"basis"`
	Levels []int      `yaml:"levels"`
	Added  bool       `yaml:"added"` // by the opinion of the SDU, not by the operator
}

// DesignRule says which design document fits which track; First is what is
// taken when none is named.
type DesignRule struct {
	Component int         `yaml:"component"`
	Project   DesignTrack `yaml:"project"`
	Operating DesignTrack `yaml:"operating"`
}

// DesignTrack is the design documents of one track.
type DesignTrack struct {
	First string     `yaml:"first"`
	Also  []string   `yaml:"also"`
	Basis []Citation `yaml:"basis"`
}

// Fits tells whether a design document fits the track.
func (t DesignTrack) Fits(design string) bool {
	return design == t.First || slices.Contains(t.Also, design)
}

// Track gives the design documents of a track.
func (d DesignRule) Track(track string) DesignTrack {
	if track == "project" {
		return d.Project
	}
	return d.Operating
}

// PointRule names the points an appraisal must answer, and among them the one
// on the level and the one on the plan in operation.
type PointRule struct {
	Keys      []string   `yaml:"keys"`
	Level     string     `yaml:"level"`
	Operation string     `yaml:"operation"`
	Basis     []Citation `yaml:"basis"`
}

// For finds the procedure of a dossier with a proposed level, by the route of
// the national list where the system is on it.
func (r *Regime) For(level int, listed bool) (*Procedure, bool) {
	for _, p := range r.Dossiers {
		if listed && slices.Contains(p.Listed, level) {
			return p, true
		}
	}
	for _, p := range r.Dossiers {
		if slices.Contains(p.Levels, level) {
			return p, true
		}
	}
	return nil, false
}

// Bases lists the texts a paper of a kind rests on, as in force on a day.
func (r *Regime) Bases(kind string, on Day) []string {
	var out []string
	for _, t := range r.Texts {
		if (len(t.For) == 0 || slices.Contains(t.For, kind)) &&
			(t.From.IsZero() || !on.Before(t.From)) && (t.To.IsZero() || !on.After(t.To)) {
			out = append(out, t.Text)
		}
	}
	return out
}

// readRegime reads one folder; a file it lacks is taken from the regime it is like.
func readRegime(files fs.FS, dir string, b *Book) (*Regime, error) {
	r := &Regime{}
	top := dir + "/regime.yaml"
	if err := decode(files, top, r); err != nil {
		return nil, err
	}
	b.Files++
	if err := r.check(top, dir); err != nil {
		return nil, err
	}
	line := lineage(files, dir)
	find := func(name string) string {
		for _, d := range line {
			b.Files++
			if _, err := fs.Stat(files, d+"/"+name); err == nil {
				return d + "/" + name
			}
		}
		return dir + "/" + name
	}
	var err error
	var faults []error
	keep := func(e error) {
		if e != nil {
			faults = append(faults, e)
		}
	}
	r.Criteria, err = readCriteria(files, find("criteria.yaml"))
	keep(err)
	r.Deadlines, err = readDeadlines(files, find("deadlines.yaml"))
	keep(err)
	r.Papers = &DossierPapers{}
	keep(decode(files, find("papers.yaml"), r.Papers))
	if p := r.Papers.Points; !slices.Contains(p.Keys, p.Level) || !slices.Contains(p.Keys, p.Operation) {
		keep(Fault{File: find("papers.yaml"), Reason: "points: level and operation must be among the keys"})
	}
	r.Guards, err = readGuards(files, find("guards.yaml"))
	keep(err)
	r.Content, err = readContent(files, find("content.yaml"))
	keep(err)
	r.Report, err = readReports(files, find("reports.yaml"), r.Deadlines)
	keep(err)
	r.Duties, err = readDuties(files, find("duties.yaml"), r.Deadlines)
	keep(err)
	if len(faults) > 0 {
		return nil, errors.Join(faults...)
	}
	if err := r.crossCheck(dir); err != nil {
		return nil, err
	}
	r.System, err = readProcedure(files, find("system.yaml"), r, b)
	keep(err)
	r.Office, err = readProcedure(files, find("office.yaml"), r, b)
	keep(err)
	r.Check, err = readProcedure(files, find("check.yaml"), r, b)
	keep(err)
	r.Checks, err = readCheckRules(files, find("performers.yaml"), r)
	keep(err)
	for _, name := range dossierFiles(files, line...) {
		p, err := readProcedure(files, find(name), r, b)
		keep(err)
		r.Dossiers = append(r.Dossiers, p)
	}
	return r, errors.Join(faults...)
}

// lineage is a regime's folder and those it is like, the nearest first.
func lineage(files fs.FS, dir string) []string {
	var dirs []string
	for dir != "" && !slices.Contains(dirs, dir) {
		dirs = append(dirs, dir)
		var up struct {
			Like string `yaml:"like"`
		}
		if decodeLoose(files, dir+"/regime.yaml", &up) != nil {
			break
		}
		dir = up.Like
	}
	return dirs
}

func dossierFiles(files fs.FS, dirs ...string) []string {
	var names []string
	for _, d := range dirs {
		found, _ := fs.Glob(files, d+"/dossier-*.yaml")
		for _, f := range found {
			if n := f[strings.LastIndex(f, "/")+1:]; !slices.Contains(names, n) {
				names = append(names, n)
			}
		}
	}
	slices.Sort(names)
	return names
}

func (r *Regime) check(file, dir string) error {
	var faults []error
	bad := func(reason string) { faults = append(faults, Fault{File: file, Reason: reason}) }
	if r.Key != dir {
		bad("key " + r.Key + " is not the name of the folder")
	}
	if r.From.IsZero() {
		bad("no first day (from)")
	}
	if len(r.Basis) == 0 {
		bad("cites nothing (basis)")
	}
	if r.Short == "" {
		bad("has no label (short)")
	}
	if !r.Verified.valid() || !r.StandardVerified.valid() {
		bad("unknown mark " + string(r.Verified) + " " + string(r.StandardVerified))
	}
	cites := slices.Concat(r.Basis, r.Lease.Before, r.Lease.During, r.Lease.After, r.Delegation, r.Software)
	for _, x := range r.Copies {
		cites = append(cites, x.Basis...)
	}
	for _, x := range r.Centre {
		cites = append(cites, x.Basis...)
	}
	for _, x := range r.Extra {
		cites = append(cites, x.Basis...)
	}
	if r.List != nil {
		cites = append(cites, r.List.Basis...)
	}
	for _, x := range r.Separation {
		cites = append(cites, x.Basis...)
		if x.Need != "logical" && x.Need != "physical" {
			bad("separation: unknown need " + x.Need)
		}
	}
	for _, x := range r.Reviews {
		cites = append(cites, x.Basis...)
		if x.Rule == "" || x.DecidedBefore.IsZero() || x.Opens.IsZero() {
			bad("a review needs rule, decided_before and opens")
		}
	}
	for _, e := range []*Extension{r.Declared, r.Chosen} {
		if e != nil && (e.Until.IsZero() || len(e.Basis) == 0 || !e.Origin.valid()) {
			bad("declared and chosen need until, basis and origin")
		} else if e != nil {
			cites = append(cites, e.Basis...)
		}
	}
	for _, c := range cites {
		if err := c.Check(); err != nil {
			bad(err.Error())
		}
	}
	r.checkTransition(bad)
	return errors.Join(faults...)
}

func readGuards(files fs.FS, name string) (map[string]GuardRule, error) {
	var raw struct {
		Guards map[string]GuardRule `yaml:"guards"`
	}
	if err := decode(files, name, &raw); err != nil {
		return nil, err
	}
	var faults []error
	for key, g := range raw.Guards {
		bad := func(reason string) { faults = append(faults, Fault{File: name, Reason: key + ": " + reason}) }
		if !slices.Contains(GuardNames, key) {
			bad("unknown guard")
		}
		if (len(g.Basis) == 0) != g.ByRule || !g.Origin.valid() {
			bad("needs origin and either basis or by_rule")
		}
		for _, c := range g.Basis {
			if err := c.Check(); err != nil {
				bad(err.Error())
			}
		}
	}
	return raw.Guards, errors.Join(faults...)
}

// Operating is the state a system with a level in force runs in.
func (r *Regime) Operating() string {
	for _, p := range r.Dossiers {
		for _, s := range p.Steps {
			if to, ok := s.System["operating"]; ok {
				return to
			}
		}
	}
	return r.System.Start
}
