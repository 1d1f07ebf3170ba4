package workflow

import (
	"slices"
	"time"

	"capdo/workflow/regime"
)

// Office is an organisation: owner, operator, SDU or an outside body. What the
// office may do in a case is never read from its name but from the capacity it
// holds there.
type Office struct {
	ID        string `json:"id"`
	Name      string `json:"name"`
	Under     string `json:"under,omitempty"`     // the direct superior
	Body      string `json:"body,omitempty"`      // outside body, e.g. a ministry
	Symbol    string `json:"symbol,omitempty"`    // as printed in numbers; set by its head (NĐ 30/2020, II.3b), only ever suggested by us
	Place     string `json:"place,omitempty"`     // printed before the date
	Address   string `json:"address,omitempty"`   //
	Title     string `json:"title,omitempty"`     // title of its head
	Mark      string `json:"mark,omitempty"`      // sign mark of a collective body
	Series    string `json:"series,omitempty"`    // one | per_type: how its books run (NĐ 30/2020 Đ15 k1 c)
	Suggested bool   `json:"suggested,omitempty"` // symbol, place and title are our suggestion, not yet confirmed
	Source    string `json:"source,omitempty"`    // where the office was taken from
	Functions string `json:"functions,omitempty"` // paper that sets its functions and tasks
	Phone     string `json:"phone,omitempty"`     //
	Email     string `json:"email,omitempty"`     //

	From          Day            `json:"from,omitzero"` // the office began on this day
	To            Day            `json:"to,omitzero"`   // and stood until this one, included
	Past          []OfficePast   `json:"past,omitempty"`
	Changes       []OfficeChange `json:"changes,omitempty"`
	Licensed      *Term          `json:"licensed,omitempty"`       // to check and assess
	Designated    *Term          `json:"designated,omitempty"`     // by the State, to check and assess
	PublicService bool           `json:"public_service,omitempty"` // of the State, with that function
	SDUs          []Designation  `json:"sdus,omitempty"`           // as owner: who is its SDU
	Delegations   []Delegation   `json:"delegations,omitempty"`    // as owner: who acts for it
	Revision      int64          `json:"revision,omitempty"`
}

// Term is a span of days, both included; zero is open.
type Term struct {
	From Day `json:"from,omitzero"`
	To   Day `json:"to,omitzero"`
}

// On tells whether the term runs on a day.
func (t Term) On(d Day) bool {
	return (t.From.IsZero() || !d.Before(t.From)) && (t.To.IsZero() || !d.After(t.To))
}

// OfficePast is what an office was until a day, included.
type OfficePast struct {
	Until   Day    `json:"until"`
	Name    string `json:"name"`
	Under   string `json:"under,omitempty"`
	Symbol  string `json:"symbol,omitempty"`
	Place   string `json:"place,omitempty"`
	Address string `json:"address,omitempty"`
	Title   string `json:"title,omitempty"`
	Mark    string `json:"mark,omitempty"`
}

// OfficeChange is one event in the life of an office.
type OfficeChange struct {
	Kind   string `json:"kind"` // renamed | merged_into | took_over | split_from | split_into | ended
	On     Day    `json:"on"`
	Other  string `json:"other,omitempty"`
	Source string `json:"source,omitempty"`
}

// Designation names the SDU of an owner that has none of its own
// (NĐ 85/2016 Đ20 k1 b).
type Designation struct {
	SDU  string `json:"sdu"`
	No   string `json:"no"`
	Date Day    `json:"date"`
	Term
}

// Delegation lets an office act for the owner on some systems for a term
// (TT 03/2017 Đ5 k3; TT 12/2022 Đ4 k3).
type Delegation struct {
	To     string   `json:"to"`
	No     string   `json:"no"`
	Date   Day      `json:"date"`
	Scope  []string `json:"scope"` // ids of systems
	Duties string   `json:"duties"`
	From   Day      `json:"from"`
	Until  Day      `json:"until"` // last day
}

