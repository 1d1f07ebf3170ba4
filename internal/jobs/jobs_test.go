package jobs_test

import (
	"context"
	"log/slog"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"capdo/internal/jobs"
	"capdo/internal/store"
	"capdo/workflow"
)

// bench is a room over a real database with a clock that is set by hand.
type bench struct {
	t    *testing.T
	path string
	keep *store.Store
	room *jobs.Room
	now  atomic.Int64
	ids  atomic.Int64
}

func open(t *testing.T) *bench {
	b := &bench{t: t, path: filepath.Join(t.TempDir(), "a.db")}
	var err error
	if b.keep, err = store.Open(t.Context(), b.path, store.Options{Create: true}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = b.keep.Close() })
	b.now.Store(time.Now().Unix())
	b.room = b.another()
	t.Cleanup(b.room.Close)
	return b
}

// another is another copy of the program over the same database.
func (b *bench) another() *jobs.Room {
	return jobs.New(b.keep, func() time.Time { return time.Unix(b.now.Load(), 0) }, func(string) string { return "j-" + strconv.FormatInt(b.ids.Add(1), 10) }, slog.Default())
}

func (b *bench) start(person string, do jobs.Work) jobs.Job {
	b.t.Helper()
	j, err := b.room.Start(b.t.Context(), jobs.Job{Kind: "import", Title: "a.csv", Person: person}, []byte("rows"), do)
	if err != nil {
		b.t.Fatal(err)
	}
	return j
}

// state is a job as its owner sees it.
func (b *bench) state(room *jobs.Room, id string) jobs.Job {
	b.t.Helper()
	j, err := room.Find(b.t.Context(), "chi", id)
	if err != nil {
		b.t.Fatal(err)
	}
	return j
}

func TestAJobThatEndedIsFoundWithReportFileAndInput(t *testing.T) {
	b := open(t)
	j := b.start("chi", func(_ context.Context, p *jobs.Progress) (jobs.Result, error) {
		p.At("checks", 3, 10)
		return jobs.Result{Report: map[string]int{"added": 3}, File: []byte("pdf"), Name: "a.pdf", Type: "application/pdf"}, nil
	})
	b.room.Wait()
	got := b.state(b.another(), j.ID)
	if got.State != jobs.Done || string(got.Report) != `{"added":3}` || got.File != "a.pdf" || got.Done != 3 || got.Total != 10 {
		t.Errorf("%+v", got)
	}
	in, err := b.room.Input(t.Context(), j.ID)
	out, err2 := b.room.Output(t.Context(), j.ID)
	if err != nil || err2 != nil || string(in) != "rows" || string(out) != "pdf" {
		t.Error(string(in), string(out), err, err2)
	}
	if _, err := b.room.Find(t.Context(), "an", j.ID); !isNotFound(err) {
		t.Errorf("the job of another is shown: %v", err)
	}
	list, err := b.room.List(t.Context(), "chi")
	if err != nil || len(list) != 1 {
		t.Error(list, err)
	}
}

func isNotFound(err error) bool {
	p, ok := workflow.ProblemOf(err)
	return ok && p.Kind == workflow.NotFound
}

func TestAJobThatIsStoppedSaysSoAndTheNextRuns(t *testing.T) {
	b := open(t)
	begun := make(chan struct{})
	j := b.start("chi", func(ctx context.Context, p *jobs.Progress) (jobs.Result, error) {
		p.At("checks", 1, 2)
		close(begun)
		<-ctx.Done()
		return jobs.Result{}, ctx.Err()
	})
	<-begun
	if got := b.state(b.room, j.ID); got.State != jobs.Running || got.Done != 1 {
		t.Errorf("%+v", got)
	}
	if err := b.room.Stop(t.Context(), j.ID); err != nil {
		t.Fatal(err)
	}
	b.room.Wait()
	if got := b.state(b.room, j.ID); got.State != jobs.Cancelled || got.Ended.IsZero() {
		t.Errorf("%+v", got)
	}
}

