package workflow_test

import (
	"context"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"capdo/internal/store"
	"capdo/workflow"
)

// newHouse is a province over a real SQLite file.
func newHouse(t *testing.T) *province {
	t.Helper()
	st, err := store.Open(context.Background(), filepath.Join(t.TempDir(), "capdo.db"), store.Options{Create: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = st.Close() })
	return provinceIn(t, st, "2022-03-01")
}

func (p *province) ok(err error) {
	p.t.Helper()
	if err != nil {
		p.t.Fatal(err)
	}
}

// not asks for a problem of a kind under a key, and for the fields it names.
func (p *province) not(err error, kind workflow.Kind, key string, fields ...string) {
	p.t.Helper()
	no, ok := workflow.ProblemOf(err)
	if !ok || no.Kind != kind || no.Key != key {
		p.t.Fatalf("got %v, want %s %s", err, kind, key)
	}
	var have []string
	for _, f := range no.Fields {
		have = append(have, f.Name)
	}
	if !slices.Equal(have, fields) {
		p.t.Errorf("fields %v, want %v", have, fields)
	}
}

// last is the newest line of the history of the house.
func (p *province) last() workflow.Event {
	p.t.Helper()
	list, err := p.HouseHistory(context.Background(), "quan", 0, 0)
	p.ok(err)
	if len(list) == 0 {
		p.t.Fatal("no history")
	}
	return list[len(list)-1]
}

func (p *province) noted(change, office string) {
	p.t.Helper()
	e := p.last()
	if e.With["change"] != change || e.Office != office || e.Person != "quan" || e.Role != "sysadmin" || e.Rule == "" || e.Refused != nil || e.On.IsZero() {
		p.t.Errorf("noted %+v, want %s on %s", e, change, office)
	}
}

func text(s string) *string { return &s }

func TestAnOfficeComesInWithASourceAndItsSymbolIsASuggestionUntilConfirmed(t *testing.T) {
	p, ctx := newHouse(t), context.Background()
	o, err := p.AddOfficeBy(ctx, "quan", workflow.OfficeOrder{Name: "  Sở Xây dựng ", Under: "ubnd", Source: "12/QĐ-UBND", Key: "k1"})
	p.ok(err)
	if o.Name != "Sở Xây dựng" || !o.Suggested || o.Symbol == "" || o.Revision != 1 {
		t.Errorf("%+v", o)
	}
	p.noted("office_added", o.ID)
	again, err := p.AddOfficeBy(ctx, "quan", workflow.OfficeOrder{Name: "Sở Xây dựng", Under: "ubnd", Source: "12/QĐ-UBND", Key: "k1"})
	p.ok(err)
	if again.ID != o.ID {
		t.Errorf("the same request makes a second office: %s", again.ID)
	}
	_, err = p.AddOfficeBy(ctx, "quan", workflow.OfficeOrder{Name: "sở xây dựng", Under: "ubnd", Source: "x"})
	p.not(err, workflow.Invalid, "field.invalid", "name")
	_, err = p.AddOfficeBy(ctx, "quan", workflow.OfficeOrder{Under: "nicht", Series: "three", Licensed: &workflow.Term{From: day("2022-01-02"), To: day("2022-01-01")}})
	p.not(err, workflow.Invalid, "field.invalid", "licensed", "name", "series", "under", "source")
	above, err := p.Store.Office(ctx, "ubnd")
	p.ok(err)
	if o.Place == "" || o.Place != above.Place {
		t.Errorf("sits in %q, its superior in %q", o.Place, above.Place)
	}
	alone, err := p.AddOfficeBy(ctx, "quan", workflow.OfficeOrder{Name: "Cục không nơi", Source: "14/QĐ"})
	p.ok(err)
	_, err = p.ConfirmOffice(ctx, "quan", alone.ID, "15/QĐ")
	p.not(err, workflow.Invalid, "field.invalid", "place")
	_, err = p.ChangeOffice(ctx, "quan", o.ID, workflow.OfficeEdit{Place: text("Ninh Thuận"), Correction: true, Source: "13/QĐ-SXD"})
	p.ok(err)
	o, err = p.ConfirmOffice(ctx, "quan", o.ID, "13/QĐ-SXD")
	p.ok(err)
	if o.Suggested || len(o.Past) != 0 {
		t.Errorf("confirmed: %+v", o)
	}
	p.noted("office_confirmed", o.ID)
}

