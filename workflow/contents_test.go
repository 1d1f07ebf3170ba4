package workflow_test

import (
	"context"
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"

	"capdo/workflow"
)

var ctx = context.Background()

func full(system string) *workflow.Overview {
	return &workflow.Overview{System: system, Scope: "Toàn tỉnh", Devices: []workflow.Device{{Name: "Tường lửa", Main: true, Place: "Phòng máy"}},
		Servers: []workflow.Server{{Name: "MAY-77"}}, Applications: []workflow.Application{{Name: "Cổng", Server: "MAY-77"}},
		Zones: []workflow.Zone{{Name: "DMZ", PrivateIP: []string{"10.20.30.0/24"}, PublicIP: []string{"203.0.113.77"}}}}
}

func (p *province) saved(o *workflow.Overview) *workflow.OverviewView {
	p.t.Helper()
	v, err := p.SaveOverview(ctx, "an", o)
	if err != nil {
		p.t.Fatal(err)
	}
	return v
}

func (p *province) attached(id, as, name, sha string) workflow.Attachment {
	p.t.Helper()
	a, err := p.Attach(ctx, "an", workflow.Attachment{Case: id, As: as, Name: name, SHA256: sha, Size: 9, Type: "png"})
	if err != nil {
		p.t.Fatal(err)
	}
	return a
}

func kindOf(err error) workflow.Kind {
	if p, ok := workflow.ProblemOf(err); ok {
		return p.Kind
	}
	return ""
}

func TestAnOverviewIsEditedInPlaceAndTwoWritersDoNotOverwriteEachOther(t *testing.T) {
	p := newProvince(t, "2024-03-01")
	v := p.saved(full("s2"))
	mine, theirs := *v.Overview, *v.Overview
	theirs.Scope = "Toàn tỉnh và hai huyện"
	p.saved(&theirs)
	mine.Scope = "khác"
	if _, err := p.SaveOverview(ctx, "an", &mine); kindOf(err) != workflow.Stale {
		t.Errorf("the second writer: %v", err)
	}
	now, err := p.Overview(ctx, "s2")
	if err != nil || now.Overview.Scope != theirs.Scope || now.Overview.Revision != 2 || now.Overview.By != "an" {
		t.Errorf("%+v, %v", now.Overview, err)
	}
	if _, err := p.Overview(ctx, "none"); kindOf(err) != workflow.NotFound {
		t.Errorf("of a system that is not there: %v", err)
	}
}

func TestEveryWrongCellOfAnOverviewIsNamedAtOnce(t *testing.T) {
	p := newProvince(t, "2024-03-01")
	o := full("s2")
	o.Zones = append(o.Zones, workflow.Zone{Name: "LAN", PrivateIP: []string{"10.0.0.0/33"}, PublicIP: []string{"192.168.0.1"}})
	o.Connections = []workflow.Connection{{Name: "LGSP", Direction: "lên"}}
	o.Devices[0].Name, o.Lends, o.Served = " ", []string{"màu"}, "a\u202eb"
	_, err := p.SaveOverview(ctx, "an", o)
	problem, ok := workflow.ProblemOf(err)
	if !ok || problem.Kind != workflow.Invalid {
		t.Fatal(err)
	}
	var names []string
	for _, f := range problem.Fields {
		names = append(names, f.Name+" "+f.Expect)
	}
	want := []string{"served expect.plain_text", "devices[1].name expect.required", "zones[2].private_ip expect.address", "zones[2].public_ip expect.public_address", "connections[1].direction expect.direction", "lends expect.overview_table"}
	if !slices.Equal(names, want) {
		t.Errorf("%q", names)
	}
}

func TestWhatNoPaperCanShowIsRefusedWhereItIsWritten(t *testing.T) {
	p := newProvince(t, "2024-03-01")
	o := full("s2")
	o.Applications[0].Purpose = "中 cổng"
	_, err := p.SaveOverview(ctx, "an", o)
	problem, ok := workflow.ProblemOf(err)
	if !ok || problem.Key != "paper.glyph" || len(problem.Fields) != 1 || problem.Fields[0].Name != "applications[1].purpose" {
		t.Errorf("got %v", err)
	}
}

