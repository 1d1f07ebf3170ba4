package main

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"capdo/internal/chain"
	"capdo/internal/jobs"
	"capdo/internal/store"
	"capdo/workflow"
)

func fixedNow() time.Time { return time.Date(2026, 11, 27, 5, 0, 0, 0, time.UTC) }

// small is a province of one dossier in a file, with its history room.
func small(t *testing.T) (*workflow.Service, *history) {
	t.Helper()
	db := filepath.Join(t.TempDir(), "capdo.db")
	svc, st := provinceAt(t, db)
	t.Cleanup(func() { _ = st.Close() })
	return svc, room(t, st, db)
}

func room(t *testing.T, st *store.Store, db string) *history {
	t.Helper()
	h, err := openHistory(t.Context(), st, historyPlaces{}.beside(db))
	if err != nil {
		t.Fatal(err)
	}
	h.now = fixedNow
	return h
}

// sealed makes a checkpoint that has to be new.
func sealed(t *testing.T, h *history) chain.Checkpoint {
	t.Helper()
	made, err := h.checkpoint(t.Context())
	c, fault := h.st.LastCheckpoint(t.Context())
	if err = errors.Join(err, fault); err != nil || !made {
		t.Fatalf("made %v, %v", made, err)
	}
	return c
}

func refusedAs(t *testing.T, err error, key string) {
	t.Helper()
	if p, ok := workflow.ProblemOf(err); !ok || p.Key != key {
		t.Errorf("%v, want %s", err, key)
	}
}

func TestACheckpointIsMadeWhenSomethingIsNewAndKeptOutside(t *testing.T) {
	svc, h := small(t)
	short := lastCheckpoint(h.st)
	if s, err := short(t.Context()); err != nil || s != "" {
		t.Errorf("before the first: %q, %v", s, err)
	}
	first := sealed(t, h)
	if made, err := h.checkpoint(t.Context()); err != nil || made {
		t.Errorf("with nothing new: %v, %v", made, err)
	}
	if _, err := svc.Act(t.Context(), "binh", submit); err != nil {
		t.Fatal(err)
	}
	second := sealed(t, h)
	if second.Number != 2 || second.Previous != first.Hash() || second.Links <= first.Links {
		t.Errorf("%+v after %+v", second, first)
	}
	if s, err := short(t.Context()); err != nil || s != second.Short() {
		t.Errorf("%q, %v", s, err)
	}
	out, err := readOutside(h.places.file)
	if err != nil || out.Last() != second || int64(len(out.Traces)) != second.Links {
		t.Errorf("outside: %+v, %v", out, err)
	}
	state, err := h.state(t.Context())
	if err != nil || state.Short != second.Short() || state.Links != second.Links || state.Chains != second.Chains || state.Verified != nil {
		t.Errorf("%+v, %v", state, err)
	}
	a, _ := testApp(t)
	a.files = a.roomOf(t, h.places.db)
	if _, err := a.verifyDatabase(t.Context(), h.st, h.places.db, verifyOrder{}); err != nil {
		t.Fatal(err)
	}
	if state, err = h.state(t.Context()); err != nil || state.Verified == nil || !state.Verified.OK || state.Verified.Last != second.Short() {
		t.Errorf("verified: %+v, %v", state.Verified, err)
	}
}

