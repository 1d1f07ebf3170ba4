package press

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"
	"testing"

	"capdo/workflow"
	"capdo/workflow/regime"
)

func TestEveryPaperKeepsThePageOfTheDecree(t *testing.T) {
	everyPaper(t, false, func(s *seen, f workflow.PaperFacts, out workflow.Printed, form string) {
		for i := range s.width {
			if w, h := s.width[i], s.high[i]; (w != 210 || h != 297) && (w != 297 || h != 210) {
				s.errorf("page %d is %v by %v mm", i+1, w, h)
			}
		}
		numbers := map[int]int{}
		for _, r := range s.runs {
			w, h := s.width[r.page-1], s.high[r.page-1]
			if r.left < 29.5 || r.right > w-14.5 {
				s.errorf("page %d: %q stands from %.1f to %.1f mm", r.page, r.text, r.left, r.right)
			}
			switch {
			case r.bottom < 20: // the page number alone
				numbers[r.page]++
				if r.text != fmt.Sprint(r.page) || r.page == 1 || math.Abs(r.middle()-(30+w-15)/2) > 1 {
					s.errorf("page %d: %q at %.1f mm in the top margin", r.page, r.text, r.middle())
				}
				s.is("the page number", r, "", 13)
			case r.top > h-20: // the small line of the rule set
				if r.face != "I" || r.size != 9 {
					s.errorf("page %d: %q in the bottom margin", r.page, r.text)
				}
			case r.bottom > h-20+1.5:
				s.errorf("page %d: %q runs into the bottom margin", r.page, r.text)
			}
		}
		for page := 2; page <= len(s.width); page++ {
			if numbers[page] != 1 {
				s.errorf("page %d has %d numbers", page, numbers[page])
			}
		}
	})
}

// headless are papers that are annexes: they begin with their label.
func headless(out workflow.Printed) bool { return !strings.Contains(out.Text, nationalName) }

func TestEveryHeadFollowsTheDecree(t *testing.T) {
	day := regexp.MustCompile(`^(\p{Lu}[\p{L} ]+, )?ngày (0[1-9]|[12]\d|3[01]|……?|…) tháng (0[12]|[3-9]|1[0-2]|……?|…) năm \d{4}$`)
	everyPaper(t, false, func(s *seen, f workflow.PaperFacts, out workflow.Printed, form string) {
		if headless(out) {
			if label := s.runs[slices.IndexFunc(s.runs, func(r run) bool { return r.face == "B" })]; !strings.HasPrefix(label.text, "Phụ lục") && !strings.HasPrefix(label.text, "Sổ") {
				s.errorf("neither a head nor the label of an annex: %q", label.text)
			}
			return
		}
		name, _ := s.find(nationalName)
		s.is("the national name", name, "B", 13)
		word, _ := s.find(nationalWord)
		s.is("the motto", word, "B", 14)
		if name.text != nationalName || math.Abs(name.middle()-word.middle()) > 0.6 || word.top < name.top || name.left < s.width[0]/2-15 {
			s.errorf("the national name: %+v, %+v", name, word)
		}
		f.Issuer = headOf(f, form)
		issuer, _ := s.find(firstWords(strings.ToUpper(f.Issuer.Name), 2))
		s.is("the issuer", issuer, "B", 13)
		if f.Issuer.Parent != "" && f.Issuer.ID != f.Owner.ID {
			parent, _ := s.find(firstWords(strings.ToUpper(f.Issuer.Parent), 2))
			s.is("the body above", parent, "", 13)
		}
		if number, ok := s.find("Số: "); ok && number.top < 80 {
			s.is("the number", number, "", 13)
			if math.Abs(number.middle()-issuer.middle()) > 1 {
				s.errorf("the number is centred at %.1f mm, the issuer at %.1f", number.middle(), issuer.middle())
			}
		}
		i := slices.IndexFunc(s.runs, func(r run) bool { return day.MatchString(r.text) && r.page == 1 && r.top < 80 })
		if i < 0 {
			if !strings.HasSuffix(form, "minutes") {
				s.errorf("no place and date:\n%s", out.Text)
			}
			return
		}
		s.is("place and date", s.runs[i], "I", 14)
		if number, ok := s.find("Số: "); ok && number.top < 80 && math.Abs(number.bottom-s.runs[i].bottom) > 1.2 {
			s.errorf("number and date are not level: %.1f, %.1f", number.bottom, s.runs[i].bottom)
		}
	})
}

