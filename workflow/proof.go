package workflow

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"encoding/hex"
	"encoding/json"
	"regexp"
	"slices"
	"strings"
)

// Proof is what the store keeps of a paper that carries a code: enough to answer
// whoever holds the paper, and never the code itself.
type Proof struct {
	Hash   string // CodeHash of the code
	Paper  string // id
	Form   string
	Case   string // of the paper, may be empty
	System string // of the paper, empty for an edition of a register
	Issuer string // id of the office
	Number string // empty for an edition of a register
	Date   Day
	Level  int
	SHA256 string // of the PDF, in hex
}

// ProofStore finds papers by what somebody who holds one can show.
type ProofStore interface {
	// ProofByCode and ProofByFile find a paper by the hash of its code and by that
	// of its PDF.
	ProofByCode(ctx context.Context, hash string) (Proof, error)
	ProofByFile(ctx context.Context, sha256 string) (Proof, error)
	// KeepEdition keeps a printed register; one that is there already stays as it
	// is and is given back.
	KeepEdition(ctx context.Context, p Paper) (Paper, error)
	// Newest gives the id of the edition of an owner's register that is of the
	// latest day, and of that day the last kept.
	Newest(ctx context.Context, owner string) (paper string, err error)
	// Entries gives every row that a system ever had in a register, in the order
	// they began.
	Entries(ctx context.Context, system string) ([]RegisterEntry, error)
}

// Verified is what anybody is told of a paper he holds: never the name of the
// system, what it is made of, or who signed.
type Verified struct {
	Form   string `json:"form"`
	Number string `json:"number,omitempty"` // of a register: none
	Date   Day    `json:"date"`             // of a register: the day it shows
	Issuer string `json:"issuer"`           // its name on that day
	Level  int    `json:"level,omitempty"`
	State  string `json:"state"` // in_force | superseded | corrected | ended
	SHA256 string `json:"sha256"`
}

// The states of a paper as the public is told.
const (
	inForce    = "in_force"
	superseded = "superseded"
	corrected  = "corrected"
	ended      = "ended"
)

var codeForm = regexp.MustCompile(`^[A-Z2-7]{16}$`)

// misread puts right what people read wrong on paper; the alphabet has no 0, 1
// and 8.
var misread = strings.NewReplacer("-", "", " ", "", "0", "O", "1", "I", "8", "B")

// CodeHash is what a code is looked up by, in hex; empty where the text cannot be
// a code. Small letters, missing dashes and 0, 1, 8 for O, I, B do no harm.
func CodeHash(code string) string {
	if len(code) > 64 {
		return ""
	}
	code = misread.Replace(strings.ToUpper(strings.TrimSpace(code)))
	if !codeForm.MatchString(code) {
		return ""
	}
	sum := sha256.Sum256([]byte(code))
	return hex.EncodeToString(sum[:])
}

// newCode draws 80 random bits, in four groups of four letters.
func newCode() string {
	b := make([]byte, 10)
	_, _ = rand.Read(b) // never fails
	s := base32.StdEncoding.EncodeToString(b)
	return s[:4] + "-" + s[4:8] + "-" + s[8:12] + "-" + s[12:]
}

// verifyScheme opens what the square code holds where no page is known.
const verifyScheme = "capdo:verify:"

// prove gives a paper the code by which anybody may check it, where its form has
// room for one. A draft proves nothing.
func (s *Service) prove(ctx context.Context, f *PaperFacts) error {
	if f.Draft {
		return nil
	}
	if yes, err := s.Printer.Proven(f.Regime, f.Form); err != nil || !yes {
		return err
	}
	code := newCode()
	f.Proof = &ProofFacts{Code: code, Link: verifyScheme + code}
	house, err := s.Province(ctx)
	if err != nil {
		return err
	}
	if house.URL != "" {
		f.Proof.Page = house.URL + "/verify"
		f.Proof.Link = f.Proof.Page + "/" + code
	}
	if s.Seal == nil {
		return nil
	}
	f.Proof.Seal, err = s.Seal(ctx)
	return err
}