func TestTheFileOutsideIsMendedNotTrustedBlindly(t *testing.T) {
	_, h := small(t)
	sealed(t, h)
	whole, err := os.ReadFile(h.places.file)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		says, left, key string
	}{
		{"a crash left half a line", string(whole) + `{"link":{"id":`, ""},
		{"a crash left a trace without its checkpoint", string(whole) + `{"link":{"id":99,"subject":"case/c","n":3,"digest":"00"}}` + "\n", ""},
		{"it is gone", "", ""},
		{"a line was edited", strings.Replace(string(whole), `"digest":"`, `"digest":"0`, 1), "history.file_damaged"},
	} {
		t.Run(c.says, func(t *testing.T) {
			if err := errors.Join(os.WriteFile(h.places.file, []byte(c.left), 0o600), h.st.SetSetting(t.Context(), "a", c.says)); err != nil {
				t.Fatal(err)
			}
			again := room(t, h.st, h.places.db)
			_, err := again.checkpoint(t.Context())
			if c.key != "" {
				refusedAs(t, err, c.key)
				return
			}
			last, fault := h.st.LastCheckpoint(t.Context())
			out, bad := readOutside(h.places.file)
			now, worse := os.ReadFile(h.places.file)
			if err := errors.Join(err, fault, bad, worse); err != nil || out.Last() != last || !bytes.HasPrefix(now, whole) || out.End != int64(len(now)) {
				t.Errorf("%v\n%s", err, now)
			}
		})
	}
	other, their := small(t)
	if _, err := other.Act(t.Context(), "binh", submit); err != nil {
		t.Fatal(err)
	}
	sealed(t, their)
	if err := os.WriteFile(their.places.file, whole, 0o600); err != nil {
		t.Fatal(err)
	}
	_, err = room(t, their.st, their.places.db).checkpoint(t.Context())
	refusedAs(t, err, "history.file_differs")
	if now, err := os.ReadFile(their.places.file); err != nil || !bytes.Equal(now, whole) {
		t.Errorf("the file of another database was written to: %v", err)
	}
}

func TestTwoWhoSealWriteOneFileOutside(t *testing.T) {
	_, server := small(t)
	sealed(t, server)
	command := room(t, server.st, server.places.db)
	for n, h := range []*history{command, server, command, command, server, server, command} {
		if err := h.st.SetSetting(t.Context(), "a", strconv.Itoa(n)); err != nil {
			t.Fatal(err)
		}
		last := sealed(t, h)
		out, err := readOutside(h.places.file)
		info, fault := os.Stat(h.places.file)
		if err = errors.Join(err, fault); err != nil || out.Last() != last || len(out.Checkpoints) != n+2 || out.End != info.Size() {
			t.Fatalf("%d: %+v after %+v, %v", n, out, last, err)
		}
	}
}

func TestWhoWaitsToWriteTheFileOutsideReadsWhatWasWrittenMeanwhile(t *testing.T) {
	_, server := small(t)
	sealed(t, server)
	file := server.places.file
	first, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	command := room(t, server.st, server.places.db)
	command.places.file = filepath.Join(t.TempDir(), "meanwhile")
	held, err := os.Open(file)
	if err = errors.Join(err, os.WriteFile(command.places.file, first, 0o600), syscall.Flock(int(held.Fd()), syscall.LOCK_EX),
		server.st.SetSetting(t.Context(), "a", "of the server")); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() {
		_, err := server.checkpoint(t.Context())
		ended <- err
	}()
	awaited(t, file)
	if err := server.st.SetSetting(t.Context(), "a", "of the command"); err != nil {
		t.Fatal(err)
	}
	sealed(t, command)
	meanwhile, err := os.ReadFile(command.places.file)
	if err = errors.Join(err, os.WriteFile(file, meanwhile, 0o600), held.Close(), <-ended, server.st.SetSetting(t.Context(), "a", "later")); err != nil {
		t.Fatal(err)
	}
	command.places.file = file
	last := sealed(t, command)
	if out, err := readOutside(file); err != nil || out.Last() != last || len(out.Checkpoints) != 4 {
		t.Errorf("%+v, want %+v, %v", out.Last(), last, err)
	}
}

// awaited returns once somebody waits for the lock of a file.
func awaited(t *testing.T, path string) {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	inode := fmt.Sprintf(":%d ", info.Sys().(*syscall.Stat_t).Ino)
	for until := time.Now().Add(time.Minute); time.Now().Before(until); {
		b, err := os.ReadFile("/proc/locks")
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(b)) {
			if strings.Contains(line, "-> FLOCK") && strings.Contains(line, inode) {
				return
			}
		}
	}
	t.Fatal("nobody waits")
}