func firstWords(s string, n int) string {
	w := strings.Fields(s)
	return strings.Join(w[:min(n, len(w))], " ")
}

func TestTheRulesOfEveryHeadAreAsLongAsTheDecreeAsks(t *testing.T) {
	everyPaper(t, false, func(s *seen, f workflow.PaperFacts, out workflow.Printed, form string) {
		if headless(out) || f.Regime == "nd85-tt12" { // laid out as its neighbour in time
			return
		}
		lines := rules(t, out.PDF)
		word, _ := s.find(nationalWord)
		issuer := s.block(headOf(f, form).Name)
		under := func(what string, of run, least, most float64) {
			i := slices.IndexFunc(lines, func(l run) bool {
				return l.top > of.bottom-1.5 && l.top < of.bottom+3 && math.Abs(l.middle()-of.middle()) < 1
			})
			if i < 0 {
				s.errorf("no rule under %s: %+v", what, lines)
				return
			}
			if share := (lines[i].right - lines[i].left) / (of.right - of.left); share < least || share > most {
				s.errorf("the rule under %s is %.2f of it", what, share)
			}
		}
		under("the motto", word, 0.97, 1.03)
		under("the issuer", issuer, 0.33, 0.5)
	})
}

// headOf is the office whose name heads a paper: a receipt is the SDU's, whoever sent.
func headOf(f workflow.PaperFacts, form string) workflow.OfficeFacts {
	if form == "receipt" {
		return f.SDU
	}
	return f.Issuer
}

// block is the box around the last lines of a name in capitals.
func (s *seen) block(name string) run {
	box := run{left: 999}
	rest := strings.ToUpper(name)
	for _, r := range s.runs {
		if r.page == 1 && r.face == "B" && r.size == 13 && r.text != nationalName && strings.Contains(rest, r.text) {
			box.left, box.right, box.bottom = min(box.left, r.left), max(box.right, r.right), max(box.bottom, r.bottom)
		}
	}
	return box
}

var basisLine = regexp.MustCompile(`^(Căn cứ|Xét|Theo) .*[;.]$`)

// basesOf are the legal bases of a paper, line by line.
func basesOf(text string) (bases []string) {
	for l := range strings.Lines(text) {
		l = strings.TrimSpace(l)
		if basisLine.MatchString(l) && (len(bases) > 0 || strings.HasSuffix(l, ";")) {
			bases = append(bases, l)
		} else if len(bases) > 0 {
			break
		}
	}
	return bases
}

func TestLegalBasesAreItalicAndEndAsTheDecreeAsks(t *testing.T) {
	everyPaper(t, false, func(s *seen, f workflow.PaperFacts, out workflow.Printed, form string) {
		bases := basesOf(out.Text)
		for i, l := range bases {
			if last := i == len(bases)-1; strings.HasSuffix(l, ".") != last {
				s.errorf("basis %d of %d ends wrongly: %s", i+1, len(bases), l)
			}
			if r, ok := s.find(firstWords(l, 5)); ok {
				s.is("a legal basis", r, "I", 14)
			}
		}
		if strings.Contains(out.Text, "\nQUYẾT ĐỊNH:\n") && len(bases) < 3 {
			s.errorf("a decision on %d bases: %q", len(bases), bases)
		}
	})
}

