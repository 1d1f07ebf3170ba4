package workflow

import "capdo/workflow/regime"

// OfficeFacts is an office as a paper prints it.
type OfficeFacts struct {
	ID, Name, Parent, Place, Symbol, Address, Title, Mark string
}

// CitedPaper is another paper that a paper refers to.
type CitedPaper struct {
	No     string
	Date   Day
	Issuer string // name
}

// PaperFacts is all a form may print. Every paper is a pure function of it.
type PaperFacts struct {
	Form        string // form key, e.g. form-06
	Regime      string // key
	RegimeTitle string // as printed
	Standard    string // technical standard of the regime
	Draft       bool
	DemoDay     Day // the supposed day of a demo province, zero otherwise
	Number      string
	Date        Day
	Issuer      OfficeFacts
	To          []OfficeFacts // addressees
	Signatory   string        // may be empty: the name is then left to the signer
	Sign        SignFacts     // the lines above the signature (NĐ 30/2020, Annex I, II.7)
	Delegated   *CitedPaper
	System      string
	Address     string
	Owner       OfficeFacts
	Operator    OfficeFacts
	Operators   []OfficeFacts
	SDU         OfficeFacts
	Appraiser   OfficeFacts // who appraises: SDU, assigned unit, or the host of the council
	Council     []string    // names of the members
	Assigned    *CitedPaper // decision that assigned the appraiser or council
	Level       int
	Implied     int
	Again       bool
	Track       string
	Version     int
	Bases       []string        // texts in force on the day, in order, as printed
	Reasons     []regime.Reason // criteria relied on
	Flags       []string
	Components  []int  // attached components, by number
	Design      string // preliminary | construction | equivalent
	Originals   int
	Copies      int
	Request     *CitedPaper // form-01/02 of this version
	Opinion     *CitedPaper // form-04 or minutes of this version
	Submission  *CitedPaper // form-05
	Decision    *CitedPaper // form-06
	QuyChe      *CitedPaper
	Conclusion  *Conclusion
	Received    Day
	Due         *Due
	DueName     string // what the deadline is called
	Reason      string
	Override    string
	Reasoning   string
	Points      []string // of a supplement notice
	Answers     []string
	Text        string
	From, To2   Day // of a visit on site
	Notice      string
	Weaknesses  string
	Field       string // of a correction
	Was, Now    string
	Result      string            // of a review: keep | redetermine
	Joint       []JointFacts      // other systems of the dossier
	JointBasis  []regime.Citation // by which it speaks of several
	ListAsked   bool              // the owner asks to enter the system in the national list (NĐ 331/2026 Đ17)
	Actor       string            // name of the person who acts
	Project     *CitedPaper
	Outside     *OutsideFacts // the paper of another body that this one records
	Expert      *ExpertFacts  // the SDU's professional opinion
	Extra       []string      // further points explained at levels 4 and 5
	Risk        bool          // a risk assessment is attached
	Listing     *CitedPaper   // the Prime Minister's decision on the list
	Trigger     string        // code of what made a level be determined again
	Replaces    *CitedPaper   // the decision in force that a new one replaces
	OldLevel    int           // its level
	Ended       *CitedPaper   // the decision that ends here
	EndPlan     string        // how operation ends
	WipeMinutes string        // minutes of the wiping of data
	Check       *CheckFacts   // of papers of a check
	Mandate     *MandateFacts // of a designation or a delegation
	Register    *RegisterFacts
	Sheet       *SheetFacts
	Overview    *OverviewFacts // of the description of a system alone
	Report      *ReportFacts
	Layers      *LayerFacts
	Plan        *PlanFacts
	Proof       *ProofFacts // by what anybody may check the paper; nil on drafts and on papers that bear no code
}

// ProofFacts is by what anybody who holds a paper may check it.
type ProofFacts struct {
	Code string // as printed, in groups of four
	Link string // what the square code holds
	Page string // address of the page to type the code into; empty: none is known
	Seal string // the checkpoint that the history stood at, if there is one: "12: 9F3A…"
}

// SignFacts are the lines above a signature, at most three: the mark of a
// collective body (TM.), the title with its mark (KT., TL., TUQ.), and the
// title of the one who signs.
type SignFacts struct{ First, Second, Third string }

// OutsideFacts is a paper of an outside body, recorded with its own number and day.
type OutsideFacts struct {
	Form         string // what it is: form-04, receipt-mark, supplement-notice, list-submission, pm-decision
	By           OfficeFacts
	No           string
	Date         Day
	Fit          bool // of an opinion
	Coordinating []OfficeFacts
}

// ExpertFacts is the SDU's professional opinion at levels 4 and 5 (NĐ 85/2016 Đ15 k5).
type ExpertFacts struct {
	Level, Plan string // fit | unfit
	Text        string
	On          Day
}

// MandateFacts is who is designated or acts for the owner, by what paper, for
// what and until when.
type MandateFacts struct {
	To      OfficeFacts
	No      string
	Date    Day
	Systems []string
	Duties  string
	From    Day
	Until   Day
}

// CheckFacts is what papers of a check print.
type CheckFacts struct {
	Kind         string // periodic | adhoc
	Rule         string // of the interval, empty for an ad hoc check
	DueDay       Day    // last day of the interval
	Organisation bool   // the check is of the owner's whole activity, not of one system
	Systems      []string
	Scope        string
	From, To     Day
	Coordinating []OfficeFacts
	Sent         []OfficeFacts
	Performer    OfficeFacts
	Quality      string // by what the performer qualifies: licensed, designated, public_service, sdu, centre, owner_allowed, independent_unit
	Contents     []string
	Inspected    OfficeFacts
	Plan         *CitedPaper
	Decision     *CitedPaper
	Started      Day
	Finished     Day
	Comment      string // empty when the time passed in silence
	Silent       bool
	Findings     []FindingFacts
	NextDue      Day
}

// FindingFacts is one finding as printed.
type FindingFacts struct {
	N          int
	ID, Text   string
	Severity   string // low | medium | high | critical, empty when not graded
	Due        Day
	WrongLevel int
	Evidence   string
	Closed     Day
	Note       string // of the last re-check or extension
}

// RegisterFacts is a register as of a day.
type RegisterFacts struct {
	On     Day
	Rows   []RegisterRow
	Counts [6]int     // by level, index 1 to 5
	Sets   []SetCount // by rule set, where there is more than one
	Source string     // named import sources, if any
	Total  int        // rows of the whole
	Volume int        // which part of a long register this is, from 1; 0: the whole
	Parts  int        // how many volumes there are
}

// volume is the n-th part of a register, from 1, of most rows each. Counts stay
// those of the whole.
func (f *RegisterFacts) volume(n, most int) *RegisterFacts {
	part := *f
	part.Volume, part.Parts = n, f.Volumes(most)
	part.Rows = f.Rows[(n-1)*most : min(n*most, len(f.Rows))]
	return &part
}

// Volumes is how many volumes a register takes of most rows each.
func (f *RegisterFacts) Volumes(most int) int { return max(1, (len(f.Rows)+most-1)/most) }

// RegisterRow is one printed row.
type RegisterRow struct {
	N                     int
	Unit, System, Decided string
	Level                 int
	Meets                 string // met | unmet | ""
	No, By, Mark          string
	RuleSet               string // label beside the level, where the register holds more than one rule set
}
