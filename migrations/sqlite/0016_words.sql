-- +goose Up
-- A search finds systems by the beginnings of words of their names. The column they stand in is written by the program, which
-- writes it anew for older rows; the words follow it, each once a system in the order of the list, and are never written otherwise.
-- Beside each word stands how many systems have it. A row whose column sort is empty waits for the program and has no words yet.
CREATE TABLE words (word TEXT NOT NULL PRIMARY KEY, n INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE system_words (word TEXT NOT NULL, sort TEXT NOT NULL, system TEXT NOT NULL, PRIMARY KEY (word, sort, system)) WITHOUT ROWID;
UPDATE systems SET sort = '';
-- +goose StatementBegin
CREATE TRIGGER systems_worded AFTER INSERT ON systems BEGIN
  INSERT INTO words (word, n) SELECT DISTINCT value, 1 FROM json_each('[' || replace(json_quote(trim(NEW.folded)), ' ', '","') || ']') WHERE value <> '' AND NEW.sort <> '' ON CONFLICT (word) DO UPDATE SET n = n + 1;
  INSERT INTO system_words (word, sort, system) SELECT DISTINCT value, NEW.sort, NEW.id FROM json_each('[' || replace(json_quote(trim(NEW.folded)), ' ', '","') || ']') WHERE value <> '' AND NEW.sort <> '';
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER systems_reworded AFTER UPDATE OF folded, sort ON systems WHEN (NEW.folded, NEW.sort) <> (OLD.folded, OLD.sort) BEGIN
  UPDATE words SET n = n - 1 WHERE OLD.sort <> '' AND word IN (SELECT value FROM json_each('[' || replace(json_quote(trim(OLD.folded)), ' ', '","') || ']'));
  DELETE FROM system_words WHERE sort = OLD.sort AND system = OLD.id AND word IN (SELECT value FROM json_each('[' || replace(json_quote(trim(OLD.folded)), ' ', '","') || ']'));
  INSERT INTO words (word, n) SELECT DISTINCT value, 1 FROM json_each('[' || replace(json_quote(trim(NEW.folded)), ' ', '","') || ']') WHERE value <> '' AND NEW.sort <> '' ON CONFLICT (word) DO UPDATE SET n = n + 1;
  INSERT INTO system_words (word, sort, system) SELECT DISTINCT value, NEW.sort, NEW.id FROM json_each('[' || replace(json_quote(trim(NEW.folded)), ' ', '","') || ']') WHERE value <> '' AND NEW.sort <> '';
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER systems_unworded AFTER DELETE ON systems BEGIN
  UPDATE words SET n = n - 1 WHERE OLD.sort <> '' AND word IN (SELECT value FROM json_each('[' || replace(json_quote(trim(OLD.folded)), ' ', '","') || ']'));
  DELETE FROM system_words WHERE sort = OLD.sort AND system = OLD.id AND word IN (SELECT value FROM json_each('[' || replace(json_quote(trim(OLD.folded)), ' ', '","') || ']'));
END;
-- +goose StatementEnd