func TestOnlyWhoKeepsTheHouseMayAndHisTryIsKept(t *testing.T) {
	p, ctx := newHouse(t), context.Background()
	for _, who := range []string{"an", "giang", "dung"} {
		_, err := p.AddOfficeBy(ctx, who, workflow.OfficeOrder{Name: "x", Source: "x"})
		p.not(err, workflow.Denied, "house.denied")
		_, err = p.GrantTo(ctx, who, "an", workflow.Grant{Office: "ubnd", Role: "owner_head", Source: "x"})
		p.not(err, workflow.Denied, "house.denied")
		if e := p.last(); e.Refused == nil || e.Person != who || e.Act != "grant" {
			t.Errorf("the try of %s is not kept: %+v", who, e)
		}
		if _, err := p.HouseHistory(ctx, who, 0, 0); err == nil {
			t.Errorf("%s reads the history of the house", who)
		}
	}
}

func TestAnOfficeIsRenamedFromADayOnAndOldPapersKeepTheOldName(t *testing.T) {
	p, ctx := newHouse(t), context.Background()
	was, _ := p.Store.Office(ctx, "sct")
	stale := was.Revision
	o, err := p.ChangeOffice(ctx, "quan", "sct", workflow.OfficeEdit{Name: text("Sở Công Thương và Du lịch"), On: day("2022-02-01"), Source: "5/NQ-HĐND", Revision: &stale})
	p.ok(err)
	if o.At(day("2022-01-31")).Name != "Sở Công Thương" || o.At(day("2022-02-01")).Name != "Sở Công Thương và Du lịch" || o.Changes[0].Kind != "renamed" || o.Changes[0].Source != "5/NQ-HĐND" {
		t.Errorf("%+v", o)
	}
	p.noted("office_renamed", "sct")
	_, err = p.ChangeOffice(ctx, "quan", "sct", workflow.OfficeEdit{Name: text("Sở khác"), Source: "x", Revision: &stale})
	p.not(err, workflow.Stale, "house.moved_on")
	_, err = p.ChangeOffice(ctx, "quan", "sct", workflow.OfficeEdit{Name: text("Sở khác"), On: day("2022-01-15"), Source: "x"})
	p.not(err, workflow.Invalid, "field.invalid", "on")
	_, err = p.ChangeOffice(ctx, "quan", "sct", workflow.OfficeEdit{Name: text("Sở khác"), On: day("2022-03-02"), Source: "x"})
	p.not(err, workflow.Invalid, "field.invalid", "on")
	_, err = p.ChangeOffice(ctx, "quan", "ubnd", workflow.OfficeEdit{Under: text("sct"), Source: "x"})
	p.not(err, workflow.Invalid, "field.invalid", "under")
	o, err = p.ChangeOffice(ctx, "quan", "sct", workflow.OfficeEdit{Phone: text("0259 3822 000"), Series: text("per_type"), Licensed: &workflow.Term{From: day("2022-01-01")}, Source: "x"})
	p.ok(err)
	if len(o.Past) != 1 || o.Phone == "" || o.Series != "per_type" || o.Licensed == nil {
		t.Errorf("a telephone is no change of name: %+v", o)
	}
	o, err = p.ChangeOffice(ctx, "quan", "sct", workflow.OfficeEdit{Licensed: &workflow.Term{}, Source: "x"})
	p.ok(err)
	if o.Licensed != nil {
		t.Errorf("the licence stays: %+v", o.Licensed)
	}
}

