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

// common tells whether a password is among those tried first: known ones, rows of
// the keyboard, repeated or counted letters, and what others know of the person
// and the house. Marks, capitals and what stands between words make no difference.
func common(password string, words []string) bool {
	var known []string
	for _, w := range words {
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
// the person, of the offices and of the house, and what anybody tries first here.
func (i *Identity) Known(words func(ctx context.Context, person string) ([]string, error)) *Identity {
	i.known = words
	return i
}

// Acceptable tells whether a person may set a password: ErrPassword or ErrCommon
// when not. words are names that Known does not find yet.
func (i *Identity) Acceptable(ctx context.Context, person, password string, words ...string) error {
	if i.known != nil {
		more, err := i.known(ctx, person)
		if err != nil {
			return err
		}
		words = slices.Concat(words, more)
	}
	return Acceptable(password, words...)
}
