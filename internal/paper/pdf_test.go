package paper

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/text/unicode/norm"
)

func letter() Document {
	d := decision()
	h := d.Blocks[0].(Head)
	h.Abstract, h.Number = "V/v đề nghị thẩm định, phê duyệt cấp độ hệ thống thông tin Một cửa điện tử", "Số: 89/SNV-VP"
	d.Blocks = []Block{h,
		Addressees{"Kính gửi:", []string{"Sở Thông tin và Truyền thông", "Công an tỉnh Ninh Thuận (Phòng An ninh mạng và phòng, chống tội phạm sử dụng công nghệ cao)"}},
		Part{"Phần 1. Thông tin chung"}, Para{Text: "Sở Nội vụ đề nghị quý cơ quan xem xét, thẩm định hồ sơ đề xuất cấp độ."},
		Checkbox{"Đạt yêu cầu theo tiêu chuẩn", true}, Checkbox{"Chưa đạt", false},
		Para{Text: "Đậm và nghiêng", Bold: true, Italic: true, Centre: true},
		Signature{[]Signatory{{Lines: []string{"Thư ký"}, Note: "(Ký, ghi rõ họ tên)", Name: "Trần Thị B"}, {Lines: []string{"Chủ tọa"}, Name: "Lê Văn C"}}},
		Recipients{"Nơi nhận:", []string{"Như trên", "Lưu: VT, Hồ sơ"}}}
	return d
}

func samples() map[string]Document {
	draft := register(40)
	draft.DraftMark, draft.NotePerPage = "DỰ THẢO", "Bản chạy thử, không có giá trị pháp lý"
	wide := register(9)
	wide.Landscape = true
	return map[string]Document{"decision": decision(), "letter": letter(), "draft register": draft, "landscape": wide}
}

func TestPagesAreA4AndNothingLeavesTheMargins(t *testing.T) {
	for name, d := range samples() {
		pdf := render(t, d)
		w, h, size := 210.0, 297.0, "595.28 x 841.89 pts (A4)"
		if d.Landscape {
			w, h, size = h, w, "841.89 x 595.28 pts (A4)"
		}
		if info := poppler(t, pdf, "pdfinfo"); !strings.Contains(info, size) {
			t.Errorf("%s: %s", name, info)
		}
		for _, s := range seenWords(t, pdf) {
			head, foot := s.base <= marginTop, s.top >= h-marginBottom
			if s.left < marginLeft-0.2 || s.right > w-marginRight+0.2 || s.top < 5 || s.base > h-5 || (s.top < marginTop-0.5 && !head) || (s.base > h-marginBottom+0.5 && !foot) {
				t.Errorf("%s: %q stands outside, %+v", name, s.text, s)
			}
		}
	}
}

func TestTheHeadFollowsTheDecree(t *testing.T) {
	words := seenWords(t, render(t, decision()))
	at := func(text string, nth int) seen {
		for _, s := range words {
			if s.text == text {
				if nth--; nth < 0 {
					return s
				}
			}
		}
		t.Fatalf("%q is not on the page", text)
		return seen{}
	}
	if a, z := at("CỘNG", 0), at("NAM", 0); math.Abs(a.top-z.top) > 0.1 || z.right-a.left < 95 || z.right-a.left > 97 {
		t.Errorf("the national name is not on one line of 95.7 mm: %+v %+v", a, z)
	}
	num, day := at("Số:", 0), at("Thuận,", 0)
	if math.Abs(num.base-day.base) > 1 {
		t.Error("number and date are not level")
	}
	issuer := (at("TRUYỀN", 0).left + at("THÔNG", 1).right) / 2
	if middle := (num.left + at("45/QĐ-STTTT", 0).right) / 2; math.Abs(middle-issuer) > 0.5 {
		t.Errorf("the number is centred at %.1f mm, the issuer at %.1f", middle, issuer)
	}
	label, title, name := at("Nơi", 0), at("KT.", 0), at("Nguyễn", 0)
	if math.Abs((label.top+label.base)-(title.top+title.base)) > 1.5 || title.left < marginLeft+82 {
		t.Errorf("recipients and title are not level: %+v %+v", label, title)
	}
	if gap := name.top - at("PHÓ", 0).base; gap < 25 {
		t.Errorf("%.1f mm left to sign, 25 needed", gap)
	}
}

