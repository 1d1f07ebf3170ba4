package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"strconv"

	"capdo/internal/store"
	"capdo/workflow"
)

// moveProvince carries everything of one database into another, an empty one,
// and compares what it wrote; a second run only compares.
func moveProvince(ctx context.Context, a *app, args []string) error {
	var to string
	f, names, err := a.flags("move", args, func(fs *flag.FlagSet) { fs.StringVar(&to, "to", "", "") })
	if err != nil {
		return err
	}
	if to == "" || to == f.db || len(names) > 0 {
		return errors.New(a.words.Message(a.lang, "cli.move_needs", nil))
	}
	from, err := store.Open(ctx, f.db, store.Options{})
	if err != nil {
		return a.openProblem(err)
	}
	defer from.Close()
	target, err := store.Open(ctx, to, store.Options{Create: true})
	if err != nil {
		return a.openProblem(err)
	}
	defer target.Close()
	list, again, err := store.Move(ctx, from, target)
	if err != nil {
		return moveProblem(err)
	}
	if f.json {
		return a.writeJSON(map[string]any{"from": store.Shown(f.db), "to": store.Shown(to), "again": again, "tables": list})
	}
	rows := int64(0)
	for _, m := range list {
		fmt.Fprintf(a.out, "%-20s %8d %s\n", m.Table, m.Rows, m.SHA256)
		rows += m.Rows
	}
	key := "cli.moved"
	if again {
		key = "cli.moved_again"
	}
	a.say(key, map[string]string{"from": store.Shown(f.db), "to": store.Shown(to), "rows": strconv.FormatInt(rows, 10), "files": a.filesOf(f.db)})
	return nil
}

// moveProblem puts into a problem why a move stopped; the target is as it was.
func moveProblem(err error) error {
	var at *store.MoveError
	if !errors.As(err, &at) {
		return err
	}
	key := ""
	switch {
	case errors.Is(err, store.ErrNotEmpty):
		key = "move.not_empty"
	case errors.Is(err, store.ErrDiffers):
		key = "move.differs"
	case errors.Is(err, store.ErrPaper):
		key = "move.paper"
	default:
		return err
	}
	return &workflow.Problem{Kind: workflow.Refused, Key: key, Args: map[string]string{"table": at.Table, "detail": at.Err.Error()}}
}
