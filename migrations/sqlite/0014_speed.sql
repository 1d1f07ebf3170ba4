-- +goose Up
-- How often offices and people were changed: who has read them reads them again when this moves on.
CREATE TABLE changes (name TEXT PRIMARY KEY, n INTEGER NOT NULL);
-- How many systems have a level in force, 0 for none; kept with each row of systems.
CREATE TABLE level_counts (level INTEGER PRIMARY KEY, n INTEGER NOT NULL);
INSERT INTO level_counts (level, n) SELECT level, COUNT(*) FROM systems GROUP BY level;
-- +goose StatementBegin
CREATE TRIGGER systems_counted AFTER INSERT ON systems BEGIN
  INSERT INTO level_counts (level, n) VALUES (NEW.level, 1) ON CONFLICT (level) DO UPDATE SET n = n + 1;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER systems_recounted AFTER UPDATE OF level ON systems WHEN NEW.level <> OLD.level BEGIN
  UPDATE level_counts SET n = n - 1 WHERE level = OLD.level;
  INSERT INTO level_counts (level, n) VALUES (NEW.level, 1) ON CONFLICT (level) DO UPDATE SET n = n + 1;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER systems_uncounted AFTER DELETE ON systems BEGIN
  UPDATE level_counts SET n = n - 1 WHERE level = OLD.level;
END;
-- +goose StatementEnd
-- What is due is read in the order of its days, and the cases at which somebody is at turn in that of their ids.
DROP INDEX cases_due;
CREATE INDEX cases_due ON cases (due, id) WHERE due <> '';
CREATE INDEX cases_running ON cases (id) WHERE stage NOT IN ('in_force', 'closed', 'resting');
-- Whom a case concerns beside the owner, operators and SDU of its system: who appraises and checks, and the members of a council.
ALTER TABLE cases ADD COLUMN appraiser TEXT NOT NULL DEFAULT '';
ALTER TABLE cases ADD COLUMN performer TEXT NOT NULL DEFAULT '';
ALTER TABLE cases ADD COLUMN council TEXT NOT NULL DEFAULT '';
UPDATE cases SET appraiser = COALESCE(json_extract(body, '$.appraiser.office'), ''), performer = COALESCE(json_extract(body, '$.check.performer'), ''),
  council = COALESCE((SELECT char(10) || group_concat(value, char(10)) || char(10) FROM json_each(body, '$.appraiser.members')), '');
CREATE INDEX cases_appraiser ON cases (appraiser) WHERE appraiser <> '';
CREATE INDEX cases_performer ON cases (performer) WHERE performer <> '';
CREATE INDEX cases_council ON cases (id) WHERE council <> '';
-- Who leads among several operators or of a leased service, and who leases it out.
ALTER TABLE systems ADD COLUMN lead TEXT NOT NULL DEFAULT '';
ALTER TABLE systems ADD COLUMN provider TEXT NOT NULL DEFAULT '';
UPDATE systems SET lead = COALESCE(json_extract(body, '$.lease.lead'), json_extract(body, '$.lead'), ''), provider = COALESCE(json_extract(body, '$.lease.provider'), '');
CREATE INDEX systems_lead ON systems (lead) WHERE lead <> '';
CREATE INDEX systems_provider ON systems (provider) WHERE provider <> '';
