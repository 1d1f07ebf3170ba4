package pgtest

import (
	"os"
	"testing"
)

func TestMain(m *testing.M) { os.Exit(Main(m)) }

func TestEveryTestHasADatabaseOfItsOwnOnOneServer(t *testing.T) {
	asked := 0
	prepare := func(string) error {
		asked++
		return shared.Exec("prepared", "CREATE TABLE a (b INT)")
	}
	one, two := Database(t, prepare), Database(t, prepare)
	if one == two || asked != 1 {
		t.Errorf("%s and %s, prepared %d times", one, two, asked)
	}
	if err := shared.Exec("t1", "INSERT INTO a VALUES (1)"); err != nil {
		t.Error(err)
	}
	if err := shared.Exec("t2", "CREATE TABLE a (b INT)"); err == nil {
		t.Error("the copy is empty")
	}
}

func TestAServerStopsAndComesBack(t *testing.T) {
	c := Start(t)
	for _, mode := range []string{"fast", "immediate"} {
		if err := c.Down(mode); err != nil {
			t.Fatal(err)
		}
		if err := c.Exec("postgres", "SELECT 1"); err == nil {
			t.Error("it still answers")
		}
		if err := c.Up(); err != nil {
			t.Fatal(err)
		}
	}
}
