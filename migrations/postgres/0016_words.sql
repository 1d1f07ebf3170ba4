-- +goose Up
-- A search finds systems by the beginnings of words of their names. The column they stand in is written by the program, which
-- writes it anew for older rows; the words follow it, each once a system in the order of the list, and are never written otherwise.
-- Beside each word stands how many systems have it. A row whose column sort is empty waits for the program and has no words yet.
CREATE TABLE words (word TEXT COLLATE "C" PRIMARY KEY, n BIGINT NOT NULL);
CREATE TABLE system_words (word TEXT COLLATE "C" NOT NULL, sort TEXT COLLATE "C" NOT NULL, system TEXT COLLATE "C" NOT NULL, PRIMARY KEY (word, sort, system));
UPDATE systems SET sort = '';
-- +goose StatementBegin
CREATE FUNCTION systems_are_worded() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND NEW.folded = OLD.folded AND NEW.sort = OLD.sort THEN
    RETURN NULL;
  END IF;
  IF TG_OP <> 'INSERT' AND OLD.sort <> '' THEN
    UPDATE words SET n = n - 1 WHERE word IN (SELECT string_to_table(btrim(OLD.folded), ' '));
    DELETE FROM system_words WHERE sort = OLD.sort AND system = OLD.id AND word IN (SELECT string_to_table(btrim(OLD.folded), ' '));
  END IF;
  IF TG_OP <> 'DELETE' AND NEW.sort <> '' THEN
    INSERT INTO words AS k (word, n) SELECT DISTINCT w, 1 FROM string_to_table(btrim(NEW.folded), ' ') w WHERE w <> '' ORDER BY w ON CONFLICT (word) DO UPDATE SET n = k.n + 1;
    INSERT INTO system_words (word, sort, system) SELECT DISTINCT w, NEW.sort, NEW.id FROM string_to_table(btrim(NEW.folded), ' ') w WHERE w <> '';
  END IF;
  RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER systems_worded AFTER INSERT ON systems FOR EACH ROW EXECUTE FUNCTION systems_are_worded();
CREATE TRIGGER systems_reworded AFTER UPDATE ON systems FOR EACH ROW EXECUTE FUNCTION systems_are_worded();
CREATE TRIGGER systems_unworded AFTER DELETE ON systems FOR EACH ROW EXECUTE FUNCTION systems_are_worded();