func TestOfficesMergeSplitAndEndAndStayInOldRecords(t *testing.T) {
	p, ctx := newHouse(t), context.Background()
	out, err := p.MergeOffices(ctx, "quan", workflow.MergeOrder{Offices: []string{"sct"}, On: day("2022-03-01"), Source: "9/NQ", New: &workflow.OfficeOrder{Name: "Sở Kinh tế", Under: "ubnd"}})
	p.ok(err)
	if len(out.Offices) != 2 || !slices.Equal(out.Systems, []string{"s2", "s3"}) || !slices.Equal(out.People, []string{"an", "binh"}) {
		t.Fatalf("%+v", out)
	}
	gone, _ := p.Store.Office(ctx, "sct")
	if gone.Stands(p.Today()) || !gone.Stands(day("2022-02-28")) || gone.Changes[0].Kind != "merged_into" {
		t.Errorf("%+v", gone)
	}
	_, err = p.GrantTo(ctx, "quan", "hoa", workflow.Grant{Office: "sct", Role: "operator_officer", Source: "x"})
	p.not(err, workflow.Invalid, "field.invalid", "office")
	_, err = p.CreateSystem(ctx, "chi", workflow.SystemOrder{Name: "Mới", Owners: []string{"ubnd"}, Operators: []string{"sct"}, SDU: "stttt"})
	p.not(err, workflow.Invalid, "field.invalid", "operators.1")
	p.refused("giang", workflow.Want{Act: "change_operator", System: "s2", With: workflow.With{"to": "sct", "no": "1", "date": "2022-03-01"}}, workflow.Invalid)
	if s, err := p.System(ctx, "s2"); err != nil || s.Operators[0] != "sct" {
		t.Errorf("the old record: %+v, %v", s, err)
	}
	_, err = p.MergeOffices(ctx, "quan", workflow.MergeOrder{Offices: []string{"sct"}, Into: "stttt", On: day("2022-03-01"), Source: "x"})
	p.not(err, workflow.Invalid, "field.invalid", "offices")
	_, err = p.MergeOffices(ctx, "quan", workflow.MergeOrder{Into: "stttt"})
	p.not(err, workflow.Invalid, "field.invalid", "source", "on", "offices")

	out, err = p.SplitOffice(ctx, "quan", workflow.SplitOrder{Office: "stttt", Ends: false, On: day("2022-03-01"), Source: "10/NQ", Into: []workflow.OfficeOrder{{Name: "Trung tâm Số", Under: "stttt"}}})
	p.ok(err)
	if len(out.Offices) != 2 || out.Offices[0].Changes[0].Other != "stttt" || len(out.Systems) != 0 {
		t.Errorf("%+v", out)
	}
	_, err = p.EndOffice(ctx, "quan", out.Offices[0].ID, day("2022-06-30"), "11/NQ")
	p.ok(err)
	p.noted("office_ended", out.Offices[0].ID)
	if o, _ := p.Store.Office(ctx, out.Offices[0].ID); !o.Stands(day("2022-06-30")) || o.Stands(day("2022-07-01")) {
		t.Errorf("%+v", o)
	}
	_, err = p.EndOffice(ctx, "quan", "nicht", workflow.Day{}, "")
	p.not(err, workflow.Invalid, "field.invalid", "source", "on", "office")
}

