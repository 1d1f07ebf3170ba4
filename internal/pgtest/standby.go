package pgtest

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// Standby makes a server that follows this one; from then on this one answers a
// commit only when both have it.
func (c *Cluster) Standby(t testing.TB) *Cluster {
	t.Helper()
	s, err := c.follow()
	if err == nil {
		err = c.Exec("postgres", "ALTER SYSTEM SET synchronous_standby_names = '*'", "SELECT pg_reload_conf()")
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.remove)
	return s
}

func (c *Cluster) follow() (*Cluster, error) {
	s, err := folder(c.bin)
	if err != nil {
		return nil, err
	}
	if err = s.Run("pg_basebackup", "-h", c.Dir, "-U", "capdo", "-D", s.Data(), "-R", "-c", "fast", "--no-sync"); err == nil {
		err = s.Configure("unix_socket_directories='" + s.Dir + "'")
	}
	if err == nil {
		err = s.Up()
	}
	return s, err
}

// Promote makes a standby the primary.
func (c *Cluster) Promote() error { return c.Run("pg_ctl", "-D", c.Data(), "-w", "promote") }

// Pooled puts pgbouncer in transaction mode before a database of the server and
// gives its address there; the test is skipped where it is not installed.
func (c *Cluster) Pooled(t testing.TB, database string) string {
	t.Helper()
	program, err := exec.LookPath("/usr/sbin/pgbouncer") // where Debian puts it, in no user's path
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("pgbouncer is not installed (Debian package pgbouncer)")
		}
		t.Skip("!!! pgbouncer is not installed (Debian package pgbouncer): nothing was tried behind it")
	}
	dir := filepath.Join(c.Dir, "pool")
	ini := fmt.Sprintf(`[databases]
%s = host=%s user=capdo
[pgbouncer]
unix_socket_dir = %s
listen_addr =
auth_type = any
pool_mode = transaction
default_pool_size = 4
max_client_conn = 200
`, database, c.Dir, dir)
	err = os.Mkdir(dir, 0o777)
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, "ini"), []byte(ini), 0o644)
	}
	if out, fault := exec.Command("chown", "-R", "--reference", c.Data(), dir).CombinedOutput(); fault != nil || err != nil {
		t.Fatal(err, fault, string(out))
	}
	cmd := c.as(program, filepath.Join(dir, "ini"))
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	gone := make(chan struct{})
	go func() {
		_ = cmd.Wait()
		close(gone)
	}()
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		<-gone
	})
	address := strings.Replace(c.DSN(database), "host="+c.Dir, "port=6432&host="+dir, 1) + "&default_query_exec_mode=exec"
	for {
		conn, err := pgx.Connect(context.Background(), address)
		if err == nil {
			_ = conn.Close(context.Background())
			return address
		}
		select {
		case <-gone:
			t.Fatalf("pgbouncer ended: %v\n%s", err, said.String())
		case <-time.After(10 * time.Millisecond): // until it is asked again
		}
	}
}