// Runs tells whether the delegation covers a system on a day.
func (d Delegation) Runs(system string, on Day) bool {
	return slices.Contains(d.Scope, system) && Term{d.From, d.Until}.On(on)
}

// At gives the office as it was on a day.
func (o Office) At(d Day) Office {
	for _, p := range o.Past { // oldest first
		if !d.After(p.Until) {
			o.Name, o.Under, o.Symbol, o.Place, o.Address, o.Title, o.Mark = p.Name, p.Under, p.Symbol, p.Place, p.Address, p.Title, p.Mark
			return o
		}
	}
	return o
}

// Stands tells whether the office exists on a day.
func (o Office) Stands(d Day) bool { return Term{o.From, o.To}.On(d) }

// Grant gives a person a role in an office from one day to another, both included.
type Grant struct {
	Office string `json:"office"`
	Role   string `json:"role"`
	From   Day    `json:"from,omitzero"`
	To     Day    `json:"to,omitzero"`
	Source string `json:"source,omitempty"` // the paper the grant rests on
	Sign   string `json:"sign,omitempty"`   // KT., TL., TUQ. or Q. before the title (NĐ 30/2020, Annex I, II.7)
	Title  string `json:"title,omitempty"`  // own title of one who signs for the head
}

// On tells whether the grant runs on the day.
func (g Grant) On(d Day) bool {
	return (g.From.IsZero() || !d.Before(g.From)) && (g.To.IsZero() || !d.After(g.To))
}

// Person is somebody who acts, with all grants ever given.
type Person struct {
	ID       string  `json:"id"`
	Name     string  `json:"name"`
	Grants   []Grant `json:"grants"`
	Revision int64   `json:"revision,omitempty"`
}

// Lease says who operates a leased service: the lead unit before and after the
// term, the provider during it (NĐ 85/2016 Đ3 k3).
type Lease struct {
	Lead     string `json:"lead"`
	Provider string `json:"provider"`
	From     Day    `json:"from"`
	To       Day    `json:"to"`
}

// System is one information system: a row of the register.
type System struct {
	ID        string    `json:"id"`
	Name      string    `json:"name"`
	Owners    []string  `json:"owners"`    // more than one is a mistake that no dossier passes
	Operators []string  `json:"operators"` // several need a Lead
	Lead      string    `json:"lead,omitempty"`
	SDU       string    `json:"sdu,omitempty"`
	Lease     *Lease    `json:"lease,omitempty"`
	Facts     Facts     `json:"facts"`
	Address   string    `json:"address,omitempty"`
	State     string    `json:"state"`
	Decision  string    `json:"decision,omitempty"` // id of the register entry in force
	Level     int       `json:"level,omitempty"`    // level in force, 0 for none
	LevelBy   string    `json:"level_by,omitempty"` // regime of the level in force
	Decided   LooseDate `json:"decided,omitzero"`   // when it was decided
	Source    string    `json:"source,omitempty"`
	Revision  int64     `json:"revision"`

	Pending     *RegisterEntry `json:"pending,omitempty"` // a new level that counts once the old decision is ended
	Operation   *Operation     `json:"operation,omitempty"`
	EndPlan     string         `json:"end_plan,omitempty"`
	Reviews     []ReviewDone   `json:"reviews,omitempty"`
	Evaluations []Evaluation   `json:"evaluations,omitempty"`
	Shares      string         `json:"shares,omitempty"`   // id of another system's open dossier that speaks of this one too
	Triggers    []string       `json:"triggers,omitempty"` // of re-determination, since the last periodic check
}

// Operation is how a system went into operation.
type Operation struct {
	On       Day    `json:"on"`
	Measures string `json:"measures"` // all | part of the approved plan
	Design   string `json:"design,omitempty"`
	Leased   string `json:"leased,omitempty"`   // none | logical | physical separation of what is leased
	Software string `json:"software,omitempty"` // checked | unchecked
}