func TestATableIsSharedByReferenceAndOnlyWhileItIsLent(t *testing.T) {
	p := newProvince(t, "2024-03-01")
	lender := full("s3")
	lender.Devices = append(lender.Devices, workflow.Device{Name: "Chuyển mạch lõi"})
	v := p.saved(lender)
	o := &workflow.Overview{System: "s2", Zones: []workflow.Zone{{Name: "LAN"}}, Borrows: []workflow.Borrow{{System: "s3", Table: "devices", Only: []string{"Chuyển mạch lõi"}}}}
	if _, err := p.SaveOverview(ctx, "an", o); kindOf(err) != workflow.Invalid {
		t.Fatalf("a table that is not lent: %v", err)
	}
	v.Overview.Lends = []string{"devices"}
	v = p.saved(v.Overview)
	o.Revision = 0
	got := p.saved(o)
	if len(got.Overview.Devices) != 0 || len(got.Whole.Devices) != 1 || got.Whole.Devices[0].From != "Hệ thống s3" {
		t.Fatalf("shared rows: %+v", got.Whole.Devices)
	}
	v.Overview.Devices[1].Place = "Tầng 3"
	v = p.saved(v.Overview)
	if got, _ = p.Overview(ctx, "s2"); got.Whole.Devices[0].Place != "Tầng 3" {
		t.Error("the shared row is a copy")
	}
	id := p.must("an", workflow.Want{Act: "create", System: "s2", Level: 2, Track: "operating"}).Case.ID
	v.Overview.Lends = nil
	p.saved(v.Overview)
	c, err := p.Case(ctx, id)
	if err != nil || !slices.ContainsFunc(c.Warnings, func(w workflow.Warning) bool { return w.Key == "content.no_longer_lent" && w.Of == "devices" }) {
		t.Errorf("taken back: %+v, %v", c.Warnings, err)
	}
	other := &workflow.System{ID: "s9", Name: "Của huyện", Owners: []string{"sct"}, Operators: []string{"sct"}, SDU: "stttt"}
	if err := p.AddSystem(ctx, other); err != nil {
		t.Fatal(err)
	}
	v, _ = p.Overview(ctx, "s3")
	v.Overview.Lends = []string{"zones"}
	p.saved(v.Overview)
	if _, err := p.SaveOverview(ctx, "an", &workflow.Overview{System: "s9", Borrows: []workflow.Borrow{{System: "s3", Table: "zones"}}}); kindOf(err) != workflow.Invalid {
		t.Errorf("lent to the systems of another owner: %v", err)
	}
}

