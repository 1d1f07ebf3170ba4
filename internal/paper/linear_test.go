package paper

import (
	"io"
	"runtime"
	"testing"
)

// work is what a writing costs in memory asked for: how often, and how much. Both
// are counted, not timed, and grow with whatever is done over again.
func work(do func()) (times, bytes float64) {
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	do()
	runtime.ReadMemStats(&after)
	return float64(after.Mallocs - before.Mallocs), float64(after.TotalAlloc - before.TotalAlloc)
}

func TestARegisterOfFourTimesTheRowsCostsFourTimesTheWork(t *testing.T) {
	for name, write := range map[string]func(Document){
		"pdf": func(d Document) { _ = PDF(io.Discard, d) }, "xlsx": func(d Document) { _ = XLSX(io.Discard, d) },
		"csv": func(d Document) { _ = CSV(io.Discard, d) }, "text": func(d Document) { _ = Text(d) }} {
		few, many := register(1500), register(6000)
		times1, bytes1 := work(func() { write(few) })
		times4, bytes4 := work(func() { write(many) })
		if times4 > 4.6*times1 || bytes4 > 5.5*bytes1 { // buffers double as they grow
			t.Errorf("%s: %.0f times and %.0f bytes for 1,500 rows, %.2f and %.2f times that for 6,000", name, times1, bytes1, times4/times1, bytes4/bytes1)
		}
	}
}

// TestAWorkbookIsNotHeldRowByRow asks what writing a long register leaves in
// memory beside the register itself, at its most.
func TestAWorkbookIsNotHeldRowByRow(t *testing.T) {
	d := register(60000)
	var most uint64
	var before runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	w := writerFunc(func(b []byte) (int, error) { // the workbook is written out at the end
		var now runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&now)
		most = max(most, now.HeapAlloc)
		return len(b), nil
	})
	if err := XLSX(w, d); err != nil {
		t.Fatal(err)
	}
	if more := int64(most) - int64(before.HeapAlloc); more > 48<<20 {
		t.Errorf("%d MB beside the register", more>>20)
	}
	runtime.KeepAlive(d)
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(b []byte) (int, error) { return f(b) }
