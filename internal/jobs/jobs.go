// Package jobs runs long work that somebody asked for and need not wait for: it
// shows how far the work is, lets it be left, found again and stopped, and keeps
// what became of it. It knows nothing of what the work is. What time brings by
// itself is the clock's, not this room's.
package jobs

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"sync"
	"time"

	"capdo/workflow"
)

// The states of a job. A job whose program ended under it is Lost: it left
// nothing behind and is started again by hand.
const (
	Running   = "running"
	Done      = "done"
	Failed    = "failed"
	Cancelled = "cancelled"
	Lost      = "lost"
)

// Job is one piece of long work and how far it is.
type Job struct {
	ID      string            `json:"id"`
	Kind    string            `json:"kind"`
	Title   string            `json:"title"` // what the person knows it by: a file, an owner
	Person  string            `json:"person"`
	State   string            `json:"state"`
	Step    string            `json:"step,omitempty"` // what is being done now
	Done    int               `json:"done"`
	Total   int               `json:"total"` // 0: not known
	Began   time.Time         `json:"began"`
	Seen    time.Time         `json:"seen"` // last sign of life
	Ended   time.Time         `json:"ended,omitzero"`
	Ask     json.RawMessage   `json:"ask,omitempty"`    // what was asked, to ask again
	Report  json.RawMessage   `json:"report,omitempty"` // what became of it
	File    string            `json:"file,omitempty"`   // name of the file at its end
	Type    string            `json:"type,omitempty"`   // and its content type
	Problem *workflow.Problem `json:"problem,omitempty"`
	Stops   bool              `json:"stops,omitempty"` // somebody has asked to stop it
}

// Keeper keeps jobs with what went in and what came out.
type Keeper interface {
	AddJob(ctx context.Context, j Job, input []byte) error
	// SaveJob keeps how far a job is, as long as it is kept as running; stops
	// tells whether it was asked to stop.
	SaveJob(ctx context.Context, j Job, output []byte) (stops bool, err error)
	StopJob(ctx context.Context, id string) error
	Job(ctx context.Context, id string) (Job, error) // not_found
	Jobs(ctx context.Context, person string, most int) ([]Job, error)
	JobInput(ctx context.Context, id string) ([]byte, error)
	JobOutput(ctx context.Context, id string) ([]byte, error)
	DropJobs(ctx context.Context, before time.Time) error
}

// Result is what came of a job: a report, a file, or both.
type Result struct {
	Report     any
	File       []byte
	Name, Type string
}

// Work does a job. It stops where its context ends and then has left nothing.
type Work func(ctx context.Context, p *Progress) (Result, error)

// Progress is how a job tells how far it is.
type Progress struct {
	mu  sync.Mutex
	job Job
}

// At tells how far a step is; total 0 is not known.
func (p *Progress) At(step string, done, total int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.job.Step, p.job.Done, p.job.Total = step, done, total
}

func (p *Progress) now() Job {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.job
}

const (
	beat    = 2 * time.Second     // between two signs of life
	silence = 30 * time.Second    // after this without one a job is lost
	kept    = 30 * 24 * time.Hour // then job, input and file are dropped
	atOnce  = 2                   // jobs that run, the others wait
	atMost  = 5                   // of one person that wait or run
)

// Room runs jobs beside the requests of people.
type Room struct {
	keep    Keeper
	now     func() time.Time
	newID   func(kind string) string
	log     *slog.Logger
	slots   chan struct{}
	mu      sync.Mutex
	running map[string]run
	wait    sync.WaitGroup
}

type run struct {
	progress *Progress
	stop     context.CancelFunc
}

// New opens the room.
func New(keep Keeper, now func() time.Time, newID func(kind string) string, log *slog.Logger) *Room {
	return &Room{keep: keep, now: now, newID: newID, log: log, slots: make(chan struct{}, atOnce), running: map[string]run{}}
}

// Start begins a job and hands it back at once. Somebody with many jobs under way
// is asked to wait.
func (r *Room) Start(ctx context.Context, j Job, input []byte, do Work) (Job, error) {
	j.ID, j.State, j.Began, j.Seen = r.newID("job"), Running, r.now(), r.now()
	own, stop := context.WithCancel(context.WithoutCancel(ctx))
	p := &Progress{job: j}
	if !r.reserve(run{p, stop}) {
		stop()
		return j, &workflow.Problem{Kind: workflow.Busy, Key: "job.too_many"}
	}
	err := r.keep.DropJobs(ctx, r.now().Add(-kept))
	if err == nil {
		err = r.keep.AddJob(ctx, j, input)
	}
	if err != nil {
		stop()
		r.leave(j.ID)
		return j, err
	}
	go r.run(own, stop, p, do)
	return j, nil
}

// reserve takes a place for a job, unless its person has too many already.
func (r *Room) reserve(one run) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	j, n := one.progress.now(), 0
	for _, other := range r.running {
		if other.progress.now().Person == j.Person {
			n++
		}
	}
	if n >= atMost {
		return false
	}
	r.running[j.ID] = one
	r.wait.Add(1)
	return true
}

