package main

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"io"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"capdo/internal/store"
	"capdo/workflow"
)

func TestOnlyWhatIsFitForOthersIsOpenedToThem(t *testing.T) {
	for _, c := range []struct {
		addr   string
		secure bool
		demo   bool
		key    string
	}{
		{"127.0.0.1:8080", false, true, ""}, {"[::1]:8080", false, true, ""}, {"localhost:0", false, false, ""},
		{"0.0.0.0:443", true, false, ""}, {"10.0.0.5:443", true, true, "serve.demo_outside"}, {"0.0.0.0:80", false, false, "serve.no_tls"},
		{":8080", false, false, "serve.no_tls"}, {"8080", false, false, "field.invalid"},
	} {
		err := (&serving{addr: c.addr, secure: c.secure}).fitsOutside(c.demo)
		p, _ := workflow.ProblemOf(err)
		if (p == nil) != (c.key == "") || p != nil && p.Key != c.key {
			t.Errorf("%s secure %v demo %v: %v, want %q", c.addr, c.secure, c.demo, err, c.key)
		}
	}
}

// certificate makes one for this machine, good for an hour.
func certificate(t *testing.T, dir string) (cert, key string, pool *x509.CertPool) {
	t.Helper()
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	tmpl := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "capdo"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, tmpl, &k.PublicKey, k)
	if err != nil {
		t.Fatal(err)
	}
	kb, err := x509.MarshalECPrivateKey(k)
	if err != nil {
		t.Fatal(err)
	}
	cert, key = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	for path, block := range map[string]*pem.Block{cert: {Type: "CERTIFICATE", Bytes: der}, key: {Type: "EC PRIVATE KEY", Bytes: kb}} {
		if err := os.WriteFile(path, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	pool = x509.NewCertPool()
	pool.AppendCertsFromPEM(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
	return cert, key, pool
}

// linesOut is what the program prints, read as it comes.
type linesOut struct {
	io.Writer
	lines chan string
}

func (w *linesOut) Write(b []byte) (int, error) {
	for line := range strings.SplitSeq(strings.TrimSpace(string(b)), "\n") {
		select {
		case w.lines <- line:
		default:
		}
	}
	return len(b), nil
}

func TestTheServerSpeaksTLSAndTellsHowItIs(t *testing.T) {
	dir := t.TempDir()
	db := filepath.Join(dir, "capdo.db")
	st, err := store.Open(t.Context(), db, store.Options{Create: true})
	if err != nil {
		t.Fatal(err)
	}
	if err := st.Close(); err != nil {
		t.Fatal(err)
	}
	cert, key, pool := certificate(t, dir)
	a, _ := testApp(t)
	out := &linesOut{lines: make(chan string, 100)}
	a.out = out
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan int, 1)
	go func() {
		done <- a.exit(serve(ctx, a, []string{"--db", db, "--addr", "127.0.0.1:0", "--tls-cert", cert, "--tls-key", key, "--metrics", "127.0.0.1:0"}))
	}()
	var base, counts string
	for base == "" || counts == "" {
		line := <-out.lines
		if _, at, ok := strings.Cut(line, "https://"); ok {
			base = "https://" + strings.TrimSpace(at)
		}
		if _, at, ok := strings.Cut(line, "http://"); ok && strings.Contains(at, "/metrics") {
			counts = "http://" + strings.TrimSpace(at)
		}
	}
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}}, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	get := func(url string) (*http.Response, string) {
		r, err := client.Get(url)
		if err != nil {
			t.Fatal(err)
		}
		defer r.Body.Close()
		b, err := io.ReadAll(r.Body)
		if err != nil {
			t.Fatal(err)
		}
		return r, string(b)
	}
	for path, want := range map[string]string{"/healthz": "ok\n", "/readyz": "ready\n"} {
		if r, body := get(base + path); r.StatusCode != 200 || body != want {
			t.Errorf("%s: %d %q", path, r.StatusCode, body)
		}
	}
	r, _ := get(base + "/sign-in")
	if r.Header.Get("Strict-Transport-Security") == "" || r.Header.Get("X-Request-Id") == "" {
		t.Errorf("headers %v", r.Header)
	}
	if r, _ := get(base + "/metrics"); r.StatusCode == 200 {
		t.Error("the counts are open to everybody")
	}
	if r, _ := get(base + "/debug/pprof/"); r.StatusCode == 200 {
		t.Error("pprof is open")
	}
	if _, body := get(counts); !strings.Contains(body, `capdo_requests_total{status="OK"}`) || !strings.Contains(body, "capdo_overdue 0") || !strings.Contains(body, "\ncapdo_due 0\n") || !strings.Contains(body, "\ncapdo_links_unsealed ") || !strings.Contains(body, "capdo_steps_waiting 0") {
		t.Errorf("counts:\n%s", body)
	}
	client.CloseIdleConnections()
	stop()
	if code := <-done; code != 0 {
		t.Errorf("exit %d", code)
	}
}
