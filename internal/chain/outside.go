package chain

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
)

// Trace is what the file outside the database keeps of a link: enough to name
// the very row where somebody rewrote a whole chain.
type Trace struct {
	ID      int64  `json:"id"`
	Subject string `json:"subject"`
	N       int64  `json:"n"`
	Event   int64  `json:"event,omitempty"`
	Digest  string `json:"digest"` // SHA-256 of the record
	Hash    string `json:"-"`      // follows from the digests
}

// TraceOf is what the file keeps of a link.
func TraceOf(l Link) (Trace, error) {
	rec, err := l.ReadRecord()
	return Trace{l.ID, l.Subject, l.N, rec.Event, Sum([]byte(l.Record)), l.Hash}, err
}

// outsideLine is one line of the file: a trace, or the checkpoint over all
// traces so far.
type outsideLine struct {
	Link       *Trace      `json:"link,omitempty"`
	Checkpoint *Checkpoint `json:"checkpoint,omitempty"`
}

// Outside is the file outside the database, as far as its last whole checkpoint.
type Outside struct {
	Traces      []Trace
	Checkpoints []Checkpoint
	End         int64 // bytes up to and with the last checkpoint
}

// Last is the last checkpoint of the file; the zero one when it has none.
func (o *Outside) Last() Checkpoint {
	if len(o.Checkpoints) == 0 {
		return Checkpoint{}
	}
	return o.Checkpoints[len(o.Checkpoints)-1]
}

// WriteOutside writes the traces since the last checkpoint and the next one.
func WriteOutside(w io.Writer, traces []Trace, c Checkpoint) error {
	enc := json.NewEncoder(w)
	for i := range traces {
		if err := enc.Encode(outsideLine{Link: &traces[i]}); err != nil {
			return err
		}
	}
	return enc.Encode(outsideLine{Checkpoint: &c})
}

// OutsideError says that the file outside does not agree with itself.
type OutsideError struct{ Line int }

// Error names the line.
func (e *OutsideError) Error() string {
	return fmt.Sprintf("chain: the checkpoint file is damaged at line %d", e.Line)
}

// ReadOutside reads the file and proves it in itself: its checkpoints follow one
// another and their roots are those of its traces. What a broken writing left
// after the last checkpoint is ignored; any other fault is an *OutsideError.
func ReadOutside(r io.Reader) (*Outside, error) {
	out, in, s := &Outside{}, bufio.NewReader(r), &Sealer{}
	var pending []Trace
	var at int64
	for line := 1; ; line++ {
		b, err := in.ReadBytes('\n')
		if err == io.EOF {
			return out, nil
		}
		if err != nil {
			return nil, fmt.Errorf("chain: %w", err)
		}
		at += int64(len(b))
		var l outsideLine
		if err := json.Unmarshal(b, &l); err != nil || l.Link == nil == (l.Checkpoint == nil) {
			return out, &OutsideError{line}
		}
		if l.Link != nil {
			if l.Link.ID <= s.last || l.Link.N != s.of[l.Link.Subject].n+1 {
				return out, &OutsideError{line}
			}
			l.Link.Hash = linkHash(s.of[l.Link.Subject].before(), l.Link.Subject, l.Link.N, l.Link.Digest)
			s.put(l.Link.Subject, l.Link.N, l.Link.Hash)
			s.last = l.Link.ID
			pending = append(pending, *l.Link)
			continue
		}
		if s.Know(*l.Checkpoint) != nil {
			return out, &OutsideError{line}
		}
		out.Traces, out.Checkpoints, out.End, pending = append(out.Traces, pending...), append(out.Checkpoints, *l.Checkpoint), at, nil
	}
}
