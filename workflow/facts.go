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
	Actor       string // name of the person who acts
	Project     *CitedPaper
	Register    *RegisterFacts
	Report      *ReportFacts
	Layers      *LayerFacts
	Plan        *PlanFacts
}

// RegisterFacts is a register as of a day.
type RegisterFacts struct {
	On     Day
	Rows   []RegisterRow
	Counts [6]int // by level, index 1 to 5
	Source string // named import sources, if any
}

// RegisterRow is one printed row.
type RegisterRow struct {
	N                     int
	Unit, System, Decided string
	Level                 int
	Meets                 string // met | unmet | ""
	No, By, Mark          string
}