func TestNamesOfFilesAreCleanedAndLeadNowhere(t *testing.T) {
	for from, want := range map[string]string{
		"../../etc/passwd.pdf": "passwd.pdf", `C:\Users\An\sơ đồ.png`: "sơ đồ.png", "So\u031b \u0111\u00f4\u0300.png": "Sơ đồ.png",
		"a<b>|c?.pdf": "a_b__c_.pdf", "  hai   khoảng.txt ": "hai khoảng.txt", strings.Repeat("dài", 100) + ".docx": string([]rune(strings.Repeat("dài", 100))[:145]) + ".docx"} {
		if got, err := workflow.FileName(from); err != nil || got != want {
			t.Errorf("%q: %q, %v", from, got, err)
		}
	}
	for _, bad := range []string{"", "..", "/", `..\`, "a\u202egpj.exe", "a\x00.pdf", "x\u200b.png"} {
		if got, err := workflow.FileName(bad); err == nil {
			t.Errorf("%q becomes %q", bad, got)
		}
	}
}

func TestVersionsOfAFileStandBesideEachOther(t *testing.T) {
	p := newProvince(t, "2024-03-01")
	id := p.must("an", workflow.Want{Act: "create", System: "s2", Level: 2, Track: "operating"}).Case.ID
	one := p.attached(id, "logical_diagram", "a.png", "h1")
	if same := p.attached(id, "logical_diagram", "a.png", "h1"); same.ID != one.ID {
		t.Error("the same file again is a new version")
	}
	two := p.attached(id, "logical_diagram", "b.png", "h2")
	p.attached(id, "design_document", "Tập 1.pdf", "h3")
	p.attached(id, "design_document", "Tập 2.pdf", "h4")
	if three := p.attached(id, "design_document", "TẬP 1.pdf", "h5"); three.Version != 2 || two.Version != 2 {
		t.Errorf("versions %d, %d", three.Version, two.Version)
	}
	list, err := p.Attachments(ctx, id)
	if err != nil || len(list) != 5 || list[0].Replaced != two.ID || list[1].Replaced != "" {
		t.Fatalf("%+v, %v", list, err)
	}
	if err := p.RemoveAttachment(ctx, "an", two.ID); err != nil {
		t.Fatal(err)
	}
	c, err := p.ContentOf(ctx, id, 1)
	if err != nil || len(c.Attachments) != 3 || c.Attachments[0].ID != one.ID {
		t.Errorf("after a version was taken out: %+v, %v", c.Attachments, err)
	}
	if err := p.RemoveAttachment(ctx, "an", two.ID); kindOf(err) != workflow.NotFound {
		t.Errorf("taken out twice: %v", err)
	}
	if err := p.Rely(ctx, workflow.Reliance{Attachment: one.ID, Kind: "row", Ref: "5.1.2.1"}); err != nil {
		t.Fatal(err)
	}
	if err := p.RemoveAttachment(ctx, "an", one.ID); kindOf(err) != workflow.Refused {
		t.Errorf("taken out though a row relies on it: %v", err)
	}
	if _, err := p.Attach(ctx, "an", workflow.Attachment{Case: id, As: "selfie", Name: "a.png"}); kindOf(err) != workflow.Invalid {
		t.Errorf("a kind nobody knows: %v", err)
	}
	for _, r := range []workflow.Reliance{{Attachment: one.ID, Kind: "mood", Ref: "x"}, {Attachment: one.ID, Kind: "row"}} {
		if err := p.Rely(ctx, r); kindOf(err) != workflow.Invalid {
			t.Errorf("%+v: %v", r, err)
		}
	}
	if err := p.Rely(ctx, workflow.Reliance{Attachment: two.ID, Kind: "row", Ref: "x"}); kindOf(err) != workflow.NotFound {
		t.Errorf("relying on what was taken out: %v", err)
	}
}

// TestWhatWasSentIsFrozenAndWhatWasDecidedOnStays plays a dossier through a
// supplement to its decision while description and drawings go on changing.
func TestWhatWasSentIsFrozenAndWhatWasDecidedOnStays(t *testing.T) {
	p := newProvince(t, "2024-03-01")
	v := p.saved(full("s2"))
	id := p.must("an", workflow.Want{Act: "create", System: "s2", Level: 2, Track: "operating"}).Case.ID
	one := p.attached(id, "logical_diagram", "a.png", "h1")
	p.must("an", workflow.Want{Act: "attach", Case: id, With: workflow.With{"components": []any{1, 2, 3, 4}}})
	out := p.must("binh", workflow.Want{Act: "submit", Case: id})
	if last := out.Papers[len(out.Papers)-1]; last.Form != "overview" || last.Number != "" || last.SHA256 == "" {
		t.Errorf("the description is not among the papers: %+v", last)
	}
	first, err := p.ContentOf(ctx, id, 1)
	if err != nil || first.On.String() != "2024-03-01" || first.Paper == "" || len(first.Attachments) != 1 {
		t.Fatalf("%+v, %v", first, err)
	}
	if err := p.RemoveAttachment(ctx, "an", one.ID); kindOf(err) != workflow.Refused {
		t.Errorf("taken out after it was sent: %v", err)
	}
	v.Overview.Zones[0].PrivateIP = []string{"10.99.0.0/16"}
	p.saved(v.Overview)
	two := p.attached(id, "logical_diagram", "b.png", "h2")
	if again, _ := p.ContentOf(ctx, id, 1); !reflect.DeepEqual(first, again) {
		t.Error("what was sent changed")
	}
	p.must("chi", workflow.Want{Act: "request_supplement", Case: id, With: workflow.With{"reason": "Thiếu sơ đồ"}})
	p.must("binh", workflow.Want{Act: "resubmit", Case: id})
	second, err := p.ContentOf(ctx, id, 2)
	if err != nil || second.Overview.Zones[0].PrivateIP[0] != "10.99.0.0/16" || len(second.Attachments) != 1 || second.Attachments[0].ID != two.ID {
		t.Fatalf("the second version: %+v, %v", second, err)
	}
	p.must("chi", workflow.Want{Act: "accept_valid", Case: id})
	p.must("chi", workflow.Want{Act: "conclude_fit", Case: id, With: workflow.With{"points": map[string]any{"a": "fit", "b": "fit", "c": "fit"}}})
	p.must("dung", workflow.Want{Act: "approve", Case: id, With: workflow.With{"quy_che": "1/QĐ", "quy_che_date": "2024-02-01"}})
	three := p.attached(id, "logical_diagram", "c.png", "h3")
	list, err := p.Attachments(ctx, id)
	if err != nil || len(list) != 3 || list[0].Frozen || !list[1].Frozen || list[2].Frozen || list[1].Replaced != three.ID {
		t.Errorf("frozen: %+v, %v", list, err)
	}
	if err := p.RemoveAttachment(ctx, "an", two.ID); kindOf(err) != workflow.Refused {
		t.Errorf("taken out after a decision: %v", err)
	}
	if again, _ := p.ContentOf(ctx, id, 2); !reflect.DeepEqual(second, again) {
		t.Error("what was decided on changed")
	}
	p.leaksNothing(id)
}

// leaksNothing looks for addresses and plans in every paper but the description,
// in the history and in the register.
func (p *province) leaksNothing(id string) {
	p.t.Helper()
	papers, err := p.Papers(ctx, id)
	if err != nil || len(papers) < 6 {
		p.t.Fatalf("%d papers, %v", len(papers), err)
	}
	var all strings.Builder
	for _, one := range papers {
		if one.Form != "overview" {
			all.WriteString(one.Text)
			facts, _ := json.Marshal(one.Facts)
			all.Write(facts)
		}
	}
	facts, out, err := p.PrintRegister(ctx, "ubnd", p.Today())
	if err != nil {
		p.t.Fatal(err)
	}
	for _, q := range []workflow.EventQuery{{Case: id}, {System: "s2"}} {
		events, _ := p.Events(ctx, q)
		js, _ := json.Marshal(events)
		all.Write(js)
	}
	js, _ := json.Marshal(facts)
	all.Write(js)
	all.WriteString(out.Text)
	for _, s := range []string{"10.20.30", "10.99.0", "203.0.113", "MAY-77", "Phòng máy"} {
		if strings.Contains(all.String(), s) {
			p.t.Errorf("%s is shown outside the description", s)
		}
	}
}

func TestWhatADescriptionLacksWarnsWithItsArticleAndBarsNothing(t *testing.T) {
	p := newProvince(t, "2024-03-01")
	id := p.must("an", workflow.Want{Act: "create", System: "s2", Level: 2, Track: "operating"}).Case.ID
	lacks := func() (of []string) {
		t.Helper()
		c, err := p.Case(ctx, id)
		if err != nil {
			t.Fatal(err)
		}
		for _, w := range c.Warnings {
			if len(w.Basis) == 0 || w.Basis[0] != "TT 12/2022 Đ8 k3" || w.Origin != "law" {
				t.Errorf("%+v", w)
			}
			of = append(of, w.Of)
		}
		return of
	}
	if got := lacks(); !slices.Equal(got, []string{"logical_diagram", "physical_diagram", "devices", "applications", "zones"}) {
		t.Errorf("at first: %v", got)
	}
	p.saved(full("s2"))
	p.attached(id, "logical_diagram", "a.png", "h1")
	if got := lacks(); !slices.Equal(got, []string{"physical_diagram"}) {
		t.Errorf("later: %v", got)
	}
	p.must("an", workflow.Want{Act: "attach", Case: id, With: workflow.With{"components": []any{1, 2, 3, 4}}})
	p.must("binh", workflow.Want{Act: "submit", Case: id})
	p.attached(id, "physical_diagram", "b.png", "h2")
	if got := lacks(); !slices.Equal(got, []string{"physical_diagram"}) {
		t.Errorf("the appraiser is warned of what was sent: %v", got)
	}
	p.must("chi", workflow.Want{Act: "request_supplement", Case: id, With: workflow.With{"reason": "Thiếu sơ đồ"}})
	if got := lacks(); len(got) != 0 {
		t.Errorf("the operator is warned of what stands: %v", got)
	}
	c, err := p.Case(ctx, p.submitted(3, "s3"))
	if err != nil || len(c.Warnings) != 5 {
		t.Errorf("sent with nothing: %v, %v", c.Warnings, err)
	}
}

func TestOnlyThePartiesSeeThePlansAndOnlyWhoPreparesWritesThem(t *testing.T) {
	p := newProvince(t, "2024-03-01")
	if err := p.AddPerson(ctx, workflow.Person{ID: "la", Name: "Người lạ", Grants: []workflow.Grant{{Office: "sct", Role: "operator_officer", To: day("2023-12-31")}}}); err != nil {
		t.Fatal(err)
	}
	for who, want := range map[string][2]bool{"an": {true, true}, "binh": {true, false}, "chi": {true, false}, "giang": {true, false}, "quan": {false, false}, "la": {false, false}} {
		if see, write := p.MaySeePlans(ctx, who, "s2") == nil, p.MayContent(ctx, who, "edit_overview", "s2") == nil; see != want[0] || write != want[1] {
			t.Errorf("%s sees %v, writes %v", who, see, write)
		}
	}
	if err := p.MaySeePlans(ctx, "an", "none"); kindOf(err) != workflow.NotFound {
		t.Errorf("a system that is not there: %v", err)
	}
}
