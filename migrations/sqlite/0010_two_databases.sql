-- +goose Up
-- What a step compares is a column, alike on both databases.
ALTER TABLE offices ADD COLUMN revision INTEGER NOT NULL DEFAULT 0;
UPDATE offices SET revision = COALESCE(json_extract(body, '$.revision'), 0);
ALTER TABLE people ADD COLUMN revision INTEGER NOT NULL DEFAULT 0;
UPDATE people SET revision = COALESCE(json_extract(body, '$.revision'), 0);
-- What lists are ordered and filtered by; the sort key is written by the program, which fills these for older rows.
ALTER TABLE systems ADD COLUMN sort TEXT NOT NULL DEFAULT '';
ALTER TABLE systems ADD COLUMN level INTEGER NOT NULL DEFAULT 0;
ALTER TABLE systems ADD COLUMN state TEXT NOT NULL DEFAULT '';
ALTER TABLE systems ADD COLUMN sdu TEXT NOT NULL DEFAULT '';
ALTER TABLE systems ADD COLUMN others TEXT NOT NULL DEFAULT '';
CREATE INDEX systems_sort ON systems (sort, id);
CREATE INDEX systems_owner_sort ON systems (owner, sort, id);
CREATE INDEX systems_operator ON systems (operator, sort, id);
CREATE INDEX systems_others ON systems (sort, id) WHERE others <> '';
CREATE INDEX systems_level ON systems (level, sort, id);
CREATE INDEX systems_state ON systems (state, sort, id);
CREATE INDEX systems_sdu ON systems (sdu, sort, id);
-- Rows of these tables are numbered as they come.
ALTER TABLE register_entries ADD COLUMN seq INTEGER NOT NULL DEFAULT 0;
UPDATE register_entries SET seq = rowid;
CREATE UNIQUE INDEX papers_seq ON papers (seq);
CREATE UNIQUE INDEX attachments_seq ON attachments (seq);
CREATE UNIQUE INDEX reliances_seq ON reliances (seq);
CREATE UNIQUE INDEX register_entries_seq ON register_entries (seq);
-- When a number was reserved (seconds since 1970): another copy of the program may still be using it.
ALTER TABLE numbers ADD COLUMN reserved INTEGER NOT NULL DEFAULT 0;
