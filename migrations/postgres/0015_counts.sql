-- +goose Up
-- What a dashboard counts stands in columns: the rules and the year of the level in force, how the system went into operation, what its row
-- of the register and the last statement say of its plan, and from when to when it is leased. The program fills them for older rows.
ALTER TABLE systems ADD COLUMN regime TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE systems ADD COLUMN year BIGINT NOT NULL DEFAULT 0;
ALTER TABLE systems ADD COLUMN operated TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE systems ADD COLUMN meets TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE systems ADD COLUMN stated TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE systems ADD COLUMN leased_from TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE systems ADD COLUMN leased_to TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE statements ADD COLUMN deployment TEXT COLLATE "C" NOT NULL DEFAULT '';
UPDATE statements SET deployment = COALESCE(body::json ->> 'deployment', '') WHERE system <> '';
CREATE INDEX statements_system ON statements (system, dated, place) WHERE deployment <> '';
UPDATE systems SET sort = '',
  meets = COALESCE((SELECT e.body::json ->> 'meets' FROM register_entries e WHERE e.system = systems.id AND e.until = '' LIMIT 1), ''),
  stated = COALESCE((SELECT deployment FROM statements WHERE system = systems.id AND deployment <> '' ORDER BY dated DESC, place DESC LIMIT 1), '');
-- Of a case: the owner it belongs to, when it was opened, by when it waits, by when its check is due, how many deadlines it has missed.
ALTER TABLE cases ADD COLUMN of_owner TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE cases ADD COLUMN opened TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE cases ADD COLUMN deadline TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE cases ADD COLUMN soon TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE cases ADD COLUMN marks BIGINT NOT NULL DEFAULT 0;
UPDATE cases SET of_owner = CASE WHEN owner <> '' THEN owner ELSE COALESCE((SELECT s.owner FROM systems s WHERE s.id = cases.system), '') END;
CREATE INDEX cases_unfilled ON cases (id) WHERE opened = '';
CREATE INDEX cases_open ON cases (of_owner, state, opened) WHERE kind = '' AND stage NOT IN ('in_force', 'closed');
CREATE INDEX cases_deadline ON cases (of_owner, deadline, id) WHERE deadline <> '';
CREATE INDEX cases_soon ON cases (of_owner, soon, deadline, id) WHERE soon <> '';
CREATE INDEX cases_marks ON cases (id) WHERE marks > 0 AND stage NOT IN ('in_force', 'closed', 'resting');
-- The counts, kept with each row. A slot keeps those who write at once on PostgreSQL from waiting for each other; what counts is the sum.
CREATE TABLE system_counts (owner TEXT COLLATE "C" NOT NULL, state TEXT COLLATE "C" NOT NULL, level BIGINT NOT NULL, regime TEXT COLLATE "C" NOT NULL, year BIGINT NOT NULL, deployed TEXT COLLATE "C" NOT NULL, slot BIGINT NOT NULL, n BIGINT NOT NULL,
  PRIMARY KEY (owner, state, level, regime, year, deployed, slot));
CREATE TABLE operator_counts (owner TEXT COLLATE "C" NOT NULL, operator TEXT COLLATE "C" NOT NULL, state TEXT COLLATE "C" NOT NULL, slot BIGINT NOT NULL, n BIGINT NOT NULL, levelled BIGINT NOT NULL,
  PRIMARY KEY (owner, operator, state, slot));
CREATE TABLE case_counts (owner TEXT COLLATE "C" NOT NULL, state TEXT COLLATE "C" NOT NULL, slot BIGINT NOT NULL, n BIGINT NOT NULL, PRIMARY KEY (owner, state, slot));
INSERT INTO system_counts (owner, state, level, regime, year, deployed, slot, n)
  SELECT owner, state, level, regime, year, CASE WHEN level = 0 THEN '' WHEN stated <> '' THEN stated WHEN operated <> '' THEN operated WHEN meets = 'met' THEN 'full' ELSE '' END, 0, COUNT(*) FROM systems GROUP BY 1, 2, 3, 4, 5, 6;
INSERT INTO operator_counts (owner, operator, state, slot, n, levelled)
  SELECT owner, CASE WHEN lead <> '' THEN lead WHEN others = '' THEN operator ELSE '' END, state, 0, COUNT(*), SUM(CASE WHEN level > 0 THEN 1 ELSE 0 END) FROM systems GROUP BY 1, 2, 3;
