package identity

import (
	"context"
	"slices"
	"strings"
	"unicode"

	"github.com/trustelem/zxcvbn"

	"capdo/internal/vn"
)

// A password that so many guesses find, the likely ones first, is too common.
// Guessing at our door is slow; but a password is used at other doors too.
const fewGuesses = 1e8

// looked is how much of a password is judged: who types more has no common one,
// and judging takes longer with each letter.
const looked = 72

// houseWords are what anybody tries first at this door.
var houseWords = []string{"capdo", "cấp độ", "an toàn thông tin", "mật khẩu", "quản trị", "Việt Nam"}

// common tells whether a password is among those tried first: known ones, rows of
// the keyboard, repeated or counted letters, and what others know of the person
// and the house. Marks, capitals and what stands between words make no difference.
func common(password string, words []string) bool {
	var known []string
	for _, w := range append(words, houseWords...) {
		f := vn.Fold(w)
		known = append(append(known, f, lettersOf(f), strings.ToLower(vn.Initials(w))), strings.Fields(f)...)
	}
	known = slices.DeleteFunc(known, func(w string) bool { return w == "" })
	folded := []rune(vn.Fold(normal(password)))
	text := string(folded[:min(len(folded), looked)])
	guesses := zxcvbn.PasswordStrength(text, known).Guesses
	if plain := lettersOf(text); 2*len(plain) > len(text) { // not so of signs alone
		guesses = min(guesses, zxcvbn.PasswordStrength(plain, known).Guesses)
	}
	return guesses < fewGuesses
}

// lettersOf leaves letters and digits alone.
func lettersOf(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return -1
	}, text)
}

// Known makes passwords of a person be compared with what others know: names of
// the person, of the offices and of the house.
func (i *Identity) Known(words func(ctx context.Context, person string) ([]string, error)) *Identity {
	i.known = words
	return i
}

// acceptable tells whether a person may set a password: ErrPassword or ErrCommon
// when not.
func (i *Identity) acceptable(ctx context.Context, login, person, password string) error {
	words := []string{login}
	if i.known != nil {
		more, err := i.known(ctx, person)
		if err != nil {
			return err
		}
		words = append(words, more...)
	}
	return Acceptable(password, words...)
}
