package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"strconv"

	"capdo/internal/files"
	"capdo/internal/store"
	"capdo/workflow"
)

// moveProvince carries everything of one database into another, an empty one,
// and compares what it wrote; a second run only compares. Where a place for them
// is named, the files of dossiers go along.
func moveProvince(ctx context.Context, a *app, args []string) error {
	var to, filesTo string
	f, names, err := a.flags("move", args, func(fs *flag.FlagSet) {
		fs.StringVar(&to, "to", "", "")
		fs.StringVar(&filesTo, "files-to", "", "")
	})
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
	moved := 0
	if filesTo != "" {
		if moved, err = a.moveFiles(ctx, target, a.filesOf(f.db), filesTo); err != nil {
			return err
		}
	}
	if f.json {
		return a.writeJSON(map[string]any{"from": store.Shown(f.db), "to": store.Shown(to), "again": again, "tables": list, "files": moved})
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
	a.say(key, map[string]string{"from": store.Shown(f.db), "to": store.Shown(to), "rows": strconv.FormatInt(rows, 10), "files": cmp.Or(filesTo, a.filesOf(f.db))})
	if filesTo != "" {
		a.say("cli.moved_files", map[string]string{"n": strconv.Itoa(moved), "files": filesTo})
	}
	return nil
}

// moveFiles copies the files that a database names, each compared with its hash,
// and leaves alone those that are there already; it tells how many it copied.
func (a *app) moveFiles(ctx context.Context, st *store.Store, from, to string) (n int, err error) {
	source, err := a.fileRoomAt(from)
	if err != nil {
		return 0, err
	}
	target, err := a.fileRoomAt(to)
	if err != nil {
		return 0, err
	}
	hashes, err := st.FileHashes(ctx)
	for _, sha := range hashes {
		if err != nil {
			return n, err
		}
		there, fault := target.Open(ctx, sha)
		switch {
		case fault == nil:
			err = there.Close()
		case errors.Is(fault, files.ErrMissing), errors.Is(fault, files.ErrCorrupt):
			n++
			err = copyFile(ctx, source, target, sha)
		default:
			err = fileProblem(fault)
		}
	}
	return n, err
}

func copyFile(ctx context.Context, from, to *files.Files, sha string) error {
	in, err := from.Open(ctx, sha)
	if err != nil {
		return fmt.Errorf("%s: %w", sha, fileProblem(err))
	}
	return errors.Join(fileProblem(to.Restore(ctx, sha, in)), in.Close())
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
