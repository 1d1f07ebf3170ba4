-- +goose Up
CREATE TABLE overviews (system TEXT PRIMARY KEY REFERENCES systems (id), revision INTEGER NOT NULL, body TEXT NOT NULL);
CREATE TABLE attachments (id TEXT PRIMARY KEY, seq INTEGER NOT NULL, case_id TEXT NOT NULL REFERENCES cases (id), slot TEXT NOT NULL, version INTEGER NOT NULL, sha256 TEXT NOT NULL, body TEXT NOT NULL);
CREATE UNIQUE INDEX attachments_slot ON attachments (case_id, slot, version);
CREATE INDEX attachments_sha256 ON attachments (sha256);
CREATE TABLE reliances (attachment TEXT NOT NULL REFERENCES attachments (id), kind TEXT NOT NULL, ref TEXT NOT NULL, seq INTEGER NOT NULL, body TEXT NOT NULL, PRIMARY KEY (attachment, kind, ref));
CREATE TABLE contents (case_id TEXT NOT NULL REFERENCES cases (id), version INTEGER NOT NULL, body TEXT NOT NULL, PRIMARY KEY (case_id, version));
-- +goose StatementBegin
CREATE TRIGGER contents_no_update BEFORE UPDATE ON contents BEGIN SELECT RAISE(ABORT, 'what was sent is frozen'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER contents_no_delete BEFORE DELETE ON contents BEGIN SELECT RAISE(ABORT, 'what was sent is frozen'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER attachments_no_delete BEFORE DELETE ON attachments BEGIN SELECT RAISE(ABORT, 'attachments are only marked as removed'); END;
-- +goose StatementEnd