func TestRulesAreAsLongAsTheDecreeAsks(t *testing.T) {
	var rules []float64
	h := decision().Blocks[0].mapped(strings.TrimSpace).(Head)
	for _, it := range h.nation(nationWidth) {
		if it.rule > 0 {
			rules = append(rules, it.rule/measure(motto, bold, bodySize))
		}
	}
	if len(rules) != 1 || math.Abs(rules[0]-1) > 1e-9 {
		t.Errorf("rule under the motto: %v", rules)
	}
	for _, l := range balance(h.Parent, regular, nationSize, 66) {
		if l == "NINH THUẬN" || l == "TỈNH" {
			t.Errorf("the parent body breaks at %q", l)
		}
	}
}

func TestPageNumbersStandInTheTopMarginFromPageTwo(t *testing.T) {
	got := map[int]string{}
	for _, s := range seenWords(t, render(t, register(40))) {
		if s.base < marginTop {
			got[s.page] += s.text
			if middle := (s.left + s.right) / 2; math.Abs(middle-112.5) > 0.5 {
				t.Errorf("page %d: number centred at %.1f mm", s.page, middle)
			}
		}
	}
	// Two pages of decision, then the annex counts anew.
	if want := map[int]string{2: "2", 4: "2", 5: "3", 6: "4"}; fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("numbers %v, want %v", got, want)
	}
}

func TestFontsAreEmbedded(t *testing.T) {
	out := poppler(t, render(t, decision()), "pdffonts")
	rows := regexp.MustCompile(`(?m)^utf8tinos.*Identity-H\s+yes\s+\w+\s+yes`).FindAllString(out, -1)
	if len(rows) != 4 || strings.Count(out, "\n") != 6 {
		t.Error(out)
	}
}

func TestEveryVietnameseLetterCanBeReadBack(t *testing.T) {
	var all []string
	for _, base := range []string{"a", "ă", "â", "b", "c", "d", "đ", "e", "ê", "g", "h", "i", "k", "l", "m", "n", "o", "ô", "ơ", "p", "q", "r", "s", "t", "u", "ư", "v", "x", "y"} {
		for _, tone := range []string{"", "\u0300", "\u0309", "\u0303", "\u0301", "\u0323"} {
			if l := norm.NFC.String(base + tone); len([]rune(l)) == 1 && (tone == "" || strings.ContainsAny(base, "aăâeêioôơuưy")) {
				all = append(all, l, strings.ToUpper(l))
			}
		}
	}
	var groups []string // single letters wide apart are no words to a reader of PDF
	for g := range slices.Chunk(all, 5) {
		groups = append(groups, strings.Join(g, ""))
	}
	want := strings.Join(groups, " ")
	d := Document{Blocks: []Block{Para{Text: want}, Para{Text: want, Bold: true}, Para{Text: norm.NFD.String(want), Italic: true}, Para{Text: want, Bold: true, Italic: true}}}
	got := strings.Join(strings.Fields(poppler(t, render(t, d), "pdftotext")), " ")
	if got != strings.Join([]string{want, want, want, want}, " ") {
		t.Error(got)
	}
}

func TestTextOfThePDFIsTheTextWriters(t *testing.T) {
	for _, name := range []string{"decision", "letter"} {
		d := samples()[name]
		d.DraftMark, d.NotePerPage = "DỰ THẢO", "chạy thử"
		var got []string
		marks := map[int]int{}
		for _, s := range seenWords(t, render(t, d)) {
			own := s.text != fmt.Sprint(s.page) || s.base > marginTop
			if s.text == "THẢO" {
				marks[s.page]++
			}
			if own && (s.page == 1 || (s.base > marginTop && s.top < 297-marginBottom)) {
				got = append(got, s.text)
			}
		}
		want := strings.Fields(strings.NewReplacer("[ ]", "", "[x]", "").Replace(Text(d)))
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("%s:\npdf  %q\ntext %q", name, got, want)
		}
		for page, n := range marks {
			if n != 1 {
				t.Errorf("%s: %d draft marks on page %d", name, n, page)
			}
		}
	}
}

