// Package metrics counts what the program does, for Prometheus: steps, refusals,
// how long commits and papers take, what is due. It wraps the ports of workflow
// and knows nothing behind them.
package metrics

import (
	"context"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"capdo/workflow"
)

// Metrics holds the counts of one program.
type Metrics struct {
	registry *prometheus.Registry
	steps    *prometheus.CounterVec
	refusals *prometheus.CounterVec
	waiting  prometheus.Gauge
	commit   prometheus.Histogram
	render   prometheus.Histogram
	requests *prometheus.CounterVec
	answer   prometheus.Histogram
}

// New makes counts that start at nothing.
func New() *Metrics {
	m := &Metrics{registry: prometheus.NewRegistry(),
		steps:    prometheus.NewCounterVec(prometheus.CounterOpts{Name: "capdo_steps_total", Help: "Steps taken and kept, by act."}, []string{"act"}),
		refusals: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "capdo_refusals_total", Help: "Steps refused, by kind."}, []string{"kind"}),
		waiting:  prometheus.NewGauge(prometheus.GaugeOpts{Name: "capdo_steps_waiting", Help: "Steps decided that wait to be kept."}),
		commit:   prometheus.NewHistogram(prometheus.HistogramOpts{Name: "capdo_commit_seconds", Help: "Time to keep a step.", Buckets: prometheus.ExponentialBuckets(0.0005, 2, 14)}),
		render:   prometheus.NewHistogram(prometheus.HistogramOpts{Name: "capdo_render_seconds", Help: "Time to print a paper.", Buckets: prometheus.ExponentialBuckets(0.001, 2, 14)}),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "capdo_requests_total", Help: "Requests answered, by status."}, []string{"status"}),
		answer:   prometheus.NewHistogram(prometheus.HistogramOpts{Name: "capdo_answer_seconds", Help: "Time to answer a request.", Buckets: prometheus.ExponentialBuckets(0.0005, 2, 16)}),
	}
	m.registry.MustRegister(m.steps, m.refusals, m.waiting, m.commit, m.render, m.requests, m.answer, collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// Gauge adds a figure that is asked for at each reading.
func (m *Metrics) Gauge(name, help string, read func() float64) {
	m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, read))
}

// Handler serves the counts in the text form of Prometheus.
func (m *Metrics) Handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
}

// Answered counts a request.
func (m *Metrics) Answered(status int, took time.Duration) {
	m.requests.WithLabelValues(http.StatusText(status)).Inc()
	m.answer.Observe(took.Seconds())
}

// Store counts what is kept through a store.
func (m *Metrics) Store(s workflow.Store) workflow.Store { return &store{s, m} }

type store struct {
	workflow.Store
	m *Metrics
}

// Keep counts a step that was kept, and how long that took.
func (s *store) Keep(ctx context.Context, ch *workflow.Change) error {
	began := time.Now()
	s.m.waiting.Inc()
	err := s.Store.Keep(ctx, ch)
	s.m.waiting.Dec()
	if err == nil {
		s.m.commit.Observe(time.Since(began).Seconds())
		s.m.steps.WithLabelValues(ch.Event.Act).Inc()
	}
	return err
}

// Note counts a refusal.
func (s *store) Note(ctx context.Context, e workflow.Event) error {
	if e.Refused != nil {
		s.m.refusals.WithLabelValues(string(e.Refused.Kind)).Inc()
	}
	return s.Store.Note(ctx, e)
}

// Printer counts the papers of a printer.
func (m *Metrics) Printer(p workflow.Printer) workflow.Printer { return &printer{p, m} }

type printer struct {
	workflow.Printer
	m *Metrics
}

// Print times a paper.
func (p *printer) Print(ctx context.Context, f workflow.PaperFacts) (workflow.Printed, error) {
	began := time.Now()
	out, err := p.Printer.Print(ctx, f)
	p.m.render.Observe(time.Since(began).Seconds())
	return out, err
}
