//go:build bench

package bench

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"runtime"
	"strconv"
	"testing"
	"time"

	"github.com/jung-kurt/gofpdf"
	"github.com/xuri/excelize/v2"

	"capdo/internal/chain"
	"capdo/internal/paper"
	"capdo/workflow"
)

// decision is a decision that the demo province printed, with its facts.
func (p *province) decision(t *testing.T) workflow.Paper {
	t.Helper()
	cases, err := p.st.Cases(ctx, workflow.CaseQuery{Limit: 1000})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range cases {
		list, err := p.st.Papers(ctx, workflow.PaperQuery{Case: c.ID})
		if err != nil {
			t.Fatal(err)
		}
		for _, one := range list {
			if one.Form == "form-06" {
				return one
			}
		}
	}
	t.Fatal("no decision was ever printed")
	return workflow.Paper{}
}

// printed measures W1p: a step with one paper printed. What it is held against is
// the slower of its two parts: all processors printing, or the steps alone.
func printed(t *testing.T, p *province) result {
	const workers, n = 8, 80
	press, facts := printer(t), p.decision(t).Facts
	draw := func() (workflow.Printed, error) { return press.Print(ctx, facts) }
	with := func(s step, out workflow.Printed) step {
		s.paper.PDF, s.paper.Text, s.paper.SHA256, s.paper.Size = out.PDF, out.Text, chain.Sum(out.PDF), len(out.PDF)
		return s
	}
	like, err := draw()
	if err != nil {
		t.Fatal(err)
	}
	cases := p.owned(t, 2*workers)
	printing := among(runtime.NumCPU(), func(int, int) error { _, err := draw(); return err })
	keeping := among(workers, func(w, _ int) error { return p.keep(with(next(cases[workers+w]), like)) })
	r := against(t, fmt.Sprintf("W1p step with a decision printed, SQLite, %d at once", workers), "the slower of printing on all processors and of the steps alone", 1/0.8, n,
		among(workers, func(w, _ int) error {
			out, err := draw()
			if err != nil {
				return err
			}
			return p.keep(with(next(cases[w]), out))
		}),
		func(from int) cost {
			a, b := timed(t, printing, from, make([]time.Duration, n)), timed(t, keeping, from, make([]time.Duration, n))
			return cost{max(a.wall, b.wall), a.cpu + b.cpu}
		})
	return r
}

// decision measures W2: a decision of one page in our four faces, beside a page of
// the library's own, which have no Vietnamese letter.
func decision(t *testing.T) result {
	doc := paper.Document{Title: "Quyết định phê duyệt cấp độ", Date: today.Start(), Blocks: []paper.Block{
		paper.Head{Parent: "Ủy ban nhân dân tỉnh Ninh Thuận", Issuer: "Sở Thông tin và Truyền thông", Nation: "Cộng hòa xã hội chủ nghĩa Việt Nam", Motto: "Độc lập - Tự do - Hạnh phúc",
			Number: "Số: 45/QĐ-STTTT", PlaceDate: "Ninh Thuận, ngày 30 tháng 11 năm 2021"},
		paper.Title{Type: "Quyết định", Abstract: "Về việc phê duyệt cấp độ an toàn hệ thống thông tin Hệ thống quản lý văn bản và điều hành"},
		paper.Authority{Text: "Giám đốc Sở Thông tin và Truyền thông"},
		paper.Bases{Lines: []string{"Căn cứ Luật An toàn thông tin mạng ngày 19 tháng 11 năm 2015;", "Theo đề nghị của Trưởng phòng Công nghệ thông tin."}},
		paper.Command{Text: "QUYẾT ĐỊNH:"},
		paper.Article{Label: "Điều 1.", Text: "Phê duyệt cấp độ an toàn hệ thống thông tin đối với Hệ thống quản lý văn bản và điều hành, cụ thể như sau:"},
		paper.Clause{Label: "1.", Text: "Tên hệ thống thông tin: Hệ thống quản lý văn bản và điều hành; đơn vị vận hành: Sở Nội vụ."},
		paper.Clause{Label: "2.", Text: "Cấp độ hệ thống thông tin: cấp độ 2."},
		paper.Article{Label: "Điều 2.", Text: "Sở Nội vụ có trách nhiệm triển khai đầy đủ phương án bảo đảm an toàn hệ thống thông tin đã được phê duyệt."},
		paper.Article{Label: "Điều 3.", Text: "Quyết định này có hiệu lực kể từ ngày ký./."},
		paper.Recipients{Label: "Nơi nhận:", Lines: []string{"Như Điều 3;", "Lưu: VT, CNTT."}},
		paper.Signature{Columns: []paper.Signatory{{Lines: []string{"KT. Giám đốc", "Phó Giám đốc"}, Name: "Nguyễn Văn A"}}},
	}}
	var file bytes.Buffer
	if err := paper.PDF(&file, doc); err != nil {
		t.Fatal(err)
	}
	if pages := bytes.Count(file.Bytes(), []byte("/Type /Page\n")); pages != 1 {
		t.Fatalf("%d pages", pages)
	}
	r := contest(t, "W2 decision of one page as PDF", "a page in the library's own faces", 0, 20,
		each(func(int) error { return paper.PDF(io.Discard, doc) }), each(func(int) error { return plainPage() }))
	r.cpu(6 * time.Millisecond)
	r.size("its file", file.Len()>>10, 60, "kB")
	return r
}

