-- +goose Up
-- How often offices and people were changed: who has read them reads them again when this moves on.
CREATE TABLE changes (name TEXT PRIMARY KEY, n BIGINT NOT NULL);
-- How many systems have a level in force, 0 for none; kept with each row of systems.
CREATE TABLE level_counts (level BIGINT PRIMARY KEY, n BIGINT NOT NULL);
INSERT INTO level_counts (level, n) SELECT level, COUNT(*) FROM systems GROUP BY level;
-- +goose StatementBegin
CREATE FUNCTION systems_are_counted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP <> 'INSERT' THEN
    UPDATE level_counts SET n = n - 1 WHERE level = OLD.level;
  END IF;
  IF TG_OP <> 'DELETE' THEN
    INSERT INTO level_counts AS c (level, n) VALUES (NEW.level, 1) ON CONFLICT (level) DO UPDATE SET n = c.n + 1;
  END IF;
  RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER systems_counted AFTER INSERT ON systems FOR EACH ROW EXECUTE FUNCTION systems_are_counted();
CREATE TRIGGER systems_recounted AFTER UPDATE OF level ON systems FOR EACH ROW WHEN (NEW.level <> OLD.level) EXECUTE FUNCTION systems_are_counted();
CREATE TRIGGER systems_uncounted AFTER DELETE ON systems FOR EACH ROW EXECUTE FUNCTION systems_are_counted();
-- What is due is read in the order of its days, and the cases at which somebody is at turn in that of their ids.
DROP INDEX cases_due;
CREATE INDEX cases_due ON cases (due, id) WHERE due <> '';
CREATE INDEX cases_running ON cases (id) WHERE stage NOT IN ('in_force', 'closed', 'resting');
-- Whom a case concerns beside the owner, operators and SDU of its system: who appraises and checks, and the members of a council.
ALTER TABLE cases ADD COLUMN appraiser TEXT NOT NULL DEFAULT '';
ALTER TABLE cases ADD COLUMN performer TEXT NOT NULL DEFAULT '';
ALTER TABLE cases ADD COLUMN council TEXT NOT NULL DEFAULT '';
UPDATE cases SET appraiser = COALESCE(body::jsonb #>> '{appraiser,office}', ''), performer = COALESCE(body::jsonb #>> '{check,performer}', ''),
  council = COALESCE((SELECT chr(10) || string_agg(m, chr(10)) || chr(10) FROM jsonb_array_elements_text(CASE jsonb_typeof(body::jsonb #> '{appraiser,members}') WHEN 'array' THEN body::jsonb #> '{appraiser,members}' END) m), '');
CREATE INDEX cases_appraiser ON cases (appraiser) WHERE appraiser <> '';
CREATE INDEX cases_performer ON cases (performer) WHERE performer <> '';
CREATE INDEX cases_council ON cases (id) WHERE council <> '';
-- Who leads among several operators or of a leased service, and who leases it out.
ALTER TABLE systems ADD COLUMN lead TEXT NOT NULL DEFAULT '';
ALTER TABLE systems ADD COLUMN provider TEXT NOT NULL DEFAULT '';
UPDATE systems SET lead = COALESCE(body::jsonb #>> '{lease,lead}', body::jsonb #>> '{lead}', ''), provider = COALESCE(body::jsonb #>> '{lease,provider}', '');
CREATE INDEX systems_lead ON systems (lead) WHERE lead <> '';
CREATE INDEX systems_provider ON systems (provider) WHERE provider <> '';
