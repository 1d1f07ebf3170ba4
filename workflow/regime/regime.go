package regime

import (
	"errors"
	"io/fs"
	"slices"
	"strings"
)

// Regime is one set of rules with the days it is in force, both included.
type Regime struct {
	Key         string               `yaml:"key"`
	Like        string               `yaml:"like"` // regime whose files stand where this folder has none
	Title       string               `yaml:"title"`
	From        Day                  `yaml:"from"`
	To          Day                  `yaml:"to"` // zero: no end known
	Basis       []Citation           `yaml:"basis"`
	Verified    Verified             `yaml:"verified"`
	Standard    string               `yaml:"standard"`
	CarriesOn   []string             `yaml:"carries_on"` // regimes whose open cases go on under this one
	Ended       *Ending              `yaml:"ended"`
	Declared    *Extension           `yaml:"declared"`
	Chosen      *Extension           `yaml:"chosen"`
	Lease       LeaseBasis           `yaml:"lease"`
	LevelsLater []int                `yaml:"levels_not_yet"` // levels the program does not carry yet
	Copies      Copies               `yaml:"copies"`
	Redetermine []Citation           `yaml:"redetermine"` // how an approved level is determined again
	Numbers     []Citation           `yaml:"numbers"`     // one number, once a year
	Texts       []Text               `yaml:"texts"`
	Criteria    *Criteria            `yaml:"-"`
	Deadlines   map[string]*Deadline `yaml:"-"`
	Papers      *DossierPapers       `yaml:"-"`
	Guards      map[string]GuardRule `yaml:"-"`
	System      *Procedure           `yaml:"-"`
	Dossiers    []*Procedure         `yaml:"-"`
	Report      *ReportRules         `yaml:"-"` // nil: no yearly report
	Duties      []Duty               `yaml:"-"`
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

// Copies is how many originals and copies a dossier is sent in.
type Copies struct {
	Originals int `yaml:"originals"`
	Copies    int `yaml:"copies"`
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
	Origin Origin     `yaml:"origin"`
	Warns  string     `yaml:"warns"`
}

// DossierPapers is what a dossier holds.
type DossierPapers struct {
	Components map[int]Piece `yaml:"components"`
	Design     DesignRule    `yaml:"design"`
	Points     PointRule     `yaml:"points"`
}

// Piece is one numbered component of a dossier.
type Piece struct {
	Name   string     `yaml:"name"`
	Basis  []Citation `yaml:"basis"`
	Levels []int      `yaml:"levels"`
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

// PointRule names the points an appraisal must answer.
type PointRule struct {
	Keys  []string   `yaml:"keys"`
	Basis []Citation `yaml:"basis"`
}

// For finds the procedure of a dossier with a proposed level.
func (r *Regime) For(level int) (*Procedure, bool) {
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
	find := func(name string) string {
		for d, n := dir, 0; n < 8; n++ {
			b.Files++
			if _, err := fs.Stat(files, d+"/"+name); err == nil {
				return d + "/" + name
			}
			var up struct {
				Like string `yaml:"like"`
			}
			if decodeLoose(files, d+"/regime.yaml", &up) != nil || up.Like == "" {
				break
			}
			d = up.Like
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
	r.Guards, err = readGuards(files, find("guards.yaml"))
	keep(err)
	r.Report, err = readReports(files, find("reports.yaml"), r.Deadlines)
	keep(err)
	r.Duties, err = readDuties(files, find("duties.yaml"), r.Deadlines)
	keep(err)
	if len(faults) > 0 {
		return nil, errors.Join(faults...)
	}
	r.System, err = readProcedure(files, find("system.yaml"), r, b)
	keep(err)
	for _, name := range dossierFiles(files, dir, r.Like) {
		p, err := readProcedure(files, find(name), r, b)
		keep(err)
		r.Dossiers = append(r.Dossiers, p)
	}
	return r, errors.Join(faults...)
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
	if !r.Verified.valid() {
		bad("unknown mark " + string(r.Verified))
	}
	cites := slices.Concat(r.Basis, r.Lease.Before, r.Lease.During, r.Lease.After)
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
		if len(g.Basis) == 0 || !g.Origin.valid() {
			bad("needs basis and origin")
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