func plainPage() error {
	pdf := gofpdf.New("P", "mm", "A4", "")
	pdf.AddPage()
	for i, style := range []string{"", "B", "I", "BI"} {
		pdf.SetFont("Times", style, 14)
		for line := range 10 {
			pdf.Text(30, float64(20+60*i+6*line), fmt.Sprintf("Line %d of a decision that has no accent", line))
		}
	}
	return pdf.Output(io.Discard)
}

// register is a list of so many systems as it is printed.
func register(rows int) paper.Document {
	t := paper.Table{Columns: []paper.Column{{Title: "STT", Width: 10, Align: "C"}, {Title: "Đơn vị quản lý", Width: 42}, {Title: "Tên hệ thống thông tin", Width: 55},
		{Title: "Cấp độ an toàn", Width: 14, Align: "C"}, {Title: "Thời gian xác định cấp độ", Width: 20, Align: "C"}, {Title: "Đáp ứng yêu cầu tối thiểu", Width: 24, Align: "C"}}}
	for i := range rows {
		t.Rows = append(t.Rows, []string{strconv.Itoa(i + 1), fmt.Sprint("Ủy ban nhân dân huyện Ninh Phước R", i), fmt.Sprint("Hệ thống thông tin nội bộ phục vụ chỉ đạo điều hành S", i, " của huyện"), "2", "11/2019", "Đáp ứng"})
	}
	return paper.Document{Title: "Danh sách", Date: today.Start(), Blocks: []paper.Block{t}}
}

// registers measures W3 by the row: pages with wrapped text against cells of one
// line, a workbook against the library's stream writer.
func registers(t *testing.T) []result {
	face, err := os.ReadFile("../paper/fonts/Tinos-Regular.ttf")
	if err != nil {
		t.Fatal(err)
	}
	const rows = 1000
	list := register(rows)
	table := list.Blocks[0].(paper.Table)
	whole := func(do func() error) work {
		return func(_ int, took []time.Duration) error { return do() } // one operation is a row
	}
	pdf := contest(t, fmt.Sprintf("W3 a row of %d as PDF", rows), "cells of one line", 1.2, rows,
		whole(func() error { return paper.PDF(io.Discard, list) }), whole(func() error { return cells(table, face) }))
	few := register(22)
	small := contest(t, "W3 register of 22 rows as PDF", "cells of one line", 0, 10,
		each(func(int) error { return paper.PDF(io.Discard, few) }), each(func(int) error { return cells(few.Blocks[0].(paper.Table), face) }))
	small.within(50, 20*time.Millisecond)
	xlsx := contest(t, fmt.Sprintf("W3 a row of %d as XLSX", rows), "the library's stream writer", 0, rows,
		whole(func() error { return paper.XLSX(io.Discard, list) }), whole(func() error { return stream(table) }))
	xlsx.cpu(15 * time.Microsecond)
	xlsx.size("memory beside the rows of a workbook of 100,000", held(t, register(100000)), 80, "MB")
	return []result{pdf, small, xlsx}
}

// cells draws a table with cells of one line each.
func cells(table paper.Table, face []byte) error {
	pdf := gofpdf.New("P", "mm", "A4", "")
	pdf.AddUTF8FontFromBytes("tinos", "", bytes.Clone(face))
	pdf.SetFont("tinos", "", 12)
	pdf.AddPage()
	for _, r := range table.Rows {
		for i, text := range r {
			pdf.CellFormat(table.Columns[i].Width, 6, text, "1", 0, "", false, 0, "")
		}
		pdf.Ln(-1)
	}
	return pdf.Output(io.Discard)
}

func stream(table paper.Table) error {
	f := excelize.NewFile()
	out, err := f.NewStreamWriter("Sheet1")
	if err != nil {
		return err
	}
	for i, r := range table.Rows {
		row := make([]any, len(r))
		for j, text := range r {
			row[j] = text
		}
		if err := out.SetRow(fmt.Sprint("A", i+1), row); err != nil {
			return err
		}
	}
	if err := out.Flush(); err != nil {
		return err
	}
	return f.Write(io.Discard)
}

// held is what writing a workbook holds in memory at its end, beside its rows, in MB.
func held(t *testing.T, list paper.Document) int {
	t.Helper()
	var before runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	most := &peak{}
	if err := paper.XLSX(most, list); err != nil {
		t.Fatal(err)
	}
	runtime.KeepAlive(list)
	return int(max(0, int64(most.bytes)-int64(before.HeapAlloc))) >> 20
}

// peak notes how much memory is held whenever it is written to.
type peak struct {
	bytes  uint64
	writes int
}

func (p *peak) Write(b []byte) (int, error) {
	if p.writes++; p.writes%100 == 1 {
		var now runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&now)
		p.bytes = max(p.bytes, now.HeapAlloc)
	}
	return len(b), nil
}