func TestManyPressesAtOnceBeginNoMoreThanOnePersonMay(t *testing.T) {
	b := open(t)
	var begun, refused atomic.Int64
	var all sync.WaitGroup
	for range 40 {
		all.Go(func() {
			_, err := b.room.Start(t.Context(), jobs.Job{Kind: "import", Person: "chi"}, nil, func(ctx context.Context, _ *jobs.Progress) (jobs.Result, error) {
				<-ctx.Done()
				return jobs.Result{}, ctx.Err()
			})
			if p, told := workflow.ProblemOf(err); told && p.Kind == workflow.Busy {
				refused.Add(1)
			} else if err == nil {
				begun.Add(1)
			}
		})
	}
	all.Wait()
	if begun.Load() != 5 || refused.Load() != 35 {
		t.Errorf("%d begun, %d refused", begun.Load(), refused.Load())
	}
}

func TestARefusalAndABreakOfTheWorkAreKept(t *testing.T) {
	b := open(t)
	refused := b.start("chi", func(context.Context, *jobs.Progress) (jobs.Result, error) {
		return jobs.Result{}, &workflow.Problem{Kind: workflow.Invalid, Key: "import.file.no_header", Args: map[string]string{"file": "a.csv"}}
	})
	broken := b.start("chi", func(context.Context, *jobs.Progress) (jobs.Result, error) { panic("a fault") })
	b.room.Wait()
	if got := b.state(b.room, refused.ID); got.State != jobs.Failed || got.Problem.Key != "import.file.no_header" || got.Problem.Args["file"] != "a.csv" {
		t.Errorf("%+v", got)
	}
	if got := b.state(b.room, broken.ID); got.State != jobs.Failed || got.Problem.Key != "kind.internal" {
		t.Errorf("%+v", got)
	}
}

func TestAJobWhoseProgramEndedIsCalledLost(t *testing.T) {
	b := open(t)
	if err := b.keep.AddJob(t.Context(), jobs.Job{ID: "j-old", Person: "chi", State: jobs.Running, Began: time.Unix(b.now.Load(), 0), Seen: time.Unix(b.now.Load(), 0)}, nil); err != nil {
		t.Fatal(err)
	}
	if got := b.state(b.room, "j-old"); got.State != jobs.Running {
		t.Errorf("a job that another copy may run is called %s", got.State)
	}
	b.now.Add(60)
	if got := b.state(b.room, "j-old"); got.State != jobs.Lost {
		t.Errorf("a job without a sign of life for a minute is called %s", got.State)
	}
}

func TestOnePersonHasFiveJobsAtMost(t *testing.T) {
	b := open(t)
	for range 5 {
		b.start("chi", func(ctx context.Context, _ *jobs.Progress) (jobs.Result, error) {
			<-ctx.Done()
			return jobs.Result{}, ctx.Err()
		})
	}
	_, err := b.room.Start(t.Context(), jobs.Job{Person: "chi"}, nil, nil)
	if p, ok := workflow.ProblemOf(err); !ok || p.Kind != workflow.Busy {
		t.Errorf("a sixth job: %v", err)
	}
	b.start("an", func(ctx context.Context, _ *jobs.Progress) (jobs.Result, error) { return jobs.Result{}, ctx.Err() })
}

func TestAJobIsForgottenAfterAMonth(t *testing.T) {
	b := open(t)
	j := b.start("chi", func(context.Context, *jobs.Progress) (jobs.Result, error) { return jobs.Result{}, nil })
	b.room.Wait()
	b.now.Add(31 * 24 * 3600)
	b.start("chi", func(context.Context, *jobs.Progress) (jobs.Result, error) { return jobs.Result{}, nil })
	if _, err := b.room.Find(t.Context(), "chi", j.ID); !isNotFound(err) {
		t.Errorf("%v", err)
	}
}
