package regime

// GuardNames is the closed list of guards: conditions that code knows and data
// names. A test holds it against the engine and against every regime.
var GuardNames = []string{
	"one_owner", "parties_named", "lead_operator_named", "components_complete", "design_fits_track",
	"copies_complete", "level_known", "not_below_implied", "reason_given", "answers_complete",
	"points_answered", "preparer_is_not_appraiser", "appraiser_is_not_approver", "appraiser_independent",
	"quy_che_issued", "substance_unchanged", "no_open_dossier", "regime_in_force", "transition_term",
}

// EffectNames is the closed list of what a step may do beside moving the state.
var EffectNames = []string{
	"open_case", "merge_facts", "attach_components", "receive", "ask_points", "take_answers", "new_version",
	"take_level", "conclude", "conclude_level", "decide", "report", "close", "correct", "assign", "declare",
	"choose", "change_operator", "change_owner", "name_lead",
}

var stages = []string{"preparing", "appraising", "approving", "in_force", "closed"}

// capacities a state may wait for; "" is nobody.
var capacities = []string{"", "operator", "sdu", "appraiser", "owner"}
