-- +goose Up
-- The chain over the history: a link a transaction and subject, the end of each chain, and the signed checkpoints.
CREATE TABLE links (id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, subject TEXT NOT NULL, n BIGINT NOT NULL, record TEXT NOT NULL, hash TEXT NOT NULL);
CREATE UNIQUE INDEX links_subject ON links (subject, n);
CREATE TABLE heads (subject TEXT PRIMARY KEY, n BIGINT NOT NULL, hash TEXT NOT NULL);
CREATE TABLE checkpoints (number BIGINT PRIMARY KEY, last BIGINT NOT NULL, body TEXT NOT NULL);
-- +goose StatementBegin
CREATE FUNCTION links_append_only() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'links are append-only'; END $$;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE FUNCTION checkpoints_append_only() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'checkpoints are append-only'; END $$;
-- +goose StatementEnd
CREATE TRIGGER links_no_update BEFORE UPDATE ON links FOR EACH ROW EXECUTE FUNCTION links_append_only();
CREATE TRIGGER links_no_delete BEFORE DELETE ON links FOR EACH ROW EXECUTE FUNCTION links_append_only();
CREATE TRIGGER checkpoints_no_update BEFORE UPDATE ON checkpoints FOR EACH ROW EXECUTE FUNCTION checkpoints_append_only();
CREATE TRIGGER checkpoints_no_delete BEFORE DELETE ON checkpoints FOR EACH ROW EXECUTE FUNCTION checkpoints_append_only();
