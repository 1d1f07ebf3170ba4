// Package pgtest starts real PostgreSQL servers for tests, from Debian's package,
// in folders of their own and reached by a unix socket only.
package pgtest

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// Cluster is one server of its own.
type Cluster struct {
	Dir  string // its socket, data and log
	bin  string
	life io.Closer // the server ends when this is closed, by us or by our death
	gone chan struct{}
}

// Start makes a server with settings of its own ("fsync=on") and stops it with
// the test.
func Start(t testing.TB, settings ...string) *Cluster {
	t.Helper()
	bin := installed(t)
	c, err := start(bin, settings)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.remove)
	return c
}

// installed finds the programs of the server; without them the test is skipped,
// and fails where CI asks for everything.
func installed(t testing.TB) string {
	t.Helper()
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if len(found) == 0 {
		if os.Getenv("CI") == "true" {
			t.Fatal("PostgreSQL is not installed (Debian package postgresql)")
		}
		t.Skip("!!! PostgreSQL is not installed (Debian package postgresql): nothing was tried on it")
	}
	return filepath.Dir(found[len(found)-1])
}

// start makes a server whose own order is that of Vietnamese words, not of bytes:
// nothing of ours may depend on it.
func start(bin string, settings []string) (*Cluster, error) {
	c, err := folder(bin)
	if err != nil {
		return nil, err
	}
	settings = append([]string{"listen_addresses=''", "unix_socket_directories='" + c.Dir + "'", "fsync=off", "full_page_writes=off",
		"shared_buffers=32MB", "max_connections=200", "autovacuum=off"}, settings...)
	err = c.Run("initdb", "-D", c.Data(), "-U", "capdo", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8",
		"--locale-provider=icu", "--icu-locale=vi", "--no-sync")
	if err == nil {
		err = c.Configure(settings...)
	}
	if err == nil {
		err = c.Up()
	}
	if err != nil {
		c.remove()
		return nil, err
	}
	return c, nil
}

// room is a folder in memory where there is plenty of it: a server is made and
// thrown away for every package. Empty: the usual one.
func room() string {
	const dir, plenty = "/dev/shm", 4 << 30
	var fs syscall.Statfs_t
	if err := syscall.Statfs(dir, &fs); err != nil || int64(fs.Bavail)*fs.Bsize < plenty {
		return ""
	}
	return dir
}

// folder makes the place of a server.
func folder(bin string) (*Cluster, error) {
	dir, err := os.MkdirTemp(room(), "capdo-pg")
	if err != nil {
		return nil, err
	}
	if os.Getuid() == 0 { // the server refuses root
		if out, err := exec.Command("chown", "postgres", dir).CombinedOutput(); err != nil {
			return nil, fmt.Errorf("chown: %w %s", err, out)
		}
	}
	return &Cluster{Dir: dir, bin: bin}, nil
}

// Data is the folder of the server's data.
func (c *Cluster) Data() string { return filepath.Join(c.Dir, "data") }

// as makes a command of the user who may run the server.
func (c *Cluster) as(name string, args ...string) *exec.Cmd {
	if os.Getuid() == 0 {
		args = append([]string{"--reuid=postgres", "--regid=postgres", "--clear-groups", name}, args...)
		name = "setpriv"
	}
	cmd := exec.Command(name, args...)
	cmd.Dir = c.Dir
	return cmd
}

// Run runs a program of the server's package to its end.
func (c *Cluster) Run(name string, args ...string) error {
	if out, err := c.as(filepath.Join(c.bin, name), args...).CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w\n%s", name, err, out)
	}
	return nil
}

// Configure adds settings to those of the server, for its next start.
func (c *Cluster) Configure(settings ...string) error {
	f, err := os.OpenFile(filepath.Join(c.Data(), "postgresql.conf"), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	_, err = f.WriteString(strings.Join(settings, "\n") + "\n")
	if fault := f.Close(); err == nil {
		err = fault
	}
	return err
}

// keeper runs the server as long as its standard input is open.
const keeper = `exec 3<&0; "$0" -D "$1" >>"$2" 2>&1 3<&- & pid=$!; (read -r _ <&3; kill -QUIT $pid) & reader=$!; wait $pid; kill $reader`

// Up starts the server and waits until it takes connections.
func (c *Cluster) Up() error {
	log := filepath.Join(c.Dir, "log")
	cmd := c.as("sh", "-c", keeper, filepath.Join(c.bin, "postgres"), c.Data(), log)
	life, err := cmd.StdinPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	c.life, c.gone = life, make(chan struct{})
	go func(gone chan struct{}) {
		_ = cmd.Wait()
		close(gone)
	}(c.gone)
	for {
		conn, err := pgx.Connect(context.Background(), c.DSN("postgres"))
		if err == nil {
			return conn.Close(context.Background())
		}
		select {
		case <-c.gone:
			said, _ := os.ReadFile(log)
			return fmt.Errorf("postgres ended: %w\n%s", err, bytes.TrimSpace(said))
		case <-time.After(10 * time.Millisecond): // until it is asked again
		}
	}
}

// Down stops the server: "fast" as an operator does, "immediate" as a crash does.
func (c *Cluster) Down(mode string) error {
	err := c.Run("pg_ctl", "-D", c.Data(), "-m", mode, "-w", "stop")
	<-c.gone
	return err
}

func (c *Cluster) remove() {
	if c.life != nil {
		_ = c.life.Close()
		<-c.gone
	}
	_ = os.RemoveAll(c.Dir)
}

// DSN is the address of a database of the server.
func (c *Cluster) DSN(database string) string {
	return "postgres://capdo@/" + database + "?host=" + c.Dir
}

// Exec runs statements on a database of the server, one by one.
func (c *Cluster) Exec(database string, statements ...string) error {
	ctx := context.Background()
	conn, err := pgx.Connect(ctx, c.DSN(database))
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	for _, s := range statements {
		if _, err := conn.Exec(ctx, s); err != nil {
			return fmt.Errorf("%s: %w", s, err)
		}
	}
	return nil
}

// shared is the one server of a test program, with its template and the count
// of databases made on it.
var shared struct {
	sync.Mutex
	*Cluster
	made, prepared int
}

// Main runs the tests of a package and stops the server they shared.
func Main(m *testing.M) int {
	code := m.Run()
	if shared.Cluster != nil {
		shared.remove()
	}
	return code
}

// Database makes an empty database for one test, on the server that all tests of
// the package share; prepare, when given, is done once for all of them: each
// gets a copy. The package runs its tests through Main.
func Database(t testing.TB, prepare func(dsn string) error) string {
	t.Helper()
	bin := installed(t)
	shared.Lock()
	defer shared.Unlock()
	var err error
	if shared.Cluster == nil {
		if shared.Cluster, err = start(bin, nil); err != nil {
			t.Fatal(err)
		}
	}
	template := "template0"
	if prepare != nil {
		template = "prepared"
		if shared.prepared == 0 {
			if err = shared.Exec("postgres", "CREATE DATABASE prepared TEMPLATE template0"); err == nil {
				err = prepare(shared.DSN(template))
			}
			if err != nil {
				t.Fatal(err)
			}
			shared.prepared++
		}
	}
	shared.made++
	name := fmt.Sprintf("t%d", shared.made)
	if err := shared.Exec("postgres", "CREATE DATABASE "+name+" TEMPLATE "+template); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := shared.Exec("postgres", "DROP DATABASE "+name+" WITH (FORCE)"); err != nil {
			t.Error(err)
		}
	})
	return shared.DSN(name)
}