// leave gives the place of a job back.
func (r *Room) leave(id string) {
	r.mu.Lock()
	delete(r.running, id)
	r.mu.Unlock()
	r.wait.Done()
}

// run does one job in its turn, with a sign of life every few seconds.
func (r *Room) run(ctx context.Context, stop context.CancelFunc, p *Progress, do Work) {
	over, beating := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(beating)
		r.beat(ctx, stop, p, over)
	}()
	out, err := r.turn(ctx, p, do)
	close(over)
	<-beating
	if err != nil && ctx.Err() != nil { // whatever the work was at when it was stopped
		err = ctx.Err()
	}
	stop()
	j := p.now()
	r.end(&j, out, err)
	r.leave(j.ID)
}

// turn waits for a place and does the work; a panic in it is an error of it.
func (r *Room) turn(ctx context.Context, p *Progress, do Work) (out Result, err error) {
	defer func() {
		if v := recover(); v != nil {
			r.log.Error("job broke", "job", p.now().ID, "panic", v)
			err = errors.New("jobs: the work broke")
		}
	}()
	p.At("waits", 0, 0)
	select {
	case r.slots <- struct{}{}:
	case <-ctx.Done():
		return out, ctx.Err()
	}
	defer func() { <-r.slots }()
	return do(ctx, p)
}

func (r *Room) beat(ctx context.Context, stop context.CancelFunc, p *Progress, over <-chan struct{}) {
	t := time.NewTicker(beat)
	defer t.Stop()
	for {
		select {
		case <-over:
			return
		case <-t.C:
		}
		j := p.now()
		j.Seen = r.now()
		stops, err := r.keep.SaveJob(context.WithoutCancel(ctx), j, nil)
		if err != nil {
			r.log.Error("job not kept", "job", j.ID, "error", err)
		}
		if stops {
			stop()
		}
	}
}

// end keeps what became of a job. What was taken in before the stop came is done.
func (r *Room) end(j *Job, out Result, err error) {
	j.State, j.Ended, j.Step = Done, r.now(), ""
	problem, told := workflow.ProblemOf(err)
	switch {
	case errors.Is(err, context.Canceled):
		j.State = Cancelled
	case told:
		j.State, j.Problem = Failed, problem
	case err != nil:
		r.log.Error("job failed", "job", j.ID, "error", err)
		j.State, j.Problem = Failed, &workflow.Problem{Kind: "internal", Key: "kind.internal"}
	default:
		j.File, j.Type = out.Name, out.Type
		if j.Report, err = json.Marshal(out.Report); err != nil {
			r.log.Error("job without report", "job", j.ID, "error", err)
		}
	}
	if _, err := r.keep.SaveJob(context.Background(), *j, out.File); err != nil {
		r.log.Error("job not kept", "job", j.ID, "error", err)
	}
}

// Find gives a job of a person as it is now; those of others are not there.
func (r *Room) Find(ctx context.Context, person, id string) (Job, error) {
	r.mu.Lock()
	one, here := r.running[id]
	r.mu.Unlock()
	j, err := r.keep.Job(ctx, id)
	if err == nil && j.Person != person {
		err = &workflow.Problem{Kind: workflow.NotFound, Key: "not_found.job"}
	}
	if err != nil {
		return Job{}, err
	}
	if here && j.State == Running {
		stops := j.Stops
		j = one.progress.now()
		j.Stops = stops
		return j, nil
	}
	return r.honest(j), nil
}

// honest calls a job lost that was running when its program ended.
func (r *Room) honest(j Job) Job {
	if j.State == Running && r.now().Sub(j.Seen) > silence {
		j.State = Lost
	}
	return j
}

// List gives the newest jobs of a person.
func (r *Room) List(ctx context.Context, person string) ([]Job, error) {
	list, err := r.keep.Jobs(ctx, person, 50)
	for i := range list {
		list[i] = r.honest(list[i])
	}
	return list, err
}

// Input and Output hand out what went in and the file that came out.
func (r *Room) Input(ctx context.Context, id string) ([]byte, error) { return r.keep.JobInput(ctx, id) }

// Output is the file at the end of a job.
func (r *Room) Output(ctx context.Context, id string) ([]byte, error) {
	return r.keep.JobOutput(ctx, id)
}

// Stop asks a job to stop, whichever copy of the program runs it.
func (r *Room) Stop(ctx context.Context, id string) error {
	if err := r.keep.StopJob(ctx, id); err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if one, here := r.running[id]; here {
		one.stop()
	}
	return nil
}

// Close stops all jobs that run here and waits until each has said how it ended.
func (r *Room) Close() {
	r.mu.Lock()
	for _, one := range r.running {
		one.stop()
	}
	r.mu.Unlock()
	r.Wait()
}

// Wait waits until no job runs here any more.
func (r *Room) Wait() { r.wait.Wait() }
