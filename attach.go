package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"syscall"

	"capdo/api"
	"capdo/api/pages"
	"capdo/internal/files"
	"capdo/workflow"
)

// filesOf is where the files of a database lie: beside it, unless a folder is
// named.
func (a *app) filesOf(db string) string {
	return cmp.Or(a.filesAt, besideName(db)+".files")
}

// fileRoom lets files into their place: a folder, or an object store (s3://…).
func (a *app) fileRoom(db string) (*files.Files, error) { return a.fileRoomAt(a.filesOf(db)) }

func (a *app) fileRoomAt(place string) (*files.Files, error) {
	if !files.IsS3(place) {
		return files.InFolder(place, files.Usual), nil
	}
	f, err := files.InS3(place, files.Usual)
	if errors.Is(err, files.ErrAddress) {
		return nil, errors.New(a.words.Message(a.lang, "file.address", nil))
	}
	return f, err
}

// fileProblem puts what the room of files refuses into a problem for people.
func fileProblem(err error) error {
	var no *files.Refusal
	switch {
	case errors.As(err, &no):
		return &workflow.Problem{Kind: workflow.Invalid, Key: "file." + no.Reason, Fields: []workflow.Field{{Name: "file", Expect: "expect.allowed_file"}}, Args: map[string]string{"detail": no.Detail}}
	case errors.Is(err, files.ErrMissing):
		return &workflow.Problem{Kind: workflow.NotFound, Key: "not_found.file"}
	case errors.Is(err, files.ErrCorrupt):
		return &workflow.Problem{Kind: workflow.Refused, Key: "file.corrupt"}
	case errors.Is(err, files.ErrUnavailable):
		return fmt.Errorf("%w: %w", &workflow.Problem{Kind: workflow.Busy, Key: "file.unavailable"}, err)
	case errors.Is(err, syscall.ENOSPC):
		return &workflow.Problem{Kind: workflow.Busy, Key: "file.no_space"}
	}
	return err
}

// takeFile lets a file in and attaches it to a case. Its kind and name are asked
// for first, so that bytes nobody may attach are not read.
func (a *app) takeFile(ctx context.Context, svc *workflow.Service, r io.Reader, want workflow.Attachment) (workflow.Attachment, error) {
	if !slices.Contains(workflow.AttachmentKinds(), want.As) {
		return want, &workflow.Problem{Kind: workflow.Invalid, Key: "field.invalid", Fields: []workflow.Field{{Name: "as", Expect: "expect.attachment_kind"}}}
	}
	name, err := workflow.FileName(want.Name)
	if err != nil {
		return want, err
	}
	f, err := a.files.Receive(ctx, r, name)
	if err != nil {
		return want, fileProblem(err)
	}
	want.SHA256, want.Size, want.Type, want.Shown = f.SHA256, f.Size, f.Type, f.Shown
	return svc.Attach(ctx, want.By, want)
}

// attach adds a file to a case.
func attach(ctx context.Context, a *app, args []string) error {
	var as, by string
	f, names, err := a.flags("attach", args, func(fs *flag.FlagSet) {
		fs.StringVar(&as, "as", "", "")
		fs.StringVar(&by, "by", workflow.Console, "")
	})
	if err != nil {
		return err
	}
	if len(names) != 2 || as == "" {
		return errors.New(a.words.Message(a.lang, "cli.attach_needs", nil))
	}
	in, err := os.Open(names[1])
	if err != nil {
		return err
	}
	defer in.Close()
	svc, st, err := a.service(ctx, f.db, false)
	if err != nil {
		return err
	}
	defer st.Close()
	if _, err := svc.Case(ctx, names[0]); err != nil {
		return err
	}
	got, err := a.takeFile(ctx, svc, in, workflow.Attachment{Case: names[0], As: as, By: by, Name: filepath.Base(names[1])})
	if err != nil {
		return err
	}
	if f.json {
		return a.writeJSON(got)
	}
	a.say("cli.attached", map[string]string{"file": got.Name, "as": got.As, "version": strconv.Itoa(got.Version), "id": got.ID, "sha256": got.SHA256})
	return nil
}

// forDoor is what the door needs to take in and hand out files.
func (a *app) forDoor(svc *workflow.Service) api.FileRoom {
	return api.FileRoom{
		MaxFile: a.files.MaxBytes(),
		TakeFile: func(ctx context.Context, r io.Reader, want workflow.Attachment) (workflow.Attachment, error) {
			return a.takeFile(ctx, svc, r, want)
		},
		OpenFile: func(ctx context.Context, sha string) (io.ReadSeekCloser, error) {
			in, err := a.files.Open(ctx, sha)
			return in, fileProblem(err)
		},
		FileMIME:       files.MIME,
		Pack:           func(ctx context.Context, id string, w io.Writer) error { return a.writePack(ctx, svc, id, w) },
		OverviewFile:   a.overviewFile,
		OverviewIntake: a.readOverview,
	}
}

// forPages is what the pages need to take in and hand out files and workbooks.
func (a *app) forPages(svc *workflow.Service) pages.Files {
	room, sheets := a.forDoor(svc), a.sheetFiles()
	return pages.Files{Take: room.TakeFile, Open: room.OpenFile, MIME: room.FileMIME, Most: room.MaxFile, Overview: room.OverviewFile,
		ReadOverview: room.OverviewIntake, Sheet: sheets.Write, ReadSheet: sheets.Read}
}
