package regime

// GuardNames is the closed list of guards: conditions that code knows and data
// names. A test holds it against the engine and against every regime.
var GuardNames = []string{
	"one_owner", "parties_named", "lead_operator_named", "components_complete", "design_fits_track", "extra_explained", "listing_grounds",
	"risk_assessed", "copies_complete", "level_known", "may_join", "not_below_implied", "reason_given", "answers_complete",
	"points_answered", "preparer_is_not_appraiser", "appraiser_is_not_approver", "preparer_is_not_approver", "appraiser_independent", "lead_body",
	"quy_che_issued", "substance_unchanged", "no_open_dossier", "approved_before", "measures_deployed", "separation_met", "conditions_assessed",
	"delegation_valid", "subordinate_only", "no_subdelegation", "performer_qualifies", "ordering_authority",
	"regime_in_force", "transition_term",
}

// EffectNames is the closed list of what a step may do beside moving the state.
var EffectNames = []string{
	"open_case", "open_again", "merge_facts", "join_systems", "part_systems", "attach_components", "file", "receive", "ask_points", "take_answers", "new_version",
	"take_level", "conclude", "conclude_level", "record_opinion", "give_opinion", "ask_listing", "list", "decide", "decide_plan", "report", "close",
	"correct", "assign", "declare", "choose", "change_operator", "change_owner", "name_lead", "end_decision", "start_operation",
	"plan_end", "end_operation", "review", "evaluate", "designate", "delegate", "send_report",
	"draft_plan", "approve_inspection", "send_plan", "order", "open_order", "start_field", "finish_field", "comment",
	"conclude_check", "close_finding", "extend_finding", "recheck_finding",
}

var stages = []string{"preparing", "appraising", "approving", "in_force", "ending", "resting", "waiting", "planning", "checking", "concluding", "remedying", "closed"}

// capacities a state may wait for; "" is nobody.
var capacities = []string{"", "operator", "sdu", "appraiser", "owner", "assessor"}

// conditions a step of the clock may wait for; "" is none.
var conditions = []string{"", "findings", "no_findings", "all_closed"}
