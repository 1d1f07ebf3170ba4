-- +goose Up
-- What is late is counted by operator: who operates the system of a case, outside a lease, stands with the case.
ALTER TABLE cases ADD COLUMN of_operator TEXT NOT NULL DEFAULT '';
UPDATE cases SET of_operator = COALESCE((SELECT CASE WHEN s.lead <> '' THEN s.lead WHEN s.others = '' THEN s.operator ELSE '' END FROM systems s WHERE s.id = cases.system), '');
DROP INDEX cases_deadline;
CREATE INDEX cases_deadline ON cases (of_owner, deadline, id, of_operator, system) WHERE deadline <> '';
CREATE INDEX systems_leased ON systems (owner, id) WHERE provider <> '';
-- Checks of an owner's whole activity are few among the cases that run.
CREATE INDEX cases_own ON cases (id) WHERE owner <> '' AND stage NOT IN ('in_force', 'closed', 'resting');
DROP TRIGGER systems_passed;
DROP TRIGGER cases_owned;
-- +goose StatementBegin
CREATE TRIGGER systems_passed AFTER UPDATE OF owner, operator, others, lead ON systems WHEN (NEW.owner, NEW.operator, NEW.others, NEW.lead) <> (OLD.owner, OLD.operator, OLD.others, OLD.lead) BEGIN
  UPDATE cases SET of_owner = NEW.owner, of_operator = CASE WHEN NEW.lead <> '' THEN NEW.lead WHEN NEW.others = '' THEN NEW.operator ELSE '' END WHERE system = NEW.id AND owner = '';
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER cases_owned AFTER INSERT ON cases WHEN NEW.of_owner = '' BEGIN
  UPDATE cases SET of_owner = CASE WHEN NEW.owner <> '' THEN NEW.owner ELSE COALESCE((SELECT s.owner FROM systems s WHERE s.id = NEW.system), '') END,
    of_operator = COALESCE((SELECT CASE WHEN s.lead <> '' THEN s.lead WHEN s.others = '' THEN s.operator ELSE '' END FROM systems s WHERE s.id = NEW.system), '') WHERE id = NEW.id;
END;
-- +goose StatementEnd
