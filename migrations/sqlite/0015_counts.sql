-- +goose Up
-- What a dashboard counts stands in columns: the rules and the year of the level in force, how the system went into operation, what its row
-- of the register and the last statement say of its plan, and from when to when it is leased. The program fills them for older rows.
ALTER TABLE systems ADD COLUMN regime TEXT NOT NULL DEFAULT '';
ALTER TABLE systems ADD COLUMN year INTEGER NOT NULL DEFAULT 0;
ALTER TABLE systems ADD COLUMN operated TEXT NOT NULL DEFAULT '';
ALTER TABLE systems ADD COLUMN meets TEXT NOT NULL DEFAULT '';
ALTER TABLE systems ADD COLUMN stated TEXT NOT NULL DEFAULT '';
ALTER TABLE systems ADD COLUMN leased_from TEXT NOT NULL DEFAULT '';
ALTER TABLE systems ADD COLUMN leased_to TEXT NOT NULL DEFAULT '';
ALTER TABLE statements ADD COLUMN deployment TEXT NOT NULL DEFAULT '';
UPDATE statements SET deployment = COALESCE(json_extract(body, '$.deployment'), '') WHERE system <> '';
CREATE INDEX statements_system ON statements (system, dated, place) WHERE deployment <> '';
UPDATE systems SET sort = '',
  meets = COALESCE((SELECT json_extract(e.body, '$.meets') FROM register_entries e WHERE e.system = systems.id AND e.until = '' LIMIT 1), ''),
  stated = COALESCE((SELECT deployment FROM statements WHERE system = systems.id AND deployment <> '' ORDER BY dated DESC, place DESC LIMIT 1), '');
-- Of a case: the owner it belongs to, when it was opened, by when it waits, by when its check is due, how many deadlines it has missed.
ALTER TABLE cases ADD COLUMN of_owner TEXT NOT NULL DEFAULT '';
ALTER TABLE cases ADD COLUMN opened TEXT NOT NULL DEFAULT '';
ALTER TABLE cases ADD COLUMN deadline TEXT NOT NULL DEFAULT '';
ALTER TABLE cases ADD COLUMN soon TEXT NOT NULL DEFAULT '';
ALTER TABLE cases ADD COLUMN marks INTEGER NOT NULL DEFAULT 0;
UPDATE cases SET of_owner = CASE WHEN owner <> '' THEN owner ELSE COALESCE((SELECT s.owner FROM systems s WHERE s.id = cases.system), '') END;
CREATE INDEX cases_unfilled ON cases (id) WHERE opened = '';
CREATE INDEX cases_open ON cases (of_owner, state, opened) WHERE kind = '' AND stage NOT IN ('in_force', 'closed');
CREATE INDEX cases_deadline ON cases (of_owner, deadline, id) WHERE deadline <> '';
CREATE INDEX cases_soon ON cases (of_owner, soon, deadline, id) WHERE soon <> '';
CREATE INDEX cases_marks ON cases (id) WHERE marks > 0 AND stage NOT IN ('in_force', 'closed', 'resting');
-- The counts, kept with each row. A slot keeps those who write at once on PostgreSQL from waiting for each other; what counts is the sum.
CREATE TABLE system_counts (owner TEXT NOT NULL, state TEXT NOT NULL, level INTEGER NOT NULL, regime TEXT NOT NULL, year INTEGER NOT NULL, deployed TEXT NOT NULL, slot INTEGER NOT NULL, n INTEGER NOT NULL,
  PRIMARY KEY (owner, state, level, regime, year, deployed, slot));
CREATE TABLE operator_counts (owner TEXT NOT NULL, operator TEXT NOT NULL, state TEXT NOT NULL, slot INTEGER NOT NULL, n INTEGER NOT NULL, levelled INTEGER NOT NULL,
  PRIMARY KEY (owner, operator, state, slot));
CREATE TABLE case_counts (owner TEXT NOT NULL, state TEXT NOT NULL, slot INTEGER NOT NULL, n INTEGER NOT NULL, PRIMARY KEY (owner, state, slot));
INSERT INTO system_counts (owner, state, level, regime, year, deployed, slot, n)
  SELECT owner, state, level, regime, year, CASE WHEN level = 0 THEN '' WHEN stated <> '' THEN stated WHEN operated <> '' THEN operated WHEN meets = 'met' THEN 'full' ELSE '' END, 0, COUNT(*) FROM systems GROUP BY 1, 2, 3, 4, 5, 6;
