package workflow

import (
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
}

// Grant gives a person a role in an office from one day to another, both included.
type Grant struct {
	Office string `json:"office"`
	Role   string `json:"role"`
	From   Day    `json:"from,omitzero"`
	To     Day    `json:"to,omitzero"`
	Source string `json:"source,omitempty"` // the paper the grant rests on
}

// On tells whether the grant runs on the day.
func (g Grant) On(d Day) bool {
	return (g.From.IsZero() || !d.Before(g.From)) && (g.To.IsZero() || !d.After(g.To))
}

// Person is somebody who acts, with all grants ever given.
type Person struct {
	ID     string  `json:"id"`
	Name   string  `json:"name"`
	Grants []Grant `json:"grants"`
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
	ID        string   `json:"id"`
	Name      string   `json:"name"`
	Owners    []string `json:"owners"`    // more than one is a mistake that no dossier passes
	Operators []string `json:"operators"` // several need a Lead
	Lead      string   `json:"lead,omitempty"`
	SDU       string   `json:"sdu,omitempty"`
	Lease     *Lease   `json:"lease,omitempty"`
	Facts     Facts    `json:"facts"`
	Address   string   `json:"address,omitempty"`
	State     string   `json:"state"`
	Decision  string   `json:"decision,omitempty"` // id of the register entry in force
	Level     int      `json:"level,omitempty"`    // level in force, 0 for none
	LevelBy   string   `json:"level_by,omitempty"` // regime of the level in force
	Source    string   `json:"source,omitempty"`
	Revision  int64    `json:"revision"`
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

// Case is a running instance of a procedure.
type Case struct {
	ID        string     `json:"id"`
	System    string     `json:"system"`
	Track     string     `json:"track"` // operating | project
	Level     int        `json:"level"` // proposed; from approval the decided one
	State     string     `json:"state"`
	Stage     string     `json:"stage"`
	Version   int        `json:"version"`
	Again     bool       `json:"again,omitempty"` // a re-determination
	Regime    string     `json:"regime"`          // of the last step
	Hold      *Hold      `json:"hold,omitempty"`
	Editions  []Edition  `json:"editions"` // one a version, the last is the present one
	Due       *Due       `json:"due,omitempty"`
	Marks     []string   `json:"marks,omitempty"` // rules whose day passed, in order
	Appraiser *Appraiser `json:"appraiser,omitempty"`
	Preparers []string   `json:"preparers"`
	Decided   *Decided   `json:"decided,omitempty"`
	Opened    Day        `json:"opened"`
	Revision  int64      `json:"revision"` // counts the steps taken; what a Want compares
}

// Present is the edition being worked on.
func (c *Case) Present() *Edition { return &c.Editions[len(c.Editions)-1] }

// Refusal is why a step was not taken, as kept in the history.
type Refusal struct {
	Kind  Kind       `json:"kind"`
	Key   string     `json:"key"`
	Guard string     `json:"guard,omitempty"`
	Basis []Citation `json:"basis,omitempty"`
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