func TestAKeyThatCannotBeCheckedIsNotMade(t *testing.T) {
	_, h := small(t)
	if err := errors.Join(os.Remove(h.places.key), os.Remove(h.places.public), os.Mkdir(h.places.public, 0o700)); err != nil {
		t.Fatal(err)
	}
	if _, err := openHistory(t.Context(), h.st, historyPlaces{}.beside(h.places.db)); err == nil {
		t.Error("a key without its public half")
	}
	if _, err := os.Stat(h.places.key); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the key is there: %v", err)
	}
}

func TestAKeyIsMadeOnceAndForItsOwnerAlone(t *testing.T) {
	svc, h := small(t)
	sealed(t, h)
	info, err := os.Stat(h.places.key)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	open := func(newKey bool) (*history, error) {
		p := historyPlaces{newKey: newKey}
		return openHistory(t.Context(), h.st, p.beside(h.places.db))
	}
	if err := os.Chmod(h.places.key, 0o644); err != nil {
		t.Fatal(err)
	}
	_, err = open(false)
	refusedAs(t, err, "history.key_open")
	if err := errors.Join(os.Chmod(h.places.key, 0o600), os.WriteFile(h.places.key, []byte("khóa"), 0o600)); err != nil {
		t.Fatal(err)
	}
	_, err = open(false)
	refusedAs(t, err, "history.key_bad")
	if err := os.Remove(h.places.key); err != nil {
		t.Fatal(err)
	}
	_, err = open(false)
	refusedAs(t, err, "history.key_missing")
	again, err := open(true)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := svc.Act(t.Context(), "binh", submit); err != nil {
		t.Fatal(err)
	}
	sealed(t, again)
	public, err := os.ReadFile(h.places.public)
	if err != nil {
		t.Fatal(err)
	}
	if keys, err := chain.ReadPublic(public); err != nil || len(keys) != 2 || !keys[0].Equal(h.key.Public()) {
		t.Errorf("%v, %v", keys, err)
	}
	v := newVerifying(t)
	if found, notes, code := v.at(t, filepath.Dir(h.places.db)); code != 0 {
		t.Errorf("both keys: exit %d, %q, %q", code, found, notes)
	}
}

func TestNothingIsSignedOverABrokenHistory(t *testing.T) {
	_, h := small(t)
	sealed(t, h)
	attacked(t, h.places.db, func(q func(string, ...any)) {
		q("UPDATE links SET record = record || ' ' WHERE subject = 'case/c' AND n = 1")
	})
	_, err := room(t, h.st, h.places.db).checkpoint(t.Context())
	refusedAs(t, err, "history.broken")

	// A server opens its door before all of history is read, and closes it again.
	if err := h.st.Close(); err != nil {
		t.Fatal(err)
	}
	a, _ := testApp(t)
	refusedAs(t, serve(t.Context(), a, []string{"--db", h.places.db, "--addr", "127.0.0.1:0"}), "history.broken")
}

func TestTheDoorClosesWhereHistoryIsChangedUnderARunningServer(t *testing.T) {
	svc, h := small(t)
	a, _ := testApp(t)
	if !a.tick(t.Context(), svc, h) {
		t.Fatal("an untouched history does not hold")
	}
	attacked(t, h.places.db, func(q func(string, ...any)) {
		q("UPDATE heads SET hash = ? WHERE subject = 'case/c'", chain.None)
	})
	if _, err := svc.Act(t.Context(), "binh", submit); err != nil {
		t.Fatal(err)
	}
	if a.tick(t.Context(), svc, h) {
		t.Error("the server goes on writing to a history that was changed")
	}
}

func TestADatabaseThatDoesNotAnswerIsNoChangedHistory(t *testing.T) {
	_, h := small(t)
	sealed(t, h)
	late, cancel := context.WithDeadline(t.Context(), fixedNow().AddDate(-20, 0, 0))
	defer cancel()
	if !room(t, h.st, h.places.db).holds(late) {
		t.Error("the door closes though nothing was changed")
	}
}

