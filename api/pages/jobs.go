package pages

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"capdo/internal/jobs"
	"capdo/workflow"
)

func (r *room) jobRoutes(in gin.IRoutes) {
	r.get(in, "/jobs", r.jobList)
	in.POST("/jobs/print", r.printJob)
	r.get(in, "/jobs/:id", r.job)
	r.get(in, "/jobs/:id/state", r.jobState)
	r.get(in, "/jobs/:id/file", r.jobFile)
	r.get(in, "/jobs/:id/refused.csv", r.jobRefused)
	in.POST("/jobs/:id/stop", r.stopJob)
}

// jobPage is a job with what became of it.
type jobPage struct {
	jobs.Job
	Ask    importAsk
	Report *importReport
	Rows   []workflow.RowRefusal // refused ones that are shown
	Runs   bool
	Left   int // seconds, where they can be told
	Took   int // seconds
}

// mostRefused rows are shown; the rest are in the file.
const mostRefused = 200

func (r *room) jobOf(g *gin.Context) (*jobPage, error) {
	j, err := r.Jobs.Find(g, who(g), g.Param("id"))
	if err != nil {
		return nil, err
	}
	d := &jobPage{Job: j, Runs: j.State == jobs.Running}
	if j.Kind == "import" {
		if err := json.Unmarshal(j.Ask, &d.Ask); err != nil {
			return nil, err
		}
		if len(j.Report) > 0 {
			if err := json.Unmarshal(j.Report, &d.Report); err != nil {
				return nil, err
			}
		}
	}
	if d.Report != nil {
		d.Rows = d.Report.Refused[:min(len(d.Report.Refused), mostRefused)]
	}
	if d.Runs && j.Done > 0 && j.Total > j.Done {
		spent := time.Since(j.Began).Seconds()
		d.Left = int(spent*float64(j.Total-j.Done)/float64(j.Done)) + 1
	}
	if !j.Ended.IsZero() {
		d.Took = int(j.Ended.Sub(j.Began).Seconds()) + 1
	}
	return d, nil
}

func (r *room) job(g *gin.Context) {
	d, err := r.jobOf(g)
	if err != nil {
		r.fail(g, err)
		return
	}
	if d.Runs {
		g.Set("again", 2)
	}
	r.render(g, http.StatusOK, "job", "jobs", d)
}

// jobState is the part of the page that a running job renews every two seconds.
func (r *room) jobState(g *gin.Context) {
	d, err := r.jobOf(g)
	if err != nil {
		r.fail(g, err)
		return
	}
	r.part(g, http.StatusOK, "job", "job-state", d)
}

func (r *room) stopJob(g *gin.Context) {
	d, err := r.jobOf(g)
	if err == nil && d.Runs {
		err = r.Jobs.Stop(g, d.ID)
	}
	if err != nil {
		r.fail(g, err)
		return
	}
	g.Redirect(http.StatusSeeOther, path("jobs", d.ID))
}

func (r *room) jobFile(g *gin.Context) {
	d, err := r.jobOf(g)
	if err == nil && d.File == "" {
		err = noPage()
	}
	var b []byte
	if err == nil {
		b, err = r.Jobs.Output(g, d.ID)
	}
	if err != nil {
		r.fail(g, err)
		return
	}
	Longer(g)
	attached(g, d.Type, d.File, b)
}

func (r *room) jobRefused(g *gin.Context) {
	d, err := r.jobOf(g)
	if err == nil && d.Report == nil {
		err = noPage()
	}
	var b []byte
	if err == nil {
		b, err = r.refusedFile(g, d.Report)
	}
	if err != nil {
		r.fail(g, err)
		return
	}
	attached(g, "text/csv; charset=utf-8", "refused.csv", b)
}

func (r *room) jobList(g *gin.Context) { r.showJobs(g, nil) }

// showJobs lists the person's jobs and offers what is printed beside the desk.
func (r *room) showJobs(g *gin.Context, wrong error) {
	list, err := r.Jobs.List(g, who(g))
	if err != nil {
		r.fail(g, err)
		return
	}
	owners, err := r.owners(g)
	if err != nil {
		r.fail(g, err)
		return
	}
	d := gin.H{"Rows": list, "Owners": owners, "Today": r.Service.Today(), "On": g.PostForm("on"), "Imports": r.imports(g)}
	if wrong == nil {
		r.render(g, http.StatusOK, "jobs", "jobs", d)
		return
	}
	t, status := r.troubleOf(g, wrong)
	r.renderWith(g, status, "jobs", "jobs", d, t)
}

// printAsk is a list to be printed beside the desk.
type printAsk struct {
	What   string       `json:"what"` // register or report
	Owner  string       `json:"owner"`
	On     workflow.Day `json:"on"`
	Format string       `json:"format"`
}

// printJob prints a register or a yearly report as a job.
func (r *room) printJob(g *gin.Context) {
	ask := printAsk{What: g.PostForm("what"), Owner: g.PostForm("owner"), On: r.Service.Today(), Format: g.PostForm("format")}
	owners, err := r.owners(g)
	if err == nil {
		err = daysOf(g, map[string]*workflow.Day{"on": &ask.On})
	}
	i := slices.IndexFunc(owners, func(o option) bool { return o.Value == ask.Owner })
	if err == nil && (i < 0 || !slices.Contains([]string{"register", "report"}, ask.What) || !slices.Contains([]string{"pdf", "xlsx", "csv"}, ask.Format)) {
		err = noPage()
	}
	var j jobs.Job
	if err == nil {
		j, err = r.startPrint(g, ask, owners[i].Label)
	}
	if err != nil {
		r.showJobs(g, err)
		return
	}
	g.Redirect(http.StatusSeeOther, path("jobs", j.ID))
}

func (r *room) startPrint(g *gin.Context, ask printAsk, owner string) (jobs.Job, error) {
	kept, err := json.Marshal(ask)
	if err != nil {
		return jobs.Job{}, err
	}
	title := owner + ", " + ask.On.Start().Format("02/01/2006") + ", " + strings.ToUpper(ask.Format)
	return r.Jobs.Start(g, jobs.Job{Kind: "print_" + ask.What, Title: title, Person: who(g), Ask: kept}, nil, func(ctx context.Context, p *jobs.Progress) (jobs.Result, error) {
		p.At("prints", 0, 0)
		b, kind, err := r.printed(ctx, ask)
		if err == nil {
			err = ctx.Err()
		}
		return jobs.Result{File: b, Name: ask.What + "-" + ask.On.String() + "." + ask.Format, Type: kind}, err
	})
}

// printed makes the file of a list: the paper as it is kept, or its rows as data.
func (r *room) printed(ctx context.Context, ask printAsk) ([]byte, string, error) {
	var f workflow.PaperFacts
	var out workflow.Printed
	var err error
	switch {
	case ask.What == "report":
		f, out, err = r.Service.PrintReport(ctx, ask.Owner, ask.On)
	case ask.Format == "pdf":
		f, out, err = r.Service.PrintRegister(ctx, ask.Owner, ask.On)
	default:
		f, err = r.Service.RegisterFacts(ctx, ask.Owner, ask.On)
	}
	if err != nil {
		return nil, "", err
	}
	if ask.Format == "pdf" {
		return out.PDF, "application/pdf", nil
	}
	return r.RegisterFile(f, ask.Format)
}
