package main

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"

	"capdo/api"
	"capdo/api/pages"
	"capdo/internal/chain"
	"capdo/internal/store"
	"capdo/workflow"
)

// exportHistory writes the whole history as one file that proves itself. It is
// sealed first, so that a checkpoint covers all of it.
func exportHistory(ctx context.Context, a *app, args []string) error {
	var p historyPlaces
	f, _, err := a.flags("export history", args, p.flags)
	if err != nil {
		return err
	}
	if f.to == "" {
		return errors.New(a.words.Message(a.lang, "cli.out_needed", nil))
	}
	return a.inDatabase(ctx, f.db, false, func(_ *workflow.Service, st *store.Store) error {
		h, err := openHistory(ctx, st, p.beside(f.db))
		if err != nil {
			return err
		}
		if _, err := h.checkpoint(ctx); err != nil {
			return err
		}
		part, err := os.OpenFile(f.to+".part", os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
		if err != nil {
			return err
		}
		err = errors.Join(h.export(ctx, part), part.Sync(), part.Close())
		if err == nil {
			err = os.Rename(part.Name(), f.to)
		}
		if err != nil {
			return errors.Join(err, os.Remove(part.Name()))
		}
		a.say("history.exported", map[string]string{"path": f.to})
		return nil
	})
}

// export writes the history as it is at one moment, with the bytes of papers.
func (h *history) export(ctx context.Context, w io.Writer) error {
	public, err := os.ReadFile(h.places.public)
	if err != nil {
		return err
	}
	return h.st.History(ctx, func(src store.Source) error {
		return chain.Export(w, src, public, h.now(), func(put chain.Put) error {
			var ids []string
			if err := src.Rows("papers", func(id string, _ []chain.Column) error { ids = append(ids, id); return nil }); err != nil {
				return err
			}
			for _, id := range ids {
				b, err := src.PaperBytes(id)
				if err == nil {
					err = put(chain.PaperFile(id), b)
				}
				if err != nil {
					return err
				}
			}
			return nil
		})
	})
}

// historyState is what the auditor's page shows of the history.
type historyState struct {
	Checkpoint *chain.Checkpoint `json:"checkpoint,omitempty"`
	Short      string            `json:"short,omitempty"`
	Chains     int64             `json:"chains"`
	Links      int64             `json:"links"`
	Verified   *verification     `json:"verified,omitempty"` // the last one, if there was any
}

// historyRoom is what the door may ask of the history of the database served.
func (a *app) historyRoom() api.HistoryRoom {
	h := a.history
	if h == nil {
		return api.HistoryRoom{}
	}
	return api.HistoryRoom{State: func(ctx context.Context) (any, error) { return h.state(ctx) }, Export: h.export}
}

// proof is the same in the words of the auditor's page; nil where no history is
// kept here.
func (a *app) proof() func(context.Context) (pages.ProofState, error) {
	h := a.history
	if h == nil {
		return nil
	}
	return func(ctx context.Context) (pages.ProofState, error) {
		s, err := h.state(ctx)
		p := pages.ProofState{Events: s.Links, Head: s.Short}
		if s.Verified != nil {
			p.Checked, p.Whole = s.Verified.At, s.Verified.OK
		}
		return p, err
	}
}

// state gives the verification state for the auditor's page.
func (h *history) state(ctx context.Context) (s historyState, err error) {
	if s.Chains, s.Links, err = h.st.Chained(ctx); err != nil {
		return s, err
	}
	c, err := h.st.LastCheckpoint(ctx)
	if err != nil {
		return s, err
	}
	if c.Number > 0 {
		s.Checkpoint, s.Short = &c, c.Short()
	}
	b, err := os.ReadFile(verifiedFile(h.places.db))
	if errors.Is(err, os.ErrNotExist) {
		return s, nil
	}
	if err == nil {
		err = json.Unmarshal(b, &s.Verified)
	}
	return s, err
}
