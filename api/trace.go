package api

import (
	"log/slog"
	"net/http"
	"strings"
	"time"

	"capdo/workflow"
)

// traced gives every request a number, which its answer carries and the log
// knows, and tells what became of it.
func (d *door) traced(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began, number := time.Now(), reference()
		w.Header().Set("X-Request-Id", number)
		seen := &seenWriter{ResponseWriter: w, status: http.StatusOK}
		next.ServeHTTP(seen, r)
		took := time.Since(began)
		if d.Answered != nil {
			d.Answered(seen.status, took)
		}
		level := slog.LevelDebug
		if seen.status >= http.StatusInternalServerError {
			level = slog.LevelWarn
		}
		d.Log.Log(r.Context(), level, "request", "number", number, "method", r.Method, "path", logged(r.URL.Path), "status", seen.status, "bytes", seen.bytes, "ms", took.Milliseconds())
	})
}

// logged is a path as the log may keep it: the code of a paper is nobody's.
func logged(path string) string {
	for _, open := range []string{"/verify/", verifyPath + "/"} {
		if strings.HasPrefix(path, open) {
			return open + "*"
		}
	}
	return path
}

// seenWriter sees status and size of an answer go by.
type seenWriter struct {
	http.ResponseWriter
	status int
	bytes  int64
	wrote  bool
}

// WriteHeader sees the status.
func (s *seenWriter) WriteHeader(status int) {
	if !s.wrote {
		s.status, s.wrote = status, true
	}
	s.ResponseWriter.WriteHeader(status)
}

// Write sees the size.
func (s *seenWriter) Write(b []byte) (int, error) {
	s.wrote = true
	n, err := s.ResponseWriter.Write(b)
	s.bytes += int64(n)
	return n, err
}

// Unwrap lets deadlines and flushes through to the connection.
func (s *seenWriter) Unwrap() http.ResponseWriter { return s.ResponseWriter }

// healthy says that the program runs; ready, that it can read and write.
func (d *door) healthy(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = w.Write([]byte("ok\n"))
}

func (d *door) ready(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	if d.Ready != nil {
		if err := d.Ready(r.Context()); err != nil {
			d.Log.Warn("not ready", "error", err)
			w.Header().Set("Retry-After", retryAfter)
			w.WriteHeader(http.StatusServiceUnavailable)
			_, _ = w.Write([]byte(string(workflow.Busy) + "\n"))
			return
		}
	}
	_, _ = w.Write([]byte("ready\n"))
	if d.Warning != nil {
		if warning := d.Warning(); warning != "" {
			_, _ = w.Write([]byte(warning + "\n"))
		}
	}
}

// withHealth answers the questions of a supervisor before any page or route.
func (d *door) withHealth(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.URL.Path == "/healthz" && r.Method == http.MethodGet:
			d.healthy(w, r)
		case r.URL.Path == "/readyz" && r.Method == http.MethodGet:
			d.ready(w, r)
		default:
			next.ServeHTTP(w, r)
		}
	})
}
