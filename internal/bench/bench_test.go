//go:build bench

package bench

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"capdo/internal/pgtest"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Main(m)) }

const benchmarks = "../../docs/benchmarks.md"

// TestBench measures everything against its floor on a province of 1,000 systems.
func TestBench(t *testing.T) {
	p := grown(t, 1000)
	list := durable(t, p)
	list = append(list, onServer(t, p)...)
	list = append(list, printed(t, p), decision(t))
	list = append(list, registers(t)...)
	list = append(list, decided(t, p), allowed(t))
	list = append(list, lists(t, p)...)
	list = append(list, overHTTP(t, p), due(t, p, today, 2), due(t, p, today.AddDays(3), 2), started(t, p))
	publish(t, "bench", table(list)+notes(list))
}

// TestScale shows how each cost grows with the province: CAPDO_BENCH_SIZES names
// the numbers of systems.
func TestScale(t *testing.T) {
	sizes := os.Getenv("CAPDO_BENCH_SIZES")
	if sizes == "" {
		sizes = "1000 100000 1000000"
	}
	var list []result
	for _, text := range strings.Fields(sizes) {
		n, err := strconv.Atoi(text)
		if err != nil {
			t.Fatal(err)
		}
		t.Run(text, func(t *testing.T) {
			p := grown(t, n)
			list = append(list, decided(t, p))
			list = append(list, lists(t, p)...)
			list = append(list, overHTTP(t, p), due(t, p, today, 0), due(t, p, today.AddDays(3), 0), started(t, p))
		})
	}
	publish(t, "scale", table(list)+notes(list))
}

func notes(list []result) string {
	var b strings.Builder
	for _, r := range list {
		if r.note != "" {
			fmt.Fprintf(&b, "\n%s: %s.\n", r.load, r.note)
		}
	}
	return b.String()
}

// publish puts a table, with machine and date, into its place in the book.
func publish(t *testing.T, name, table string) {
	t.Helper()
	b, err := os.ReadFile(benchmarks)
	if err != nil {
		t.Fatal(err)
	}
	open, end := "<!-- "+name+" -->\n", "<!-- end of "+name+" -->"
	before, rest, ok := strings.Cut(string(b), open)
	_, after, known := strings.Cut(rest, end)
	if !ok || !known {
		t.Fatalf("%s has no place for %s", benchmarks, name)
	}
	text := before + open + machine() + "\n\n" + table + end + after
	if err := os.WriteFile(benchmarks, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	t.Log("\n" + table)
}

// machine tells where and when it was measured, and what else the machine did.
func machine() string {
	model, load := "unknown processor", ""
	if f, err := os.Open("/proc/cpuinfo"); err == nil {
		for lines := bufio.NewScanner(f); lines.Scan(); {
			if key, value, _ := strings.Cut(lines.Text(), ":"); strings.TrimSpace(key) == "model name" {
				model = strings.TrimSpace(value)
			}
		}
		_ = f.Close()
	}
	if b, err := os.ReadFile("/proc/loadavg"); err == nil {
		load, _, _ = strings.Cut(string(b), " ")
	}
	system, _ := exec.Command("uname", "-sr").Output()
	return fmt.Sprintf("Measured on %s: %s, %d processors, %s, %s; load %s; %d rounds in turn.", time.Now().Format("2006-01-02"), model, runtime.NumCPU(),
		strings.TrimSpace(string(system)), runtime.Version(), load, rounds())
}
