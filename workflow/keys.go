package workflow

import (
	"maps"
	"slices"

	"capdo/workflow/regime"
)

// Guards lists the guards that code knows, for the test of agreement with data.
func Guards() []string { return slices.Sorted(maps.Keys(guards)) }

// Effects lists the effects that code knows, for the same test.
func Effects() []string { return slices.Sorted(maps.Keys(effects)) }

// HouseChanges lists what the history of the house may say was changed; each has
// its words under "change.".
func HouseChanges() []string {
	return []string{"account_created", "account_disabled", "account_enabled", "account_unlocked", "grant_ended", "granted", "office_added", "office_changed",
		"office_confirmed", "office_corrected", "office_ended", "office_merged", "office_renamed", "office_split", "password_reset", "person_added",
		"person_renamed", "province", "second_step_reset", "sessions_ended", "set_up", "system_added", "system_changed"}
}

// ProblemKeys lists every key a Problem of this room may carry.
func ProblemKeys() []string {
	keys := []string{"field.invalid", "text.bad_character", "facts.contradict", "act.unknown", "act.not_open", "act.denied",
		"level.not_yet", "create.use_redetermination", "case.moved_on", "regime.no_declaration", "number.no_symbol",
		"number.taken", "number.not_reserved", "guard.calendar_known", "not_found.case", "not_found.system", "not_found.office",
		"not_found.person", "not_found.number", "not_found.paper", "not_found.form", "not_found.regime", "not_found.proof", "register.volumes"}
	keys = append(keys, "file.frozen", "not_found.attachment", "not_found.content", "content.no_longer_lent")
	for _, n := range ContentNames() {
		keys = append(keys, "content.missing."+n)
	}
	keys = append(keys, "not_found.report", "not_found.plan", "not_found.target_plan", "report.addressee", "plan.sum_differs", "plan.parts_differ")
	keys = append(keys, "house.denied", "house.moved_on", "grant.self", "grant.administrator_apart", "grant.has_already", "grant.last_administrator", "system.decided", "system.on_its_way", "account.self")
	for _, c := range regime.ReportCheckNames {
		keys = append(keys, "report.check."+c)
	}
	for _, g := range regime.GuardNames {
		keys = append(keys, "guard."+g)
	}
	return append(keys, sheetKeys...)
}