// ReviewDone answers the duty to review an older level.
type ReviewDone struct {
	Rule   string `json:"rule"`
	On     Day    `json:"on"`
	Result string `json:"result"` // keep | redetermine; empty where evidence is given
	No     string `json:"no,omitempty"`

	Evidence string `json:"evidence,omitempty"`
}

// Evaluation is an assessment beside the periodic check; it moves no date.
type Evaluation struct {
	Kind      string `json:"kind"` // effectiveness | pentest | risk
	Performer string `json:"performer"`
	From      Day    `json:"from"`
	To        Day    `json:"to"`
	Filed     Day    `json:"filed"`
}

// Due is the deadline of a case's present state.
type Due struct {
	Rule   string        `json:"rule"`
	From   Day           `json:"from"`
	Day    Day           `json:"day"`
	Origin regime.Origin `json:"origin"`
	Basis  []Citation    `json:"basis,omitempty"`
	Regime string        `json:"regime"`
	Remind bool          `json:"remind,omitempty"` // passing it reminds and leaves no mark
	Marked bool          `json:"marked,omitempty"` // the clock has dealt with its passing
	Then   string        `json:"then,omitempty"`   // the clock's act when it has passed
	Quiet  bool          `json:"quiet,omitempty"`  // passing it leaves neither mark nor notice, only its act
}

// Conclusion is what the appraiser found.
type Conclusion struct {
	Fit       bool              `json:"fit"`
	Points    map[string]string `json:"points,omitempty"`
	Defects   []string          `json:"defects,omitempty"`
	Reason    string            `json:"reason,omitempty"`
	Reasoning string            `json:"reasoning,omitempty"`
	Level     int               `json:"level,omitempty"` // the level that fits, when it differs
	Person    string            `json:"person"`
	Office    string            `json:"office"`
	On        Day               `json:"on"`

	No           string   `json:"no,omitempty"`  // of an outside body's letter
	Date         Day      `json:"date,omitzero"` // of that letter
	Coordinating []string `json:"coordinating,omitempty"`
}

// Opinion is the SDU's professional opinion before appraisal at levels 4 and 5
// (NĐ 85/2016 Đ15 k5).
type Opinion struct {
	Level  string `json:"level"` // fit | unfit
	Plan   string `json:"plan"`
	Text   string `json:"text,omitempty"`
	Person string `json:"person"`
	On     Day    `json:"on"`
}

// Recorded is a paper of an outside body, by its number and day.
type Recorded struct {
	By   string `json:"by"`
	No   string `json:"no"`
	Date Day    `json:"date"`
}

// Trigger is why a level is determined again (NĐ 85/2016 Đ18).
type Trigger struct {
	Code     string `json:"code"`
	Reason   string `json:"reason"`
	Old      string `json:"old"`                 // id of the register entry in force then
	OldCase  string `json:"old_case,omitempty"`  // the dossier behind it, if any
	OldLevel int    `json:"old_level,omitempty"` //
	Check    string `json:"check,omitempty"`     // the check that found it
}

// Finding is one thing a check found wrong.
type Finding struct {
	ID         string `json:"id"`
	Text       string `json:"text"`
	Severity   string `json:"severity,omitempty"` // low | medium | high | critical
	Due        Day    `json:"due,omitzero"`
	WrongLevel int    `json:"wrong_level,omitempty"`
	Case       string `json:"case,omitempty"` // the re-determination it opened
	Evidence   string `json:"evidence,omitempty"`
	Closed     Day    `json:"closed,omitzero"`
	Notes      []Note `json:"notes,omitempty"` // extensions and re-checks
}

// Note is one remark on a finding: an extension approved, or a re-check.
type Note struct {
	On     Day    `json:"on"`
	Act    string `json:"act"`
	Result string `json:"result,omitempty"`
	Text   string `json:"text"`
	Due    Day    `json:"due,omitzero"`
}

