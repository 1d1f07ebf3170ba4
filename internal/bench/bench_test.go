//go:build bench

package bench

import (
	"os"
	"testing"
)

func TestBench(t *testing.T) {
	p := grown(t, 1000)
	var list []result
	list = append(list, durable(t, p)...)
	list = append(list, decided(t, p), allowed(t))
	list = append(list, lists(t, p)...)
	list = append(list, due(t, p, today, 2), due(t, p, today.AddDays(3), 2), started(t, p))
	t.Log("\n" + table(list))
	_ = os.Stdout
}
