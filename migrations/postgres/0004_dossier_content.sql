-- +goose Up
CREATE TABLE overviews (system TEXT PRIMARY KEY REFERENCES systems (id), revision BIGINT NOT NULL, body TEXT NOT NULL);
CREATE TABLE attachments (id TEXT PRIMARY KEY, seq BIGINT NOT NULL, case_id TEXT NOT NULL REFERENCES cases (id), slot TEXT NOT NULL, version BIGINT NOT NULL, sha256 TEXT NOT NULL, body TEXT NOT NULL);
CREATE UNIQUE INDEX attachments_slot ON attachments (case_id, slot, version);
CREATE INDEX attachments_sha256 ON attachments (sha256);
CREATE TABLE reliances (attachment TEXT NOT NULL REFERENCES attachments (id), kind TEXT NOT NULL, ref TEXT NOT NULL, seq BIGINT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (attachment, kind, ref));
CREATE TABLE contents (case_id TEXT NOT NULL REFERENCES cases (id), version BIGINT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (case_id, version));
-- +goose StatementBegin
CREATE FUNCTION contents_frozen() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'what was sent is frozen'; END $$;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE FUNCTION attachments_stay() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'attachments are only marked as removed'; END $$;
-- +goose StatementEnd
CREATE TRIGGER contents_no_update BEFORE UPDATE ON contents FOR EACH ROW EXECUTE FUNCTION contents_frozen();
CREATE TRIGGER contents_no_delete BEFORE DELETE ON contents FOR EACH ROW EXECUTE FUNCTION contents_frozen();
CREATE TRIGGER attachments_no_delete BEFORE DELETE ON attachments FOR EACH ROW EXECUTE FUNCTION attachments_stay();
