package regime

import (
	"fmt"
	"regexp"
)

// Citation names one place in a legal text: instrument, article, clause, point,
// for example "NĐ 85/2016 Đ12 k2 b". An instrument alone is not a citation of a
// rule and is refused by the reader unless the file marks the rule as silent.
type Citation string

var citation = regexp.MustCompile(`^\S.* Đ\d+[a-zđ]?( k\d+[a-zđ]?)?( [a-zđ](-[a-zđ])?)?( gạch \d+)?$`)

// Check tells whether the citation is written as the rule book writes them.
func (c Citation) Check() error {
	if !citation.MatchString(string(c)) {
		return fmt.Errorf("citation %q is not of the form \"<instrument> Đ1 k2 a\"", string(c))
	}
	return nil
}

// Origin says where a rule comes from.
type Origin string

// The three origins of a rule: the text of a law, our interpretation of an
// unclear text, our own decision where the law is silent.
const (
	Law     Origin = "law"
	Reading Origin = "reading"
	Design  Origin = "design"
)

func (o Origin) valid() bool { return o == Law || o == Reading || o == Design }

// Verified says how far a rule was checked against a source: primary (the full
// legal text), primary-copy (the full text in a copy without signature),
// secondary, or unverified, which users must be able to see.
type Verified string

// The marks of verification.
const (
	Primary     Verified = "primary"
	PrimaryCopy Verified = "primary-copy"
	Secondary   Verified = "secondary"
	Unverified  Verified = "UNVERIFIED"
)

func (v Verified) valid() bool {
	return v == "" || v == Primary || v == PrimaryCopy || v == Secondary || v == Unverified
}
