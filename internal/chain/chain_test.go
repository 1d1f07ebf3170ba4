package chain

import (
	"bytes"
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

// book is a history in memory.
type book struct {
	links []Link
	cps   []Checkpoint
	rows  map[string]map[string][]Column // table → key → columns
	ends  map[string]Link
}

func (b *book) Links(yield func(Link) error) error {
	for _, l := range b.links {
		if err := yield(l); err != nil {
			return err
		}
	}
	return nil
}

func (b *book) Checkpoints(yield func(Checkpoint) error) error {
	for _, c := range b.cps {
		if err := yield(c); err != nil {
			return err
		}
	}
	return nil
}

func (b *book) Tables() []string { return []string{"cases", "events", "papers"} }

func (b *book) Rows(table string, yield func(string, []Column) error) error {
	var keys []string
	for k := range b.rows[table] {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	for _, k := range keys {
		if err := yield(k, b.rows[table][k]); err != nil {
			return err
		}
	}
	return nil
}

// add writes rows "table key value" and the link over them.
func (b *book) add(t *testing.T, subject string, event int64, rows ...string) {
	t.Helper()
	rec := Record{Event: event}
	for _, r := range rows {
		f := strings.SplitN(r, " ", 3)
		cols := []Column{{"id", "t", f[1]}, {"body", "t", f[2]}}
		if b.rows[f[0]] == nil {
			b.rows[f[0]] = map[string][]Column{}
		}
		b.rows[f[0]][f[1]] = cols
		rec.Rows = append(rec.Rows, Row{f[0], f[1], Digest(f[0], cols)})
	}
	body, err := rec.Write()
	if err != nil {
		t.Fatal(err)
	}
	end, before := b.ends[subject], None
	if end.N > 0 {
		before = end.Hash
	}
	l := Link{ID: int64(len(b.links)) + 1, Subject: subject, N: end.N + 1, Record: body}
	l.Hash = LinkHash(before, subject, l.N, body)
	b.ends[subject] = l
	b.links = append(b.links, l)
}

var at = time.Date(2026, 11, 27, 5, 0, 0, 0, time.UTC)

func testKey(t *testing.T) ed25519.PrivateKey {
	t.Helper()
	secret, _, err := NewKey()
	if err != nil {
		t.Fatal(err)
	}
	key, err := ReadKey(secret)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// history is a book of three chains with two checkpoints and its file outside.
func history(t *testing.T, key ed25519.PrivateKey) (*book, []byte) {
	t.Helper()
	b := &book{rows: map[string]map[string][]Column{}, ends: map[string]Link{}}
	s := &Sealer{}
	var out bytes.Buffer
	seal := func() {
		_, last := s.Last()
		var traces []Trace
		for _, l := range b.links {
			if l.ID > last.Last {
				one, err := TraceOf(l)
				if err = errors.Join(err, s.Take(l)); err != nil {
					t.Fatal(err)
				}
				traces = append(traces, one)
			}
		}
		c := s.Seal(at, key)
		if err := errors.Join(s.Know(c), WriteOutside(&out, traces, c)); err != nil {
			t.Fatal(err)
		}
		b.cps = append(b.cps, c)
	}
	b.add(t, House, 0)
	b.add(t, "case/a", 1, "events 1 create", "cases a draft")
	b.add(t, "case/b", 2, "events 2 create", "cases b draft")
	b.add(t, "case/a", 3, "events 3 submit", "cases a sent", "papers a.1 Phiếu tiếp nhận")
	seal()
	b.add(t, "case/b", 4, "events 4 submit", "cases b sent")
	b.add(t, "case/a", 5, "events 5 approve", "cases a approved", "papers a.2 Quyết định")
	b.add(t, "system/s", 6, "events 6 rename")
	seal()
	return b, out.Bytes()
}

func public(key ed25519.PrivateKey) []ed25519.PublicKey {
	return []ed25519.PublicKey{key.Public().(ed25519.PublicKey)}
}

// verify gives the findings as words.
func verify(t *testing.T, src Source, outside []byte, keys []ed25519.PublicKey) []string {
	t.Helper()
	opt := Options{Keys: keys}
	if outside != nil {
		o, err := ReadOutside(bytes.NewReader(outside))
		if err != nil {
			t.Fatal(err)
		}
		opt.Outside = o
	}
	rep, err := Verify(src, opt)
	if err != nil {
		t.Fatal(err)
	}
	out := []string{}
	for _, f := range rep.Findings {
		s := f.Code
		if f.Table != "" {
			s += " " + f.Table + " " + f.Key
		} else if f.Subject != "" {
			s += fmt.Sprintf(" %s %d", f.Subject, f.N)
		} else {
			s += fmt.Sprintf(" %d", f.Checkpoint)
		}
		out = append(out, s)
	}
	return out
}

// again computes the hashes of a chain anew, as somebody would who owns the
// database.
func (b *book) again(subject string) {
	before := None
	for i, l := range b.links {
		if l.Subject == subject {
			b.links[i].Hash = LinkHash(before, subject, l.N, l.Record)
			before = b.links[i].Hash
		}
	}
}

func TestEveryAttackIsNamedByItsRow(t *testing.T) {
	key := testKey(t)
	for _, c := range []struct {
		says          string
		do            func(b *book)
		alone, beside []string // without and with the file outside
	}{
		{"nothing is done", func(*book) {}, nil, nil},
		{"a row is edited", func(b *book) { b.rows["cases"]["a"][1][2] = "draft" }, []string{"row_edited cases a"}, nil},
		{"a row is deleted", func(b *book) { delete(b.rows["events"], "3") }, []string{"row_deleted events 3"}, nil},
		{"a row is added", func(b *book) { b.rows["events"]["9"] = []Column{{"id", "t", "9"}} }, []string{"row_added events 9"}, nil},
		{"two events are exchanged", func(b *book) {
			b.rows["events"]["3"], b.rows["events"]["5"] = b.rows["events"]["5"], b.rows["events"]["3"]
		},
			[]string{"row_edited events 3", "row_edited events 5"}, nil},
		{"a record is edited", func(b *book) { b.links[3].Record = strings.Replace(b.links[3].Record, "cases", "sheets", 1) },
			[]string{"link_edited case/a 2", "row_deleted sheets a"}, nil},
		{"a record is edited with its hash", func(b *book) {
			b.links[3].Record = strings.Replace(b.links[3].Record, `"event":3`, `"event":4`, 1)
			b.links[3].Hash = LinkHash(b.links[1].Hash, "case/a", 2, b.links[3].Record)
		}, []string{"link_edited case/a 3"}, []string{"link_rewritten case/a 2"}},
		{"a record is no record", func(b *book) { b.links[6].Record = "{}}" }, []string{"link_edited system/s 1", "link_unreadable system/s 1", "row_added events 6"}, nil},
		{"a link in the middle is deleted", func(b *book) { b.links = slices.Delete(b.links, 3, 4) },
			[]string{"link_missing case/a 2", "row_added events 3", "row_added papers a.1"}, nil},
		{"links of two cases are exchanged", func(b *book) { b.links[1].Subject, b.links[2].Subject = "case/b", "case/a" },
			[]string{"link_edited case/b 1", "link_edited case/a 1", "link_edited case/a 2", "link_edited case/b 2"}, []string{"link_rewritten case/b 1", "link_rewritten case/a 1"}},
		{"two links are reordered", func(b *book) { b.links[3].N, b.links[5].N = 3, 2 },
			[]string{"link_missing case/a 2", "link_order case/a 2"}, []string{"link_rewritten case/a 3", "link_rewritten case/a 2"}},
		{"the tail is cut with its rows", func(b *book) { b.links = b.links[:6]; delete(b.rows["events"], "6") },
			[]string{"checkpoint_root 2"}, []string{"link_missing system/s 1"}},
		{"a whole chain is rewritten", func(b *book) {
			b.links[3].Record = strings.Replace(b.links[3].Record, `"event":3`, `"event":4`, 1)
			b.again("case/a")
		}, []string{"checkpoint_root 1"}, []string{"link_rewritten case/a 2"}},
		{"it is yesterday's copy", func(b *book) {
			b.links, b.cps = b.links[:4], b.cps[:1]
			delete(b.rows["events"], "4")
			delete(b.rows["events"], "5")
			delete(b.rows["events"], "6")
			delete(b.rows["papers"], "a.2")
			b.rows["cases"]["a"][1][2], b.rows["cases"]["b"][1][2] = "sent", "draft"
		}, []string{}, []string{"checkpoint_missing 2", "link_missing case/b 2", "link_missing case/a 3", "link_missing system/s 1", "rolled_back 2"}},
		{"a checkpoint is deleted", func(b *book) { b.cps = b.cps[1:] }, []string{"checkpoint_missing 1"}, []string{"checkpoint_missing 1"}},
		{"a checkpoint is edited", func(b *book) { b.cps[0].Root = None }, []string{"checkpoint_signature 1"}, []string{"checkpoint_differs 1"}},
		{"a signature is edited", func(b *book) { b.cps[1].Signature = b.cps[0].Signature }, []string{"checkpoint_signature 2"}, nil},
		{"another key signs", func(b *book) { b.cps[1].Sign(ed25519.NewKeyFromSeed(make([]byte, 32))) }, []string{"checkpoint_key 2"}, []string{"checkpoint_differs 2"}},
	} {
		t.Run(c.says, func(t *testing.T) {
			b, outside := history(t, key)
			c.do(b)
			if c.beside == nil {
				c.beside = c.alone
			}
			if got := verify(t, b, nil, public(key)); !slices.Equal(got, c.alone) {
				t.Errorf("alone: %q\nwant %q", got, c.alone)
			}
			got := verify(t, b, outside, public(key))
			if !slices.Equal(got, c.beside) {
				t.Errorf("beside the file: %q\nwant %q", got, c.beside)
			}
			var file bytes.Buffer
			if err := Export(&file, b, nil, at, nil); err != nil {
				t.Fatal(err)
			}
			e, err := OpenExport(bytes.NewReader(file.Bytes()), int64(file.Len()))
			if err != nil {
				t.Fatal(err)
			}
			if same := verify(t, e, outside, public(key)); !slices.Equal(same, got) {
				t.Errorf("as an export: %q\nwant %q", same, got)
			}
		})
	}
}

func TestAFormThatOthersWroteAVerifierForStays(t *testing.T) {
	cols := []Column{{"seq", "i", "17"}, {"body", "t", "Đã nộp"}, {"pdf", "h", Sum([]byte("%PDF"))}}
	c := Checkpoint{Number: 3, Time: moment(at), Chains: 2, Links: 9, Last: 11, Root: Sum(nil), Previous: None, Key: "0011223344556677"}
	for what, pair := range map[string][2]string{
		"row":        {Digest("events", cols), Sum([]byte("capdo-row 1\nevents\nseq:i:2:17\nbody:t:10:Đã nộp\npdf:h:64:" + Sum([]byte("%PDF")) + "\n"))},
		"link":       {LinkHash(None, "case/c", 1, `{"rows":[]}`), Sum([]byte("capdo-link 1\n1\n" + None + "\n" + Sum([]byte(`{"rows":[]}`)) + "\ncase/c\n"))},
		"leaf":       {leafOf("case/c", 4, None).String(), Sum([]byte("\x00capdo-head 1\n4\n" + None + "\ncase/c\n"))},
		"checkpoint": {c.Hash(), Sum([]byte("capdo-checkpoint 1\nnumber 3\ntime 2026-11-27T05:00:00Z\nchains 2\nlinks 9\nlast 11\nroot " + Sum(nil) + "\nprevious " + None + "\nkey 0011223344556677\n"))},
		"short":      {c.Short(), "3-BJ5D-HDFO-NXYF-AQ6Q"},
	} {
		if pair[0] != pair[1] {
			t.Errorf("%s: %s, want %s", what, pair[0], pair[1])
		}
	}
}

// mth is the Merkle tree hash as RFC 6962, section 2.1, defines it.
func mth(leaves []node) node {
	if len(leaves) == 1 {
		return leaves[0]
	}
	k := 1
	for k*2 < len(leaves) {
		k *= 2
	}
	return join(mth(leaves[:k]), mth(leaves[k:]))
}

func TestTheTreeIsThatOfTheRFCWhileLeavesComeAndChange(t *testing.T) {
	var tree Tree
	var leaves []node
	if tree.Root() != Sum(nil) {
		t.Error("the empty tree")
	}
	for i := range 70 {
		leaves = append(leaves, leafOf("case/c", int64(i), None))
		tree.set(i, leaves[i])
		old := (i * 7) % (i + 1)
		leaves[old] = leafOf("case/d", int64(i), None)
		tree.set(old, leaves[old])
		want := mth(leaves).String()
		if tree.Root() != want {
			t.Fatalf("%d leaves: another root", i+1)
		}
		for at, leaf := range leaves {
			path := tree.path(at)
			if got, ok := rootBy(leaf, int64(at), int64(i+1), path); !ok || got != want {
				t.Fatalf("leaf %d of %d does not lead to the root", at, i+1)
			}
			if _, ok := rootBy(leaf, int64(at), int64(i+1), append(path, want)); ok {
				t.Fatalf("a path too long passes")
			}
		}
	}
	for _, bad := range []struct {
		i, size int64
		path    []string
	}{{-1, 2, nil}, {2, 2, nil}, {0, 2, nil}, {0, 2, []string{"zz"}}, {0, 2, []string{"00"}}} {
		if _, ok := rootBy(leaves[0], bad.i, bad.size, bad.path); ok {
			t.Errorf("%+v passes", bad)
		}
	}
}

func TestNothingIsSignedThatDoesNotFollow(t *testing.T) {
	key := testKey(t)
	b, _ := history(t, key)
	var broken *BrokenError
	for i := range b.links {
		s := &Sealer{}
		var err error
		for j, l := range b.links {
			if j == i {
				l.Record += " "
			}
			if err = s.Take(l); err != nil {
				break
			}
		}
		if !errors.As(err, &broken) || broken.Subject != b.links[i].Subject || broken.N != b.links[i].N {
			t.Errorf("link %d: %v", i, err)
		}
	}
	s := &Sealer{}
	for _, l := range b.links[:3] {
		if err := s.Take(l); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Know(b.cps[0]); !errors.As(err, &broken) || broken.Checkpoint != 1 {
		t.Errorf("a checkpoint over other links: %v", err)
	}
	if err := s.Take(b.links[2]); err == nil {
		t.Error("a link is taken twice")
	}
}

func TestTheFileOutsideProvesItself(t *testing.T) {
	_, outside := history(t, testKey(t))
	lines := bytes.SplitAfter(outside, []byte("\n"))
	for i := range len(lines) - 1 {
		damaged := slices.Clone(lines)
		damaged[i] = bytes.Replace(lines[i], []byte(`"digest":"`), []byte(`"digest":"0`), 1)
		if bytes.Equal(damaged[i], lines[i]) {
			damaged[i] = bytes.Replace(lines[i], []byte(`"root":"`), []byte(`"root":"0`), 1)
		}
		o, err := ReadOutside(bytes.NewReader(bytes.Join(damaged, nil)))
		var bad *OutsideError
		if !errors.As(err, &bad) {
			t.Errorf("line %d: %v", i+1, err)
		}
		if len(o.Checkpoints) == 2 {
			t.Errorf("line %d: taken whole", i+1)
		}
	}
	o, err := ReadOutside(bytes.NewReader(append(outside, `{"link":{"id":8,`...)))
	if err != nil || o.End != int64(len(outside)) || o.Last().Number != 2 || len(o.Traces) != 7 {
		t.Errorf("after a broken writing: %v, %+v", err, o)
	}
}

func TestProofsHoldAloneAndFailWithAnyChange(t *testing.T) {
	key := testKey(t)
	b, _ := history(t, key)
	row, err := ProveRow(b, "papers", "a.1", b.rows["papers"]["a.1"])
	if err != nil || row.Checkpoint[0].Number != 1 || len(row.Inclusion.Path) == 0 {
		t.Fatalf("%+v, %v", row, err)
	}
	late, err := ProveRow(b, "events", "6", b.rows["events"]["6"])
	if err != nil || late.Checkpoint[0].Number != 2 {
		t.Fatalf("%+v, %v", late, err)
	}
	early, err := ProveRow(b, "cases", "a", b.rows["cases"]["a"])
	if err != nil || early.Inclusion.N != 3 {
		t.Fatalf("the newest: %+v, %v", early, err)
	}
	growth, err := ProveGrowth(b, 1, 2)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range []*Proof{row, late, early, growth} {
		if err := p.Check(public(key)); err != nil {
			t.Errorf("%s: %v", p.Kind, err)
		}
		if err := p.Check(public(testKey(t))); err == nil {
			t.Errorf("%s: under another key", p.Kind)
		}
		whole, err := json.Marshal(p)
		if err != nil {
			t.Fatal(err)
		}
		for at, c := range whole { // every digit and letter of a value counts
			if c < '0' || c > '9' {
				continue
			}
			other := slices.Clone(whole)
			other[at] = '0' + (c-'0'+1)%10
			var q Proof
			if json.Unmarshal(other, &q) != nil || reflect.DeepEqual(&q, p) {
				continue
			}
			if err := q.Check(public(key)); err == nil {
				t.Fatalf("%s passes changed at %d: …%s…", p.Kind, at, other[max(0, at-40):at+1])
			}
		}
	}
	if _, err := ProveRow(b, "papers", "none", nil); !errors.Is(err, ErrUnknown) {
		t.Errorf("a row that is not there: %v", err)
	}
	if _, err := ProveGrowth(b, 1, 3); !errors.Is(err, ErrUnknown) {
		t.Errorf("a checkpoint that is not there: %v", err)
	}
	b.add(t, "case/c", 7, "events 7 create")
	if _, err := ProveRow(b, "events", "7", b.rows["events"]["7"]); !errors.Is(err, ErrUncovered) {
		t.Errorf("a row that no checkpoint covers: %v", err)
	}
}

func TestKeysAreReadBackAndNothingElseIs(t *testing.T) {
	secret, pub, err := NewKey()
	if err != nil {
		t.Fatal(err)
	}
	key, err := ReadKey(secret)
	if err != nil {
		t.Fatal(err)
	}
	_, other, _ := NewKey()
	both, err := ReadPublic(append(pub, other...))
	if err != nil || len(both) != 2 || !both[0].Equal(key.Public()) {
		t.Errorf("%v, %v", both, err)
	}
	for _, junk := range [][]byte{nil, []byte("key"), secret[:40]} {
		if _, err := ReadPublic(junk); !errors.Is(err, ErrKey) {
			t.Errorf("%q is a public key", junk)
		}
	}
	for _, junk := range [][]byte{nil, pub} {
		if _, err := ReadKey(junk); !errors.Is(err, ErrKey) {
			t.Errorf("%q is a key", junk)
		}
	}
}

func TestASealOnAPaperIsFound(t *testing.T) {
	key := testKey(t)
	b, _ := history(t, key)
	for seal, n := range map[string]int{b.cps[0].Short(): 0, "1-AAAA-AAAA-AAAA-AAAA": 1} {
		rep, err := Verify(b, Options{Seal: seal})
		if err != nil || len(rep.Findings) != n {
			t.Errorf("%s: %+v, %v", seal, rep, err)
		}
	}
}

func TestWhatIsNoExportSaysSo(t *testing.T) {
	b, _ := history(t, testKey(t))
	var file bytes.Buffer
	if err := Export(&file, b, nil, at, func(put Put) error { return put("links.jsonl", nil) }); err != nil {
		t.Fatal(err)
	}
	for what, bytesOf := range map[string][]byte{"text": []byte("xin chào"), "a name twice": file.Bytes(), "cut": file.Bytes()[:200]} {
		if _, err := OpenExport(bytes.NewReader(bytesOf), int64(len(bytesOf))); !errors.Is(err, ErrExport) {
			t.Errorf("%s: %v", what, err)
		}
	}
}