func TestADraftIsMarkedOnEveryPageAndOnlyThen(t *testing.T) {
	d := register(40)
	plain := poppler(t, render(t, d), "pdftotext", "-layout")
	d.DraftMark = "DỰ THẢO"
	pages := strings.Split(strings.TrimSuffix(poppler(t, render(t, d), "pdftotext", "-layout"), "\f"), "\f")
	for i, p := range pages {
		if strings.Count(p, "DỰ THẢO") != 1 {
			t.Errorf("page %d: %s", i+1, p)
		}
	}
	marked := strings.ReplaceAll(strings.Join(pages, " "), "DỰ THẢO", "")
	if strings.Join(strings.Fields(marked), " ") != strings.Join(strings.Fields(plain), " ") {
		t.Error("the mark disturbs the text")
	}
}

func TestTableRowsStayWholeUnderARepeatedHeader(t *testing.T) {
	words := seenWords(t, render(t, register(60)))
	headers, first, second := map[int]int{}, map[string]int{}, map[string]int{}
	tables := map[int]bool{}
	for _, s := range words {
		switch {
		case s.text == "STT":
			headers[s.page]++
		case regexp.MustCompile(`^R\d+$`).MatchString(s.text):
			first[s.text[1:]] = s.page
			tables[s.page] = true
		case regexp.MustCompile(`^S\d+$`).MatchString(s.text):
			second[s.text[1:]] = s.page
		}
	}
	if len(first) != 60 || len(second) != 60 || len(tables) < 4 {
		t.Fatalf("%d and %d of 60 rows on %d pages", len(first), len(second), len(tables))
	}
	for n, page := range first {
		if second[n] != page || headers[page] != 1 {
			t.Errorf("row %s is on pages %d and %d, headers %d", n, page, second[n], headers[page])
		}
	}
}

func TestTheSignatureIsNeverAloneOnAPage(t *testing.T) {
	for n := range 45 {
		d := decision()
		tail := d.Blocks[len(d.Blocks)-3:]
		d.Blocks = slices.Clip(d.Blocks[:1])
		for range n {
			d.Blocks = append(d.Blocks, Para{Text: "Dòng."})
		}
		words := seenWords(t, render(t, Document{Date: d.Date, Blocks: append(d.Blocks, tail...)}))
		page := map[string]int{}
		for _, s := range words {
			page[s.text] = s.page
		}
		if page["KT."] != page["Nguyễn"] || page["này./."] != page["KT."] {
			t.Fatalf("%d lines before: text ends on page %d, title on %d, name on %d", n, page["này./."], page["KT."], page["Nguyễn"])
		}
		if n%11 != 0 {
			continue
		}
		for _, s := range words {
			if s.base > 297-marginBottom+0.5 {
				t.Errorf("%d lines before: %q runs into the foot", n, s.text)
			}
		}
	}
}