func TestAPersonGetsARoleFromAnotherAndLosesItOnADay(t *testing.T) {
	p, ctx := newHouse(t), context.Background()
	_, err := p.AddPersonBy(ctx, "quan", workflow.PersonOrder{ID: "mai", Name: "Lê Thị Mai"})
	p.ok(err)
	p.noted("person_added", "ubnd")
	for _, id := range []string{"", "Mai", "clock", "a", "mai mai"} {
		_, err = p.AddPersonBy(ctx, "quan", workflow.PersonOrder{ID: id, Name: "x"})
		p.not(err, workflow.Invalid, "field.invalid", "id")
	}
	_, err = p.AddPersonBy(ctx, "quan", workflow.PersonOrder{ID: "mai", Name: "Mai khác"})
	p.not(err, workflow.Invalid, "field.invalid", "id")
	got, err := p.GrantTo(ctx, "quan", "mai", workflow.Grant{Office: "sct", Role: "operator_head", Source: "7/QĐ", Sign: "KT.", Title: "PHÓ GIÁM ĐỐC"})
	p.ok(err)
	p.noted("granted", "sct")
	if got.Grants[0].From != p.Today() {
		t.Errorf("%+v", got)
	}
	_, err = p.GrantTo(ctx, "quan", "mai", workflow.Grant{Office: "sct", Role: "operator_head", Source: "8/QĐ"})
	p.not(err, workflow.Refused, "grant.has_already")
	_, err = p.GrantTo(ctx, "quan", "mai", workflow.Grant{Office: "nicht", Role: "clock", Sign: "XX.", From: day("2022-02-02"), To: day("2022-02-01")})
	p.not(err, workflow.Invalid, "field.invalid", "role", "office", "to", "sign", "title", "source")
	_, err = p.RenamePerson(ctx, "quan", "mai", "Lê Thị Mai Anh", "CCCD")
	p.ok(err)
	p.noted("person_renamed", "ubnd")
	_, err = p.EndGrant(ctx, "quan", "mai", 0, day("2022-02-01"), "x", nil)
	p.not(err, workflow.Invalid, "field.invalid", "to")
	_, err = p.EndGrant(ctx, "quan", "mai", 1, p.Today(), "x", nil)
	p.not(err, workflow.Invalid, "field.invalid", "grant")
	_, err = p.EndGrant(ctx, "quan", "mai", 0, p.Today(), "x", &[]int64{1}[0])
	p.not(err, workflow.Stale, "house.moved_on")
	got, err = p.EndGrant(ctx, "quan", "mai", 0, p.Today(), "9/QĐ", nil)
	p.ok(err)
	p.noted("grant_ended", "sct")
	if len(got.Grants) != 1 || !got.Grants[0].On(p.Today()) || got.Grants[0].On(p.Today().AddDays(1)) {
		t.Errorf("the grant stays in the record: %+v", got)
	}
}

func TestAnAdministratorHasNoBusinessRoleAndIsNeverTheLastToGo(t *testing.T) {
	p, ctx := newHouse(t), context.Background()
	admin := workflow.Grant{Office: "ubnd", Role: "sysadmin", Source: "x"}
	_, err := p.GrantTo(ctx, "quan", "quan", workflow.Grant{Office: "ubnd", Role: "owner_head", Source: "x"})
	p.not(err, workflow.Refused, "grant.self")
	if e := p.last(); e.Refused == nil || e.Refused.Key != "grant.self" || e.With["role"] != "owner_head" {
		t.Errorf("the try is not kept: %+v", e)
	}
	_, err = p.GrantTo(ctx, "quan", "an", admin)
	p.not(err, workflow.Refused, "grant.administrator_apart")
	_, err = p.EndGrant(ctx, "quan", "quan", 0, p.Today(), "x", nil)
	p.not(err, workflow.Refused, "grant.last_administrator")
	_, err = p.EndGrant(ctx, "quan", "an", 0, p.Today().AddDays(-1), "x", nil)
	p.ok(err)
	_, err = p.GrantTo(ctx, "quan", "an", admin)
	p.ok(err)
	_, err = p.GrantTo(ctx, "an", "quan", workflow.Grant{Office: "ubnd", Role: "auditor", Source: "x"})
	p.not(err, workflow.Refused, "grant.administrator_apart")
	_, err = p.EndGrant(ctx, "an", "quan", 0, p.Today().AddDays(-1), "x", nil)
	p.ok(err)
	_, err = p.AddPersonBy(ctx, "quan", workflow.PersonOrder{ID: "xx", Name: "x"})
	p.not(err, workflow.Denied, "house.denied")
}

func TestAGrantIsEffectiveWithTheNextRequest(t *testing.T) {
	p, ctx := newHouse(t), context.Background()
	create := workflow.Want{Act: "create", System: "s2", Level: 2, Track: "operating"}
	p.refused("hoa", create, workflow.Denied)
	_, err := p.GrantTo(ctx, "quan", "hoa", workflow.Grant{Office: "sct", Role: "operator_officer", Source: "x"})
	p.ok(err)
	id := p.must("hoa", create).Case.ID
	_, err = p.EndGrant(ctx, "quan", "hoa", 1, p.Today().AddDays(-1), "x", nil)
	p.ok(err)
	p.refused("hoa", workflow.Want{Act: "attach", Case: id, With: workflow.With{"components": []any{1}}}, workflow.Denied)
}

