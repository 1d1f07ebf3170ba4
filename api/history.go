package api

import (
	"context"
	"io"
	"net/http"
	"os"

	"github.com/gin-gonic/gin"

	"capdo/api/pages"
)

// HistoryRoom is what an auditor may ask of the history; without State there are
// no such routes.
type HistoryRoom struct {
	State  func(ctx context.Context) (any, error)       // last checkpoint, chains, links, what the last verification found
	Export func(ctx context.Context, w io.Writer) error // the whole history as a ZIP that proves itself
}

func (d *door) historyRoutes(in gin.IRoutes) {
	if d.History.State == nil {
		return
	}
	reads(in, "/history", d.audits, d.historyState)
	in.GET("/history/export", d.audits, d.historyExport)
}

// audits lets in who may verify.
func (d *door) audits(g *gin.Context) {
	if err := d.Service.MayVerify(g, who(g)); err != nil {
		d.fail(g, err)
	}
}

func (d *door) historyState(g *gin.Context) {
	state, err := d.History.State(g)
	d.give(g, state, err)
}

// historyExport writes the whole file before it hands out the first byte, so that
// nobody gets half a history.
func (d *door) historyExport(g *gin.Context) {
	f, err := os.CreateTemp("", "capdo-history-*")
	if err != nil {
		d.fail(g, err)
		return
	}
	defer os.Remove(f.Name())
	defer f.Close()
	size, err := int64(0), d.History.Export(g, f)
	if err == nil {
		size, err = f.Seek(0, io.SeekCurrent)
	}
	if err == nil {
		_, err = f.Seek(0, io.SeekStart)
	}
	if err != nil {
		d.fail(g, err)
		return
	}
	pages.Longer(g)
	pages.HandOut(g, "history.zip", "application/zip")
	g.DataFromReader(http.StatusOK, size, "application/zip", f, nil)
}