func TestHostileTextStaysText(t *testing.T) {
	long := strings.Repeat("Ặg", 5000)
	words := strings.TrimSpace(strings.Repeat("hệ thống ", 1200))
	for name, text := range map[string]string{
		"PDF operators":              `) Tj ET (\\ BT (x) Tj \051 endstream endobj %%EOF`,
		"a backslash":                `\`,
		"markup":                     `<script>alert(1)</script> &amp; <b>`,
		"a formula":                  `=HYPERLINK("http://x";"y")`,
		"a 10,000 character name":    long,
		"10,000 characters of words": words,
	} {
		d := Document{Date: time.Unix(0, 0), Title: text, DraftMark: excerpt(text), NotePerPage: text, Blocks: []Block{
			Head{Issuer: text, Nation: nation, Motto: motto, Number: text}, Title{text, text}, Addressees{"Kính gửi:", []string{text}}, Para{Text: text},
			Table{Columns: []Column{{text, 20, "C"}, {"b", 0, "L"}}, Rows: [][]string{{text, text}, {"x"}}},
			Signature{[]Signatory{{Lines: []string{text}, Name: text}}}, Recipients{"Nơi nhận:", []string{text}}}}
		pdf := render(t, d)
		if len(text) > 1000 {
			d.NotePerPage = ""
			pdf = render(t, d)
		}
		for _, s := range seenWords(t, pdf) {
			if s.left < marginLeft-0.3 || s.right > 210-marginRight+0.3 || s.base > 297-3 {
				t.Fatalf("%s: %+v leaves the page", name, s)
			}
		}
		got := strings.Join(strings.Fields(poppler(t, render(t, Document{Blocks: []Block{Para{Text: text}}}), "pdftotext")), "")
		want := strings.Join(strings.Fields(text), "")
		if len(text) > 1000 { // page numbers stand between
			got = regexp.MustCompile(`\d+`).ReplaceAllString(got, "")
		}
		if got != want {
			t.Errorf("%s: %d characters became %d: %s", name, len(want), len(got), excerpt(got))
		}
	}
}

func TestACharacterTheTypefaceLacksStopsThePrinting(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		want rune
	}{
		"an emoji": {"Xin chào 😀", 0x1F600}, "a ticked box": {"☑ Đạt", 0x2611}, "Chinese": {"中", '中'}, "a zero-width space": {"a\u200bb", 0x200B},
		"a control character": {"a\x01", 1}, "broken UTF-8": {"a\xff", 0xFFFD}, "a mark without its letter": {"x\u0323", 0x323}, "a soft hyphen": {"a\u00adb", 0xAD},
	} {
		for _, d := range []Document{{Title: c.text}, {NotePerPage: c.text}, {Blocks: []Block{Para{Text: c.text}}},
			{Blocks: []Block{Table{Columns: []Column{{Title: "a"}}, Rows: [][]string{{c.text}}}}}, {Blocks: []Block{Signature{[]Signatory{{Name: c.text}}}}}} {
			var b bytes.Buffer
			var ge *GlyphError
			if err := PDF(&b, d); !errors.As(err, &ge) || ge.Rune != c.want || b.Len() > 0 {
				t.Errorf("%s: %v, %d bytes written", name, err, b.Len())
			}
		}
	}
}

func TestTheSameDocumentGivesTheSameBytes(t *testing.T) {
	d := samples()["draft register"]
	one := render(t, d)
	if len(render(t, decision())) > 60_000 {
		t.Errorf("a decision takes %d bytes", len(render(t, decision())))
	}
	nfd := decision()
	for i, b := range nfd.Blocks {
		nfd.Blocks[i] = b.mapped(norm.NFD.String)
	}
	if !bytes.Equal(render(t, nfd), render(t, decision())) || Text(nfd) != Text(decision()) {
		t.Error("decomposed text prints differently")
	}
	var wait sync.WaitGroup // two at once, for the race detector too
	for range 4 {
		wait.Go(func() {
			var b bytes.Buffer
			if err := PDF(&b, d); err != nil || !bytes.Equal(b.Bytes(), one) {
				t.Error("bytes differ", err)
			}
		})
	}
	wait.Wait()
	if out := os.Getenv("PAPER_CHILD_OUT"); out != "" {
		if err := os.WriteFile(out, one, 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	for _, zone := range []string{"UTC", "Asia/Ho_Chi_Minh", "America/New_York"} {
		out := t.TempDir() + "/child.pdf"
		c := exec.Command(os.Args[0], "-test.run", "^TestTheSameDocumentGivesTheSameBytes$")
		c.Env = append(os.Environ(), "TZ="+zone, "PAPER_CHILD_OUT="+out)
		if log, err := c.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, log)
		}
		if b, _ := os.ReadFile(out); !bytes.Equal(b, one) {
			t.Errorf("TZ=%s gives other bytes", zone)
		}
	}
}

func TestListsGetTheirPunctuation(t *testing.T) {
	text := Text(Document{Blocks: []Block{
		Bases{[]string{"Căn cứ A", "Căn cứ B;", "Xét đề nghị C;"}}, Addressees{"Kính gửi:", []string{"A", "- B."}},
		Addressees{"Kính gửi:", []string{"A"}}, Recipients{"Nơi nhận:", []string{"- Như trên;", "Lưu: VT"}}, Bases{}, Recipients{}}})
	want := "Căn cứ A;\nCăn cứ B;\nXét đề nghị C.\nKính gửi:\n- A;\n- B.\nKính gửi: A\nNơi nhận:\n- Như trên;\n- Lưu: VT.\n"
	if text != want {
		t.Errorf("%s", text)
	}
}