func TestAProvinceIsSetUpOnceAndWhole(t *testing.T) {
	st, err := store.Open(context.Background(), filepath.Join(t.TempDir(), "capdo.db"), store.Options{Create: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = st.Close() })
	c, err := parts()
	if err != nil {
		t.Fatal(err)
	}
	p, ctx := &province{t: t, now: day("2026-11-27").Start().Add(9 * time.Hour)}, context.Background()
	ids := 0
	c.Store, c.Clock, c.NewID = st, func() time.Time { return p.now }, func(kind string) string { ids++; return kind + string(rune('a'+ids)) }
	p.Service = workflow.New(c)
	_, err = p.SetUp(ctx, workflow.SetUpOrder{Province: workflow.Province{URL: "capdo"}, Admin: workflow.PersonOrder{ID: "QT"}})
	p.not(err, workflow.Invalid, "field.invalid", "province.name", "province.url", "admin.id", "admin.name", "owner.name", "owner.source", "sdu.name", "sdu.source")
	order := workflow.SetUpOrder{Province: workflow.Province{Name: "Tỉnh Khánh Hòa", URL: "https://capdo.khanhhoa.example/"}, Owner: workflow.OfficeOrder{Name: "Ủy ban nhân dân tỉnh Khánh Hòa"},
		SDU: workflow.OfficeOrder{Name: "Sở Khoa học và Công nghệ"}, Admin: workflow.PersonOrder{ID: "quan", Name: "Trần Quân"}}
	out, err := p.SetUp(ctx, order)
	p.ok(err)
	if out.SDU.Under != out.Owner.ID || out.Admin.Grants[0].Role != "sysadmin" || len(out.Calendars) != 2 || !out.Calendars[0].Known {
		t.Errorf("%+v", out)
	}
	order.Admin.ID = "ke-khac"
	twice, err := p.SetUp(ctx, order)
	p.ok(err)
	if twice.Admin.ID != "quan" {
		t.Errorf("a second set-up makes %+v", twice.Admin)
	}
	house, err := p.Province(ctx)
	p.ok(err)
	if house.Name != "Tỉnh Khánh Hòa" || house.URL != "https://capdo.khanhhoa.example" {
		t.Errorf("%+v", house)
	}
	p.ok(p.SetProvince(ctx, "quan", workflow.Province{Name: "Tỉnh Khánh Hòa mới"}))
	p.noted("province", out.Owner.ID)
	p.not(p.SetProvince(ctx, "quan", workflow.Province{URL: "javascript:alert(1)"}), workflow.Invalid, "field.invalid", "name", "url")
}

func TestWhoseStayLetsAnAdministratorGoIsKeptAsItWasSeen(t *testing.T) {
	p, ctx := newHouse(t), context.Background()
	_, err := p.EndGrant(ctx, "quan", "an", 0, p.Today().AddDays(-1), "x", nil)
	p.ok(err)
	_, err = p.GrantTo(ctx, "quan", "an", workflow.Grant{Office: "ubnd", Role: "sysadmin", Source: "x"})
	p.ok(err)
	was, err := p.Store.Person(ctx, "quan")
	p.ok(err)
	an, err := p.Store.Person(ctx, "an")
	p.ok(err)
	_, err = p.EndGrant(ctx, "quan", "an", len(an.Grants)-1, p.Today(), "x", nil)
	p.ok(err)
	now, err := p.Store.Person(ctx, "quan")
	p.ok(err)
	if now.Revision != was.Revision+1 || len(now.Grants) != len(was.Grants) {
		t.Errorf("%+v, was %+v", now, was)
	}
}

func TestASplitMakesNoTwoOfficesOfOneName(t *testing.T) {
	p, ctx := newHouse(t), context.Background()
	part := workflow.OfficeOrder{Name: "Trung tâm Số", Under: "stttt"}
	_, err := p.SplitOffice(ctx, "quan", workflow.SplitOrder{Office: "stttt", On: p.Today(), Source: "10/NQ", Into: []workflow.OfficeOrder{part, part}})
	p.not(err, workflow.Invalid, "field.invalid", "into.2.name")
}
