-- +goose Up
-- The chain over the history: a link a transaction and subject, the end of each chain, and the signed checkpoints.
CREATE TABLE links (id INTEGER PRIMARY KEY AUTOINCREMENT, subject TEXT NOT NULL, n INTEGER NOT NULL, record TEXT NOT NULL, hash TEXT NOT NULL);
CREATE UNIQUE INDEX links_subject ON links (subject, n);
CREATE TABLE heads (subject TEXT PRIMARY KEY, n INTEGER NOT NULL, hash TEXT NOT NULL);
CREATE TABLE checkpoints (number INTEGER PRIMARY KEY, last INTEGER NOT NULL, body TEXT NOT NULL);
-- +goose StatementBegin
CREATE TRIGGER links_no_update BEFORE UPDATE ON links BEGIN SELECT RAISE(ABORT, 'links are append-only'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER links_no_delete BEFORE DELETE ON links BEGIN SELECT RAISE(ABORT, 'links are append-only'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER checkpoints_no_update BEFORE UPDATE ON checkpoints BEGIN SELECT RAISE(ABORT, 'checkpoints are append-only'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER checkpoints_no_delete BEFORE DELETE ON checkpoints BEGIN SELECT RAISE(ABORT, 'checkpoints are append-only'); END;
-- +goose StatementEnd