func TestAServerThatCannotWriteItsSealsDoesNotOpen(t *testing.T) {
	_, h := small(t)
	if err := h.st.Close(); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithTimeout(t.Context(), 10*time.Second) // one that opens is told to stop
	defer stop()
	a, out := testApp(t)
	err := serve(ctx, a, []string{"--db", h.places.db, "--addr", "127.0.0.1:0", "--checkpoints", filepath.Join(t.TempDir(), "gone", "seals")})
	if !errors.Is(err, os.ErrNotExist) || strings.Contains(out.String(), "http://") {
		t.Errorf("%v, and said %q", err, out)
	}
}

func TestTheServerSealsAtItsStartAndItsEnd(t *testing.T) {
	svc, h := small(t)
	a, _ := testApp(t)
	if made, err := h.checkpoint(t.Context()); err != nil || !made {
		t.Fatal(made, err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := svc.Act(t.Context(), "binh", submit); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	go func() {
		defer stop()
		if r, err := http.Get("http://" + l.Addr().String()); err == nil {
			_ = r.Body.Close()
		}
	}()
	if err := a.receive(ctx, svc, l, h, http.NotFoundHandler(), &serving{work: jobs.New(h.st, time.Now, newID, slog.Default())}); err != nil {
		t.Fatal(err)
	}
	// One at its start, and one more where what it did beside came after that.
	if c, err := h.st.LastCheckpoint(t.Context()); err != nil || c.Number < 2 {
		t.Errorf("%+v, %v", c, err)
	}
	if open, err := h.st.Unsealed(t.Context()); err != nil || open != 0 {
		t.Errorf("%d links without a checkpoint, %v", open, err)
	}
}

// answers runs a command and gives what it printed.
func (v verifying) answers(t *testing.T, code int, run func(context.Context, *app, []string) error, args ...string) string {
	t.Helper()
	v.out.Reset()
	v.a.errs = v.out
	if got := v.a.exit(run(t.Context(), v.a, args)); got != code {
		t.Errorf("%q: exit %d, want %d: %s", args, got, code, v.out)
	}
	return v.out.String()
}

func TestAProofIsCheckedFarFromTheDatabase(t *testing.T) {
	v := newVerifying(t)
	svc, h := small(t)
	sealed(t, h)
	if _, err := svc.Act(t.Context(), "binh", submit); err != nil {
		t.Fatal(err)
	}
	papers, err := svc.Papers(t.Context(), "c")
	if err != nil || len(papers) == 0 {
		t.Fatal(papers, err)
	}
	one, dir := papers[0], filepath.Dir(h.places.db)
	v.answers(t, 1, proveDecision, "--db", h.places.db, one.ID) // no checkpoint covers it
	second := sealed(t, h)
	far := t.TempDir()
	pub, proof, grown, pdf := filepath.Join(far, "k.pem"), filepath.Join(far, "p.json"), filepath.Join(far, "g.json"), filepath.Join(far, "p.pdf")
	full, err := svc.Paper(t.Context(), one.ID)
	if err = errors.Join(err, os.Rename(filepath.Join(dir, "capdo.db.pub"), pub), os.WriteFile(pdf, full.PDF, 0o600)); err != nil {
		t.Fatal(err)
	}
	v.answers(t, 0, proveDecision, "--db", h.places.db, one.Number, "--out", proof)
	v.answers(t, 0, proveConsistency, "--db", h.places.db, "1", "2", "--out", grown)
	v.answers(t, 1, proveDecision, "--db", h.places.db, "99/QĐ")
	v.answers(t, 1, proveConsistency, "--db", h.places.db, "1", "7")
	v.answers(t, 2, proveConsistency, "--db", h.places.db, "2", "1")
	none := filepath.Join(far, "none.db")
	for _, file := range []string{proof, grown} {
		if said := v.answers(t, 0, verify, "--db", none, file, "--public-key", pub); !strings.Contains(said, second.Short()) {
			t.Errorf("%s: %s", file, said)
		}
		v.answers(t, 1, verify, "--db", none, file) // no key
		python(t, 0, file, "--public-key", pub)
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file+".forged", bytes.Replace(b, []byte(`"subject": "case/c"`), []byte(`"subject": "case/d"`), 1), 0o600); err != nil {
			t.Fatal(err)
		}
		v.answers(t, 1, verify, "--db", none, file+".forged", "--public-key", pub)
		python(t, 1, file+".forged", "--public-key", pub)
	}
	v.answers(t, 0, verify, "--db", none, proof, "--public-key", pub, "--paper", pdf)
	v.answers(t, 1, verify, "--db", none, proof, "--public-key", pub, "--paper", grown)
}

// python runs the second verifier, where there is a python3.
func python(t *testing.T, code int, args ...string) {
	t.Helper()
	at, err := exec.LookPath("python3")
	if err != nil {
		t.Log("!!! python3 is not installed: docs/verify.py was NOT run")
		return
	}
	out, err := exec.CommandContext(t.Context(), at, append([]string{"docs/verify.py"}, args...)...).CombinedOutput()
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.ExitCode() == code || err == nil && code == 0 {
		return
	}
	t.Errorf("verify.py %q: %v, want exit %d: %s", args, err, code, out)
}

func TestAnExportIsVerifiedWithTheKeyAlone(t *testing.T) {
	v := newVerifying(t)
	_, h := small(t)
	far := t.TempDir()
	file, pub := filepath.Join(far, "h.zip"), filepath.Join(far, "k.pem")
	v.answers(t, 0, exportHistory, "--db", h.places.db, "--out", file)
	v.answers(t, 2, exportHistory, "--db", h.places.db)
	c, err := h.st.LastCheckpoint(t.Context())
	if err != nil || c.Number != 1 {
		t.Fatalf("not sealed before: %+v, %v", c, err)
	}
	if err := os.Rename(h.places.public, pub); err != nil {
		t.Fatal(err)
	}
	v.answers(t, 0, verify, file, "--public-key", pub, "--seal", c.Short())
	v.answers(t, 1, verify, file, "--public-key", pub, "--seal", "1-AAAA-AAAA-AAAA-AAAA")
	python(t, 0, file, "--public-key", pub)
	python(t, 0, file)
	stranger, err := chain.PublicPEM(ed25519.NewKeyFromSeed(make([]byte, 32)).Public().(ed25519.PublicKey))
	if err = errors.Join(err, os.WriteFile(pub, stranger, 0o600)); err != nil {
		t.Fatal(err)
	}
	v.answers(t, 1, verify, file, "--public-key", pub)
	python(t, 1, file, "--public-key", pub)
	if err := os.WriteFile(file, []byte("PK nothing"), 0o600); err != nil {
		t.Fatal(err)
	}
	v.answers(t, 1, verify, file, "--public-key", h.places.public)
	if said := v.answers(t, 2, verify, file+".none"); !strings.Contains(said, "no such file") {
		t.Error(said)
	}
}

func TestTheCommandPrintsTheKeyAnAuditorKeeps(t *testing.T) {
	v := newVerifying(t)
	_, h := small(t)
	said := v.answers(t, 0, makeCheckpoint, "--db", h.places.db)
	public, err := os.ReadFile(h.places.public)
	if err != nil || !strings.Contains(said, string(public)) {
		t.Errorf("%v: %s", err, said)
	}
	var c chain.Checkpoint
	if err := json.Unmarshal([]byte(v.answers(t, 0, makeCheckpoint, "--db", h.places.db, "--json")), &c); err != nil || c.Number != 1 {
		t.Errorf("%+v, %v", c, err)
	}
}

func TestAsManyExportsAtOnceAsThereAreConnections(t *testing.T) {
	svc, h := small(t)
	if _, err := svc.Act(t.Context(), "binh", submit); err != nil {
		t.Fatal(err)
	}
	sealed(t, h)
	const connections = 4 // of those who read
	var came atomic.Int32
	all := make(chan struct{})
	h.now = func() time.Time { // asked while the connection is held
		if came.Add(1) == connections {
			close(all)
		}
		<-all
		return fixedNow()
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	faults := make(chan error, 3*connections)
	for range cap(faults) {
		go func() { faults <- h.export(ctx, io.Discard) }()
	}
	for range cap(faults) {
		if err := <-faults; err != nil {
			t.Fatal(err)
		}
	}
}