// Inspection is what a check is about and how far it has come.
type Inspection struct {
	Kind         string    `json:"kind"` // periodic | adhoc
	Rule         string    `json:"rule,omitempty"`
	NextDue      Day       `json:"next_due,omitzero"` // last day of the interval
	Provisional  bool      `json:"provisional,omitempty"`
	Since        Day       `json:"since,omitzero"`    // the day the interval began
	Follows      string    `json:"follows,omitempty"` // check whose conclusion began it; empty: a decision did
	Systems      []string  `json:"systems,omitempty"`
	Scope        string    `json:"scope,omitempty"`
	From         Day       `json:"from,omitzero"`
	To           Day       `json:"to,omitzero"`
	Coordinating []string  `json:"coordinating,omitempty"`
	Sent         []string  `json:"sent,omitempty"`
	SentOn       Day       `json:"sent_on,omitzero"`
	Performer    string    `json:"performer,omitempty"`
	Quality      string    `json:"quality,omitempty"`
	Contents     []string  `json:"contents,omitempty"`
	Decider      string    `json:"decider,omitempty"` // office that ordered it
	DeciderCap   string    `json:"decider_capacity,omitempty"`
	Started      Day       `json:"started,omitzero"`
	Finished     Day       `json:"finished,omitzero"`
	Comment      string    `json:"comment,omitempty"`
	Silent       bool      `json:"silent,omitempty"`
	Concluded    Day       `json:"concluded,omitzero"`
	Findings     []Finding `json:"findings,omitempty"`
}

// NextFinding is the first day by which an open finding must be repaired, zero
// for none.
func (k *Inspection) NextFinding() Day {
	var first Day
	for _, f := range k.Findings {
		if f.Closed.IsZero() && byDay(f.Due, first) < 0 {
			first = f.Due
		}
	}
	return first
}

// Appraiser is who stands in for the SDU by decision of the owner where the SDU
// operates the system itself.
type Appraiser struct {
	Mode    string   `json:"mode"` // unit | council
	Office  string   `json:"office"`
	Members []string `json:"members,omitempty"`
	No      string   `json:"no"`
	Date    Day      `json:"date"`
}

// Hold ties a case to a regime beyond its term, by declaration or by choice.
type Hold struct {
	Kind        string `json:"kind"` // declared | chosen
	Regime      string `json:"regime"`
	Until       Day    `json:"until"`
	ProjectNo   string `json:"project_no,omitempty"`
	ProjectDate Day    `json:"project_date,omitzero"`
	Reason      string `json:"reason,omitempty"`
}

// Edition is one version of a dossier as it was sent.
type Edition struct {
	Version    int            `json:"version"`
	Components map[int]string `json:"components"`       // number of Đ15 → what was attached
	Design     string         `json:"design,omitempty"` // preliminary | construction | equivalent
	Facts      Facts          `json:"facts,omitempty"`  // as submitted
	Verdict    regime.Verdict `json:"verdict"`          // as submitted
	Override   string         `json:"override,omitempty"`
	Reason     string         `json:"reason,omitempty"`
	Reasoning  string         `json:"reasoning,omitempty"`
	Originals  int            `json:"originals,omitempty"`
	Copies     int            `json:"copies,omitempty"`
	Received   Day            `json:"received,omitzero"`
	Asked      []string       `json:"asked,omitempty"` // points of the supplement notice
	Answers    []string       `json:"answers,omitempty"`
	Conclusion *Conclusion    `json:"conclusion,omitempty"`
	Extra      []string       `json:"extra,omitempty"` // further points explained at levels 4 and 5
	Risk       bool           `json:"risk,omitempty"`  // a risk assessment is attached
	Joint      []JointVerdict `json:"joint,omitempty"` // on the other systems, as submitted
}

// Decided is the decision a case ended with.
type Decided struct {
	No          string `json:"no"`
	Date        Day    `json:"date"`
	By          string `json:"by"`
	Level       int    `json:"level"`
	Paper       string `json:"paper"`
	Person      string `json:"person"`
	QuyChe      string `json:"quy_che,omitempty"`
	QuyCheDate  Day    `json:"quy_che_date,omitzero"`
	Reported    bool   `json:"reported,omitempty"`
	Corrections int    `json:"corrections,omitempty"`
}