INSERT INTO operator_counts (owner, operator, state, slot, n, levelled)
  SELECT owner, CASE WHEN lead <> '' THEN lead WHEN others = '' THEN operator ELSE '' END, state, 0, COUNT(*), SUM(CASE WHEN level > 0 THEN 1 ELSE 0 END) FROM systems GROUP BY 1, 2, 3;
INSERT INTO case_counts (owner, state, slot, n) SELECT of_owner, state, 0, COUNT(*) FROM cases WHERE kind = '' AND of_owner <> '' AND stage NOT IN ('in_force', 'closed') GROUP BY of_owner, state;
-- +goose StatementBegin
CREATE TRIGGER systems_figured AFTER INSERT ON systems BEGIN
  INSERT INTO system_counts (owner, state, level, regime, year, deployed, slot, n)
    VALUES (NEW.owner, NEW.state, NEW.level, NEW.regime, NEW.year, CASE WHEN NEW.level = 0 THEN '' WHEN NEW.stated <> '' THEN NEW.stated WHEN NEW.operated <> '' THEN NEW.operated WHEN NEW.meets = 'met' THEN 'full' ELSE '' END, 0, 1)
    ON CONFLICT (owner, state, level, regime, year, deployed, slot) DO UPDATE SET n = n + excluded.n;
  INSERT INTO operator_counts (owner, operator, state, slot, n, levelled) VALUES (NEW.owner, CASE WHEN NEW.lead <> '' THEN NEW.lead WHEN NEW.others = '' THEN NEW.operator ELSE '' END, NEW.state, 0, 1, CASE WHEN NEW.level > 0 THEN 1 ELSE 0 END)
    ON CONFLICT (owner, operator, state, slot) DO UPDATE SET n = n + excluded.n, levelled = levelled + excluded.levelled;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER systems_refigured AFTER UPDATE ON systems WHEN (NEW.owner, NEW.operator, NEW.others, NEW.lead, NEW.state, NEW.level, NEW.regime, NEW.year, NEW.operated, NEW.meets, NEW.stated) <> (OLD.owner, OLD.operator, OLD.others, OLD.lead, OLD.state, OLD.level, OLD.regime, OLD.year, OLD.operated, OLD.meets, OLD.stated) BEGIN
  INSERT INTO system_counts (owner, state, level, regime, year, deployed, slot, n)
    VALUES (OLD.owner, OLD.state, OLD.level, OLD.regime, OLD.year, CASE WHEN OLD.level = 0 THEN '' WHEN OLD.stated <> '' THEN OLD.stated WHEN OLD.operated <> '' THEN OLD.operated WHEN OLD.meets = 'met' THEN 'full' ELSE '' END, 0, -1)
    ON CONFLICT (owner, state, level, regime, year, deployed, slot) DO UPDATE SET n = n + excluded.n;
  INSERT INTO operator_counts (owner, operator, state, slot, n, levelled) VALUES (OLD.owner, CASE WHEN OLD.lead <> '' THEN OLD.lead WHEN OLD.others = '' THEN OLD.operator ELSE '' END, OLD.state, 0, -1, CASE WHEN OLD.level > 0 THEN -1 ELSE 0 END)
    ON CONFLICT (owner, operator, state, slot) DO UPDATE SET n = n + excluded.n, levelled = levelled + excluded.levelled;
  INSERT INTO system_counts (owner, state, level, regime, year, deployed, slot, n)
    VALUES (NEW.owner, NEW.state, NEW.level, NEW.regime, NEW.year, CASE WHEN NEW.level = 0 THEN '' WHEN NEW.stated <> '' THEN NEW.stated WHEN NEW.operated <> '' THEN NEW.operated WHEN NEW.meets = 'met' THEN 'full' ELSE '' END, 0, 1)
    ON CONFLICT (owner, state, level, regime, year, deployed, slot) DO UPDATE SET n = n + excluded.n;
  INSERT INTO operator_counts (owner, operator, state, slot, n, levelled) VALUES (NEW.owner, CASE WHEN NEW.lead <> '' THEN NEW.lead WHEN NEW.others = '' THEN NEW.operator ELSE '' END, NEW.state, 0, 1, CASE WHEN NEW.level > 0 THEN 1 ELSE 0 END)
    ON CONFLICT (owner, operator, state, slot) DO UPDATE SET n = n + excluded.n, levelled = levelled + excluded.levelled;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER systems_unfigured AFTER DELETE ON systems BEGIN
  INSERT INTO system_counts (owner, state, level, regime, year, deployed, slot, n)
    VALUES (OLD.owner, OLD.state, OLD.level, OLD.regime, OLD.year, CASE WHEN OLD.level = 0 THEN '' WHEN OLD.stated <> '' THEN OLD.stated WHEN OLD.operated <> '' THEN OLD.operated WHEN OLD.meets = 'met' THEN 'full' ELSE '' END, 0, -1)
    ON CONFLICT (owner, state, level, regime, year, deployed, slot) DO UPDATE SET n = n + excluded.n;
  INSERT INTO operator_counts (owner, operator, state, slot, n, levelled) VALUES (OLD.owner, CASE WHEN OLD.lead <> '' THEN OLD.lead WHEN OLD.others = '' THEN OLD.operator ELSE '' END, OLD.state, 0, -1, CASE WHEN OLD.level > 0 THEN -1 ELSE 0 END)
    ON CONFLICT (owner, operator, state, slot) DO UPDATE SET n = n + excluded.n, levelled = levelled + excluded.levelled;