func TestEveryPaperEndsAsTheDecreeAsks(t *testing.T) {
	_, words := press(t)
	everyPaper(t, false, func(s *seen, f workflow.PaperFacts, out workflow.Printed, form string) {
		code, err := words.Numbered(f.Regime, form)
		if err != nil {
			t.Fatal(err)
		}
		if n := strings.Count(out.Text, "./."); code != "" && n != 1 || n > 1 {
			s.errorf("%d ends of the text:\n%s", n, out.Text)
		}
		label, ok := s.find("Nơi nhận:")
		if !ok {
			if code != "" {
				s.errorf("a numbered paper goes to nobody")
			}
			return
		}
		s.is("the label of the recipients", label, "BI", 12)
		var list []run
		for _, r := range s.runs {
			if r.page == label.page && r.top > label.top && r.size == 11 && r.face == "" && r.right < s.width[0]/2+10 && !strings.HasPrefix(r.text, "Mã") {
				list = append(list, r)
			}
		}
		if len(list) < 2 || !strings.HasPrefix(list[0].text, "- ") {
			s.errorf("recipients %+v", list)
			return
		}
		if i := slices.IndexFunc(list, func(r run) bool { return strings.HasPrefix(r.text, "- Lưu: VT") && strings.HasSuffix(r.text, ".") }); i < 0 {
			s.errorf("no copy is kept: %+v", list)
		}
	})
}

func TestASignatureHasRoomAndStandsLevelWithItsRecipients(t *testing.T) {
	everyPaper(t, false, func(s *seen, f workflow.PaperFacts, out workflow.Printed, form string) {
		if f.Signatory == "" {
			return
		}
		i := slices.IndexFunc(s.runs, func(r run) bool { return r.text == f.Signatory && r.face == "B" })
		if i < 0 {
			return // signed by somebody else, or by nobody
		}
		name := s.runs[i]
		s.is("the name of the signer", name, "B", 14)
		title := run{}
		for _, r := range s.runs {
			if r.page == name.page && r.bottom < name.top && r.bottom > title.bottom && r.right > s.width[0]/2 && (r.face == "B" || r.face == "I") && r.left > s.width[0]/2-10 {
				title = r
			}
		}
		if gap := name.top - title.bottom; gap < 25 || title.text == "" {
			s.errorf("%.1f mm to sign between %q and %q", gap, title.text, name.text)
		}
		if label, ok := s.find("Nơi nhận:"); ok && label.page == name.page && label.top < name.top {
			first, ok := s.find(strings.TrimSpace(f.Sign.First + " ")[:min(6, len(f.Sign.First))])
			if f.Sign.First == "" {
				first, ok = s.find(f.Sign.Second)
			}
			if !ok || first.page == label.page && math.Abs((label.top+label.bottom)-(first.top+first.bottom)) > 2.5 && first.top > label.top-20 {
				s.errorf("recipients at %.1f mm, the title %q at %.1f", label.top, first.text, first.top)
			}
		}
	})
}

func TestArticlesRunInOrderAndAreBold(t *testing.T) {
	everyPaper(t, false, func(s *seen, f workflow.PaperFacts, out workflow.Printed, form string) {
		if !strings.Contains(out.Text, "\nQUYẾT ĐỊNH:\n") {
			return
		}
		n := 0
		for _, r := range s.runs {
			if r.face == "B" && strings.HasPrefix(r.text, "Điều ") {
				if n++; !strings.HasPrefix(r.text, fmt.Sprintf("Điều %d.", n)) {
					s.errorf("article %d is %q", n, r.text)
				}
				s.is("an article", r, "B", 14)
			}
		}
		if n < 2 || !strings.Contains(out.Text, fmt.Sprintf("- Như Điều %d;", n)) {
			s.errorf("%d articles, recipients of another", n)
		}
		if command, _ := s.find("QUYẾT ĐỊNH:"); math.Abs(command.middle()-(30+s.width[0]-15)/2) > 1 {
			s.errorf("the command is centred at %.1f mm", command.middle())
		}
		if code := proofOf(out); code != 1 {
			s.errorf("%d codes to check it by", code)
		}
	})
}

func proofOf(out workflow.Printed) int { return strings.Count(out.Text, "\nMã kiểm chứng: ") }