// The kinds of a case.
const (
	KindDossier = ""
	KindCheck   = "check"
)

// Case is a running instance of a procedure: a dossier, or a check of a system
// or of an owner's whole activity.
type Case struct {
	ID         string      `json:"id"`
	Kind       string      `json:"kind,omitempty"`
	System     string      `json:"system,omitempty"`
	Owner      string      `json:"owner,omitempty"` // of a check of the whole activity
	Track      string      `json:"track"`           // operating | project
	Level      int         `json:"level"`           // proposed; from approval the decided one
	State      string      `json:"state"`
	Stage      string      `json:"stage"`
	Version    int         `json:"version"`
	Again      bool        `json:"again,omitempty"` // a re-determination
	Regime     string      `json:"regime"`          // of the last step
	Hold       *Hold       `json:"hold,omitempty"`
	Editions   []Edition   `json:"editions"` // one a version, the last is the present one
	Due        *Due        `json:"due,omitempty"`
	Also       []Due       `json:"also,omitempty"`  // deadlines that run whatever the state
	Hands      string      `json:"hands,omitempty"` // capacity that has the file, where the state does not say it
	Marks      []string    `json:"marks,omitempty"` // rules whose day passed, in order
	Appraiser  *Appraiser  `json:"appraiser,omitempty"`
	Preparers  []string    `json:"preparers"`
	Decided    *Decided    `json:"decided,omitempty"`
	Opinion    *Opinion    `json:"opinion,omitempty"`
	Joint      []Joint     `json:"joint,omitempty"`      // other systems the dossier speaks of
	ListAsked  bool        `json:"list_asked,omitempty"` // the owner asks for the national list
	Listing    *Recorded   `json:"listing,omitempty"`    // the Prime Minister's decision
	Trigger    *Trigger    `json:"trigger,omitempty"`
	Inspection *Inspection `json:"check,omitempty"`
	Opened     Day         `json:"opened"`
	Revision   int64       `json:"revision"` // counts the steps taken; what a Want compares
}

// NextClock is the first day whose passing the clock has not dealt with; zero
// when there is none.
func (c *Case) NextClock() Day {
	var first Day
	for _, d := range c.dues() {
		if !d.Marked && (first.IsZero() || d.Day.Before(first)) {
			first = d.Day
		}
	}
	return first
}

// NextDue is the day that the case is due, zero for none: of a dossier that of its
// present state, of a check its own day, once it is concluded that of the first
// finding still open.
func (c *Case) NextDue() Day {
	switch {
	case c.Due != nil:
		return c.Due.Day
	case c.Inspection != nil && c.Inspection.Concluded.IsZero():
		return c.Inspection.NextDue
	case c.Inspection != nil:
		return c.Inspection.NextFinding()
	}
	return Day{}
}

// dues lists every deadline that runs, that of the state first.
func (c *Case) dues() []*Due {
	var out []*Due
	if c.Due != nil {
		out = append(out, c.Due)
	}
	for i := range c.Also {
		out = append(out, &c.Also[i])
	}
	return out
}

// Present is the edition being worked on.
func (c *Case) Present() *Edition { return &c.Editions[len(c.Editions)-1] }

// Refusal is why a step was not taken, as kept in the history.
type Refusal struct {
	Kind  Kind       `json:"kind"`
	Key   string     `json:"key"`
	Guard string     `json:"guard,omitempty"`
	Basis []Citation `json:"basis,omitempty"`

	Args map[string]string `json:"args,omitempty"` // that fill its words
}

// Words is what the refusal is told with.
func (r Refusal) Words() (key string, args map[string]string) {
	if r.Guard != "" {
		return "guard." + r.Guard, r.Args
	}
	return "kind." + string(r.Kind), r.Args
}

