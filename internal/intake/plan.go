package intake

import (
	"io"
	"math/big"
	"regexp"
	"strings"

	"capdo/internal/vn"
	"capdo/workflow"
)

// Reasons a line of a list is refused for, beside those of the register.
const (
	AmountUnreadable = "amount_unreadable"
	LayerUnknown     = "layer_unknown"
	StateUnknown     = "state_unknown"
)

var planColumns = []listColumn{
	{key: "no", words: numberHeadings, whole: true},
	{key: "name", words: []string{"ten nhiem vu", "ten du an"}, first: true, need: true},
	{key: "amount", words: []string{"tong muc dau", "tong kinh phi"}, first: true, need: true},
	{key: "fund", words: []string{"nguon von"}, first: true},
	{key: "status", words: []string{"hien trang"}, first: true},
	{key: "lead", words: []string{"don vi chu tri"}, first: true},
	{key: "mode", words: []string{"moi hay chuyen tiep"}},
	{key: "own", words: []string{"von ung dung"}, first: true},
	{key: "other", words: []string{"von khac"}, first: true},
}

// annexes are the headings the lists stand under in the text of a plan.
var annexes = map[string]string{"spending": "phu luc ii", "security": "phu luc iii", "next_year": "phu luc iv"}

// planUnits are what the amounts of a list are written in where it does not say.
var planUnits = map[string]int64{"spending": 1, "security": 1, "next_year": 1_000_000}

// ReadPlan reads one list of a province's plan: CSV, XLSX, or the text of the
// published plan, where kind tells which annex is meant. It gives the tasks, the
// printed total, and a reason for every line refused. A file refused whole gives
// a *FileError.
func ReadPlan(r io.Reader, name, kind string) (workflow.PlanList, []workflow.RowRefusal, string, error) {
	found, err := readList(r, name, planColumns, annexes[kind])
	if err != nil {
		return workflow.PlanList{}, nil, "", err
	}
	p := &planReader{list: workflow.PlanList{Kind: kind}, refused: found.refused, unit: planUnits[kind]}
	if strings.Contains(found.before, "don vi tinh: trieu dong") {
		p.unit = 1_000_000
	} else if strings.Contains(found.before, "don vi tinh: dong") {
		p.unit = 1
	}
	for _, l := range found.lines {
		p.take(l)
	}
	return p.list, p.refused, found.source, nil
}

type planReader struct {
	list    workflow.PlanList
	refused []workflow.RowRefusal
	unit    int64
	closed  bool // the total was met
}

func (p *planReader) take(l listLine) {
	row := workflow.PlanRow{Line: l.line, No: l.cells["no"], Name: l.cells["name"], Lead: l.cells["lead"], Mode: l.cells["mode"], Fund: l.cells["fund"], Status: l.cells["status"]}
	good := true
	refuse := func(column, reason, value string) {
		good = false
		p.refused = append(p.refused, workflow.RowRefusal{Line: l.line, Column: column, Reason: reason, Value: show(value)})
	}
	for key, at := range map[string]**int64{"amount": &row.Amount, "own": &row.Own, "other": &row.Other} {
		n, ok := readAmount(l.cells[key], p.unit, l.number[key])
		if *at = n; !ok {
			refuse(key, AmountUnreadable, l.cells[key])
		}
	}
	if beginsWithAny(vn.Fold(row.No+row.Name), closings) {
		if p.closed = true; good && row.Amount != nil {
			p.list.Total = &row
		}
		return
	}
	if p.closed && row.Amount == nil {
		return // notes below the total
	}
	row.Heading = rank.MatchString(row.No)
	if row.Name == "" {
		refuse("task", Empty, "")
	}
	if row.Amount == nil && good && !row.Heading {
		refuse("amount", Empty, "")
	}
	if good {
		p.list.Rows = append(p.list.Rows, row)
	}
}

var (
	dotted  = regexp.MustCompile(`^\d{1,3}(\.\d{3})+(,\d+)?$`)
	plainly = regexp.MustCompile(`^\d+(,\d+)?$`)
	kept    = regexp.MustCompile(`^\d+(\.\d+)?([eE]\+?\d{1,2})?$`) // as a workbook keeps a number
	mostVND = big.NewRat(1_000_000_000_000_000, 1)
)

// readAmount reads an amount written in a unit of đồng, as Vietnamese papers do
// (dots between thousands, a comma before decimals) or as a workbook keeps
// numbers. A dash is nothing; an empty cell gives nil. Parts of a đồng, signs and
// sums beyond a million milliard are not read.
func readAmount(text string, unit int64, number bool) (*int64, bool) {
	zero := int64(0)
	switch {
	case text == "":
		return nil, true
	case text == "-" || text == "–":
		return &zero, true
	case len(text) > 40:
		return nil, false
	case number && kept.MatchString(text):
	case dotted.MatchString(text) || plainly.MatchString(text):
		text = strings.Replace(strings.ReplaceAll(text, ".", ""), ",", ".", 1)
	default:
		return nil, false
	}
	n, ok := new(big.Rat).SetString(text)
	if !ok || n.Sign() < 0 {
		return nil, false
	}
	n.Mul(n, new(big.Rat).SetInt64(unit))
	if !n.IsInt() || n.Cmp(mostVND) > 0 {
		return nil, false
	}
	whole := n.Num().Int64()
	return &whole, true
}