func TestEveryDraftSaysSoOnEveryPageAndHidesNothing(t *testing.T) {
	everyPaper(t, true, func(s *seen, f workflow.PaperFacts, out workflow.Printed, form string) {
		marks := map[int]int{}
		var mark run
		for _, r := range s.runs {
			if r.text == draftWord {
				marks[r.page]++
				mark = r
				if s.is("the mark", r, "B", 14); r.bottom > 20 || r.left < 30 || r.right > s.width[r.page-1]-15 {
					s.errorf("the mark lies at %+v, where text may be", r)
				}
			}
		}
		for page := 1; page <= len(s.width); page++ {
			if marks[page] != 1 {
				s.errorf("page %d has %d marks", page, marks[page])
			}
		}
		for _, r := range s.runs {
			if r.page == mark.page && r.text != draftWord && r.right > mark.left-2 && r.bottom > mark.top && r.top < mark.bottom {
				s.errorf("%q lies under the mark", r.text)
			}
		}
		if proofOf(out) > 0 {
			s.errorf("a draft carries a code")
		}
		f.Draft = false
		if issued := printed(t, f); strings.Contains(issued.Text, draftWord) {
			s.errorf("an issued paper is called a draft")
		}
	})
}

func TestEveryFaceIsEmbeddedAndEveryWordCanBeSelected(t *testing.T) {
	seenFonts := regexp.MustCompile(`(?m)^utf8tinos\w* .*Identity-H\s+yes\s+\w+\s+yes`)
	everyPaper(t, false, func(s *seen, f workflow.PaperFacts, out workflow.Printed, form string) {
		list := tool(t, out.PDF, "pdffonts", "FILE")
		if n := strings.Count(list, "\n") - 2; n < 2 || len(seenFonts.FindAllString(list, -1)) != n {
			s.errorf("fonts:\n%s", list)
		}
		var have strings.Builder
		for _, r := range s.runs {
			have.WriteString(r.text + " ")
		}
		for _, w := range strings.Fields(f.System + " " + f.Issuer.Name) {
			if !strings.Contains(have.String(), w) && !strings.Contains(have.String(), strings.ToUpper(w)) && strings.Contains(out.Text, w) {
				s.errorf("%q cannot be selected", w)
			}
		}
	})
}

func TestTheRegisterIsWhatAClerkExpects(t *testing.T) {
	for _, key := range everyRegime {
		f := in(key, facts("register"))
		f.Register.Rows[1].Decided, f.Register.Rows[2].Decided, f.Register.Rows[3].Level = "29/12/2020", "2020", 3
		f.Register.Counts = [6]int{0, 0, 59, 1}
		f.DemoDay = regime.Day{}
		out := printed(t, f)
		s := see(t, key+" register", out.PDF)
		label, _ := s.find("Phụ lục I")
		s.is("the label", label, "B", 14)
		title, _ := s.find("DANH SÁCH HỆ THỐNG THÔNG TIN ĐÃ PHÊ DUYỆT CẤP ĐỘ")
		s.is("the title", title, "B", 14)
		reference, _ := s.find("(Ủy ban nhân dân tỉnh Ninh Thuận, tính đến ngày")
		s.is("the reference", reference, "I", 14)
		heads, next := map[int]int{}, 1
		for _, r := range s.runs {
			if r.text == "STT" {
				heads[r.page]++
				s.is("the header", r, "B", 12)
			}
			if r.text == fmt.Sprint(next) && r.left < 41 && r.size == 12 {
				next++
			}
		}
		if len(heads) != len(s.width) || next != 61 {
			s.errorf("headers %v on %d pages; rows count to %d", heads, len(s.width), next-1)
		}
		for _, want := range []string{"4/2019", "29/12/2020", "2020", "Danh sách gồm 60 hệ thống: 59 cấp độ 2, 01 cấp độ 3."} {
			if !slices.ContainsFunc(s.runs, func(r run) bool { return r.text == want }) {
				s.errorf("%q is not on one line", want)
			}
		}
		if proofOf(out) != 1 {
			s.errorf("%d codes", proofOf(out))
		}
	}
}