INSERT INTO case_counts (owner, state, slot, n) SELECT of_owner, state, 0, COUNT(*) FROM cases WHERE kind = '' AND of_owner <> '' AND stage NOT IN ('in_force', 'closed') GROUP BY of_owner, state;
-- +goose StatementBegin
CREATE FUNCTION systems_are_figured() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND (NEW.owner, NEW.operator, NEW.others, NEW.lead, NEW.state, NEW.level, NEW.regime, NEW.year, NEW.operated, NEW.meets, NEW.stated) = (OLD.owner, OLD.operator, OLD.others, OLD.lead, OLD.state, OLD.level, OLD.regime, OLD.year, OLD.operated, OLD.meets, OLD.stated) THEN
    RETURN NULL;
  END IF;
  IF TG_OP <> 'INSERT' THEN
    INSERT INTO system_counts AS c (owner, state, level, regime, year, deployed, slot, n)
      VALUES (OLD.owner, OLD.state, OLD.level, OLD.regime, OLD.year, CASE WHEN OLD.level = 0 THEN '' WHEN OLD.stated <> '' THEN OLD.stated WHEN OLD.operated <> '' THEN OLD.operated WHEN OLD.meets = 'met' THEN 'full' ELSE '' END, pg_backend_pid() & 15, -1)
      ON CONFLICT (owner, state, level, regime, year, deployed, slot) DO UPDATE SET n = c.n + excluded.n;
    INSERT INTO operator_counts AS c (owner, operator, state, slot, n, levelled) VALUES (OLD.owner, CASE WHEN OLD.lead <> '' THEN OLD.lead WHEN OLD.others = '' THEN OLD.operator ELSE '' END, OLD.state, pg_backend_pid() & 15, -1, CASE WHEN OLD.level > 0 THEN -1 ELSE 0 END)
      ON CONFLICT (owner, operator, state, slot) DO UPDATE SET n = c.n + excluded.n, levelled = c.levelled + excluded.levelled;
  END IF;
  IF TG_OP <> 'DELETE' THEN
    INSERT INTO system_counts AS c (owner, state, level, regime, year, deployed, slot, n)
      VALUES (NEW.owner, NEW.state, NEW.level, NEW.regime, NEW.year, CASE WHEN NEW.level = 0 THEN '' WHEN NEW.stated <> '' THEN NEW.stated WHEN NEW.operated <> '' THEN NEW.operated WHEN NEW.meets = 'met' THEN 'full' ELSE '' END, pg_backend_pid() & 15, 1)
      ON CONFLICT (owner, state, level, regime, year, deployed, slot) DO UPDATE SET n = c.n + excluded.n;
    INSERT INTO operator_counts AS c (owner, operator, state, slot, n, levelled) VALUES (NEW.owner, CASE WHEN NEW.lead <> '' THEN NEW.lead WHEN NEW.others = '' THEN NEW.operator ELSE '' END, NEW.state, pg_backend_pid() & 15, 1, CASE WHEN NEW.level > 0 THEN 1 ELSE 0 END)
      ON CONFLICT (owner, operator, state, slot) DO UPDATE SET n = c.n + excluded.n, levelled = c.levelled + excluded.levelled;
  END IF;
  RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER systems_figured AFTER INSERT ON systems FOR EACH ROW EXECUTE FUNCTION systems_are_figured();
CREATE TRIGGER systems_refigured AFTER UPDATE ON systems FOR EACH ROW EXECUTE FUNCTION systems_are_figured();
CREATE TRIGGER systems_unfigured AFTER DELETE ON systems FOR EACH ROW EXECUTE FUNCTION systems_are_figured();
-- A case goes with its system to another owner.
-- +goose StatementBegin
CREATE FUNCTION systems_pass() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.owner <> OLD.owner THEN
    UPDATE cases SET of_owner = NEW.owner WHERE system = NEW.id AND owner = '';
  END IF;
  RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER systems_passed AFTER UPDATE ON systems FOR EACH ROW EXECUTE FUNCTION systems_pass();
-- +goose StatementBegin
CREATE FUNCTION cases_are_owned() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.of_owner = '' THEN
    NEW.of_owner := CASE WHEN NEW.owner <> '' THEN NEW.owner ELSE COALESCE((SELECT s.owner FROM systems s WHERE s.id = NEW.system), '') END;
  END IF;
  RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER cases_owned BEFORE INSERT ON cases FOR EACH ROW EXECUTE FUNCTION cases_are_owned();
-- +goose StatementBegin
CREATE FUNCTION cases_are_figured() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND (NEW.state, NEW.stage, NEW.of_owner) = (OLD.state, OLD.stage, OLD.of_owner) THEN
    RETURN NULL;
  END IF;
  IF TG_OP <> 'INSERT' THEN
    INSERT INTO case_counts AS c (owner, state, slot, n)
      SELECT OLD.of_owner, OLD.state, pg_backend_pid() & 15, -1 WHERE OLD.kind = '' AND OLD.of_owner <> '' AND OLD.stage NOT IN ('in_force', 'closed')
      ON CONFLICT (owner, state, slot) DO UPDATE SET n = c.n + excluded.n;
  END IF;
  IF TG_OP <> 'DELETE' THEN
    INSERT INTO case_counts AS c (owner, state, slot, n)
      SELECT NEW.of_owner, NEW.state, pg_backend_pid() & 15, 1 WHERE NEW.kind = '' AND NEW.of_owner <> '' AND NEW.stage NOT IN ('in_force', 'closed')
      ON CONFLICT (owner, state, slot) DO UPDATE SET n = c.n + excluded.n;
  END IF;
  RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER cases_figured AFTER INSERT ON cases FOR EACH ROW EXECUTE FUNCTION cases_are_figured();
CREATE TRIGGER cases_refigured AFTER UPDATE ON cases FOR EACH ROW EXECUTE FUNCTION cases_are_figured();
CREATE TRIGGER cases_unfigured AFTER DELETE ON cases FOR EACH ROW EXECUTE FUNCTION cases_are_figured();
