package files

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"
	"github.com/minio/minio-go/v7"
)

func shaOf(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// inFolder is a bucket in a folder, and a hand that changes what it keeps.
func inFolder(t *testing.T) (Bucket, func(sha string)) {
	f := &Folder{t.TempDir()}
	return f, func(sha string) {
		at, _ := f.place(sha)
		if err := os.WriteFile(at, []byte("changed"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// serving starts an S3 server in this process; CAPDO_TEST_S3 names another, with
// a bucket (s3://bucket?endpoint=…).
func serving(t *testing.T) (address string, stop func()) {
	t.Helper()
	if own := os.Getenv("CAPDO_TEST_S3"); own != "" {
		return strings.Replace(own, "?", "/"+filepath.Base(t.TempDir())+shaOf([]byte(t.Name()))[:8]+"?", 1), func() { t.Skip("the other server is not ours to stop") }
	}
	t.Setenv("AWS_ACCESS_KEY_ID", "capdo")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "of-a-test")
	mem := s3mem.New()
	if err := mem.CreateBucket("evidence"); err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(gofakes3.New(mem).Server())
	t.Cleanup(srv.Close)
	return "s3://evidence/tinh/mau?endpoint=" + srv.URL, srv.Close
}

func inStore(t *testing.T) (Bucket, func(sha string)) {
	address, _ := serving(t)
	b, err := openS3(address)
	if err != nil {
		t.Fatal(err)
	}
	return b, func(sha string) {
		at, _ := b.place(sha)
		if _, err := b.client.PutObject(ctx, b.bucket, at, strings.NewReader("changed"), 7, minio.PutObjectOptions{}); err != nil {
			t.Fatal(err)
		}
	}
}

// TestEveryKeeperOfBytesIsAlike asks the same of a folder and of an object store.
func TestEveryKeeperOfBytesIsAlike(t *testing.T) {
	for kind, open := range map[string]func(*testing.T) (Bucket, func(string)){"folder": inFolder, "s3": inStore} {
		t.Run(kind, func(t *testing.T) { keepsBytes(t, open) })
	}
}

func read(t *testing.T, b Bucket, sha string) []byte {
	t.Helper()
	in, err := b.Get(ctx, sha)
	if err != nil {
		t.Fatal(err)
	}
	got, err := io.ReadAll(in)
	if err == nil {
		_, err = in.Seek(1, io.SeekStart)
	}
	rest, fault := io.ReadAll(in)
	if err := errors.Join(err, fault, in.Close()); err != nil || !bytes.Equal(rest, got[1:]) {
		t.Fatalf("read a second time: %d of %d, %v", len(rest), len(got), err)
	}
	return got
}

func keepsBytes(t *testing.T, open func(*testing.T) (Bucket, func(string))) {
	b, spoil := open(t)
	large := bytes.Repeat([]byte("chứng cứ "), 1<<20)
	sha := shaOf(large)
	for _, bad := range []string{strings.Repeat("a", 64), "../../etc/passwd", "", strings.Repeat("A", 64)} {
		if _, err := b.Get(ctx, bad); !errors.Is(err, ErrMissing) {
			t.Errorf("%q, which nobody kept: %v", bad, err)
		}
	}
	if err := b.Put(ctx, sha, strings.NewReader("other bytes")); !errors.Is(err, ErrCorrupt) {
		t.Errorf("bytes without their hash: %v", err)
	}
	if err := b.Put(ctx, sha, io.MultiReader(bytes.NewReader(large[:100]), failing{})); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("bytes that break off: %v", err)
	}
	if _, err := b.Get(ctx, sha); !errors.Is(err, ErrMissing) {
		t.Errorf("what was refused is kept: %v", err)
	}
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			if err := b.Put(ctx, sha, bytes.NewReader(large)); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if got := read(t, b, sha); !bytes.Equal(got, large) {
		t.Errorf("%d bytes come back of %d", len(got), len(large))
	}
	spoil(sha)
	if _, err := b.Get(ctx, sha); !errors.Is(err, ErrCorrupt) {
		t.Errorf("changed by a hand: %v", err)
	}
	if err := b.Put(ctx, sha, bytes.NewReader(large)); err != nil {
		t.Error(err)
	}
	if got := read(t, b, sha); !bytes.Equal(got, large) {
		t.Error("it does not heal")
	}
}

func TestAFileGoesIntoAnObjectStoreAndOutAgain(t *testing.T) {
	address, stop := serving(t)
	f, err := InS3(address, Usual)
	if err != nil {
		t.Fatal(err)
	}
	got, err := f.Receive(ctx, bytes.NewReader(pngFile()), "a.png")
	if err != nil {
		t.Fatal(err)
	}
	in, err := f.Open(ctx, got.SHA256)
	if err != nil {
		t.Fatal(err)
	}
	if b, err := io.ReadAll(in); err != nil || !bytes.Equal(b, pngFile()) {
		t.Errorf("%d bytes, %v", len(b), err)
	}
	in.Close()
	var no *Refusal
	if _, err := f.Receive(ctx, strings.NewReader("<script>"), "a.png"); !errors.As(err, &no) {
		t.Errorf("what may not come in: %v", err)
	}
	stop()
	if _, err := f.Open(ctx, got.SHA256); !errors.Is(err, ErrUnavailable) {
		t.Errorf("from a store that does not answer: %v", err)
	}
}

func TestAnObjectStoreThatIsNotOursIsUnavailable(t *testing.T) {
	address, _ := serving(t)
	f, err := InS3(strings.Replace(address, "s3://", "s3://not-", 1), Usual)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Receive(ctx, bytes.NewReader(pngFile()), "a.png"); !errors.Is(err, ErrUnavailable) {
		t.Errorf("a bucket that is not there: %v", err)
	}
}

func TestAnAddressOfAnObjectStoreIsReadStrictly(t *testing.T) {
	for _, bad := range []string{"s3://", "s3://b", "s3://b?endpoint=", "s3://b?endpoint=ftp://h", "s3://key:secret@b?endpoint=https://h", "s3://b?endpoint=https://k:s@h",
		"s3://b?endpoint=https://h&secret=x", "https://b?endpoint=https://h", "s3://b?endpoint=%zz"} {
		if _, err := InS3(bad, Usual); !errors.Is(err, ErrAddress) {
			t.Errorf("%s: %v", bad, err)
		}
	}
}