// ProofOf is what a store keeps of a paper; false where it carries no code.
func ProofOf(p Paper) (Proof, bool) {
	f := p.Facts
	if f.Proof == nil {
		return Proof{}, false
	}
	return Proof{Hash: CodeHash(f.Proof.Code), Paper: p.ID, Form: p.Form, Case: p.Case, System: p.System, Issuer: p.Issuer,
		Number: p.Number, Date: p.Date, Level: f.Level, SHA256: p.SHA256}, true
}

// VerifyCode tells of the paper that carries a code. A code that cannot be one
// and a code of no paper are answered alike.
func (s *Service) VerifyCode(ctx context.Context, code string) (*Verified, error) {
	hash := CodeHash(code)
	if hash == "" {
		return nil, notFound("proof", "")
	}
	p, err := s.Store.ProofByCode(ctx, hash)
	return s.verified(ctx, p, err)
}

// VerifyHash tells of the paper whose PDF has this SHA-256, in hex.
func (s *Service) VerifyHash(ctx context.Context, sha256 string) (*Verified, error) {
	p, err := s.Store.ProofByFile(ctx, strings.ToLower(sha256))
	return s.verified(ctx, p, err)
}

func (s *Service) verified(ctx context.Context, p Proof, err error) (*Verified, error) {
	if err != nil {
		return nil, err
	}
	issuer, err := s.Store.Office(ctx, p.Issuer)
	if err != nil {
		return nil, err
	}
	state, err := s.proofState(ctx, p)
	return &Verified{Form: p.Form, Number: p.Number, Date: p.Date, Issuer: issuer.At(p.Date).Name, Level: p.Level, State: state, SHA256: p.SHA256}, err
}

// proofState is what became of a paper since it was issued.
func (s *Service) proofState(ctx context.Context, p Proof) (string, error) {
	switch {
	case p.Case != "":
		return s.stateOfCase(ctx, p)
	case p.System != "":
		return inForce, nil // it ends what was before it, and nothing ends it
	}
	newest, err := s.Store.Newest(ctx, p.Issuer)
	if err == nil && whole(newest) != whole(p.Paper) {
		return superseded, nil
	}
	return inForce, err
}

// volumeMark stands before the number of a volume in the id of an edition.
const volumeMark = ".v"

// whole is the edition that a volume belongs to.
func whole(edition string) string {
	id, _, _ := strings.Cut(edition, volumeMark)
	return id
}

// stateOfCase reads it from the rows that the case brought into the register: the
// last of them tells whether its decision still counts.
func (s *Service) stateOfCase(ctx context.Context, p Proof) (string, error) {
	c, err := s.Store.Case(ctx, p.Case)
	if err != nil {
		return "", err
	}
	rows, err := s.Store.Entries(ctx, p.System)
	if err != nil {
		return "", err
	}
	rows = slices.DeleteFunc(rows, func(e RegisterEntry) bool { return e.Case != p.Case })
	if n := len(rows); n > 0 {
		switch last := rows[n-1]; {
		case last.Mark != "":
			return ended, nil
		case last.Ended != "":
			return superseded, nil
		}
	}
	if d := c.Decided; d != nil && d.Paper == p.Paper && d.Corrections > 0 {
		return corrected, nil
	}
	return inForce, nil
}

// edition gives the printed register of these facts, or one volume of it: the one
// that was handed out before, byte for byte, or a new one that is kept from now on.
func (s *Service) edition(ctx context.Context, f PaperFacts, volume int) (Paper, error) {
	facts, err := json.Marshal(f)
	if err != nil {
		return Paper{}, err
	}
	sum := sha256.Sum256(facts)
	id := f.Form + "." + hex.EncodeToString(sum[:10])
	if volume > 0 {
		id += volumeMark + itoa(volume)
		f.Register = f.Register.volume(volume, RegisterVolume)
	}
	kept, err := s.Store.Paper(ctx, id)
	if p, is := ProblemOf(err); !is || p.Kind != NotFound {
		return kept, err
	}
	if err := s.prove(ctx, &f); err != nil {
		return Paper{}, err
	}
	p, err := s.printed(ctx, f)
	if err != nil {
		return Paper{}, err
	}
	p.ID, p.Office = id, f.Owner.ID
	return s.Store.KeepEdition(ctx, p)
}