END;
-- +goose StatementEnd
-- A case goes with its system to another owner.
-- +goose StatementBegin
CREATE TRIGGER systems_passed AFTER UPDATE OF owner ON systems WHEN NEW.owner <> OLD.owner BEGIN
  UPDATE cases SET of_owner = NEW.owner WHERE system = NEW.id AND owner = '';
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER cases_owned AFTER INSERT ON cases WHEN NEW.of_owner = '' BEGIN
  UPDATE cases SET of_owner = CASE WHEN NEW.owner <> '' THEN NEW.owner ELSE COALESCE((SELECT s.owner FROM systems s WHERE s.id = NEW.system), '') END WHERE id = NEW.id;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER cases_figured AFTER INSERT ON cases WHEN NEW.of_owner <> '' BEGIN
  INSERT INTO case_counts (owner, state, slot, n)
    SELECT NEW.of_owner, NEW.state, 0, 1 WHERE NEW.kind = '' AND NEW.of_owner <> '' AND NEW.stage NOT IN ('in_force', 'closed')
    ON CONFLICT (owner, state, slot) DO UPDATE SET n = n + excluded.n;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER cases_refigured AFTER UPDATE ON cases WHEN (NEW.state, NEW.stage, NEW.of_owner) <> (OLD.state, OLD.stage, OLD.of_owner) BEGIN
  INSERT INTO case_counts (owner, state, slot, n)
    SELECT OLD.of_owner, OLD.state, 0, -1 WHERE OLD.kind = '' AND OLD.of_owner <> '' AND OLD.stage NOT IN ('in_force', 'closed')
    ON CONFLICT (owner, state, slot) DO UPDATE SET n = n + excluded.n;
  INSERT INTO case_counts (owner, state, slot, n)
    SELECT NEW.of_owner, NEW.state, 0, 1 WHERE NEW.kind = '' AND NEW.of_owner <> '' AND NEW.stage NOT IN ('in_force', 'closed')
    ON CONFLICT (owner, state, slot) DO UPDATE SET n = n + excluded.n;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER cases_unfigured AFTER DELETE ON cases BEGIN
  INSERT INTO case_counts (owner, state, slot, n)
    SELECT OLD.of_owner, OLD.state, 0, -1 WHERE OLD.kind = '' AND OLD.of_owner <> '' AND OLD.stage NOT IN ('in_force', 'closed')
    ON CONFLICT (owner, state, slot) DO UPDATE SET n = n + excluded.n;
END;
-- +goose StatementEnd