// Event is one line of the history: a step taken or a step refused. Events are
// only ever added.
type Event struct {
	Seq      int64         `json:"seq"` // running number over all events, given by the store
	Case     string        `json:"case,omitempty"`
	System   string        `json:"system,omitempty"`
	Office   string        `json:"office_object,omitempty"`
	Act      string        `json:"act"`
	Person   string        `json:"person"`
	Role     string        `json:"role,omitempty"`
	For      string        `json:"for,omitempty"`  // office the person acted for
	Rule     string        `json:"rule,omitempty"` // policy line that allowed it
	On       Day           `json:"on"`
	At       time.Time     `json:"at"`
	From     string        `json:"from,omitempty"`
	To       string        `json:"to,omitempty"`
	Version  int           `json:"version,omitempty"`
	Regime   string        `json:"regime,omitempty"`
	Basis    []Citation    `json:"basis,omitempty"`
	Origin   regime.Origin `json:"origin,omitempty"`
	With     With          `json:"with,omitempty"`
	Papers   []string      `json:"papers,omitempty"`
	Refused  *Refusal      `json:"refused,omitempty"`
	Revision int64         `json:"revision,omitempty"`
}

// Paper is a printed official document.
type Paper struct {
	ID      string     `json:"id"`
	Case    string     `json:"case,omitempty"`
	System  string     `json:"system,omitempty"`
	Office  string     `json:"office,omitempty"` // acted on, where it is neither
	Form    string     `json:"form"`
	Regime  string     `json:"regime"`
	Version int        `json:"version"`
	Order   int64      `json:"order"` // revision of the case that issued it
	Issuer  string     `json:"issuer"`
	Number  string     `json:"number,omitempty"` // number and symbol, empty for unnumbered slips
	Date    Day        `json:"date"`
	Draft   bool       `json:"draft,omitempty"`
	SHA256  string     `json:"sha256"`
	Size    int        `json:"size"` // bytes of the PDF
	Text    string     `json:"-"`
	PDF     []byte     `json:"-"`
	Facts   PaperFacts `json:"-"`
}

// RegisterEntry is one row of an owner's register over the days it holds:
// from From up to, not including, To.
type RegisterEntry struct {
	ID           string    `json:"id"`
	Owner        string    `json:"owner"`
	System       string    `json:"system"`
	SystemName   string    `json:"system_name"`
	Operator     string    `json:"operator"`
	OperatorName string    `json:"operator_name"` // as valid when the row began
	Level        int       `json:"level"`
	Regime       string    `json:"regime"`
	Decided      LooseDate `json:"decided"`
	No           string    `json:"no,omitempty"` // unknown for imported rows
	By           string    `json:"by,omitempty"`
	Meets        string    `json:"meets,omitempty"` // met | unmet
	From         Day       `json:"from"`
	To           Day       `json:"to,omitzero"`
	Ended        string    `json:"ended,omitempty"` // why it ended: corrected, operator, owner, superseded
	Case         string    `json:"case,omitempty"`
	Source       string    `json:"source,omitempty"` // import file and line
	Mark         string    `json:"mark,omitempty"`   // decommissioned
	Order        int       `json:"order"`            // position among rows of one day
}

// NumberState is the life of a number in its book.
type NumberState string

// The states of a number; a number is never reused.
const (
	Reserved NumberState = "reserved"
	Used     NumberState = "used"
	Void     NumberState = "void"
)

// Number is one line of an issuer's book for a year (NĐ 30/2020 Đ15).
type Number struct {
	ID     string      `json:"id"`
	Issuer string      `json:"issuer"`
	Series string      `json:"series"` // empty for the issuer's one series, else the type
	Year   int         `json:"year"`
	N      int         `json:"n"`
	Text   string      `json:"text"` // number and symbol as printed
	State  NumberState `json:"state"`
	Reason string      `json:"reason,omitempty"` // of a void number
	Typed  bool        `json:"typed,omitempty"`  // given by the document system, not drawn here
	Case   string      `json:"case,omitempty"`
	Order  int64       `json:"order,omitempty"`
	Form   string      `json:"form,omitempty"`
	On     Day         `json:"on"`
	Person string      `json:"person,omitempty"`
}
