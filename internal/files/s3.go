package files

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path"
	"strings"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"
)

// ErrUnavailable says that the object store does not answer, or refuses us; it
// may be tried again.
var ErrUnavailable = errors.New("files: the object store does not answer")

// ErrAddress says that the address of an object store cannot be read.
var ErrAddress = errors.New("files: not the address of an object store")

// store3 is a bucket in an S3-compatible store: prefix/ab/cd/abcd…, as in a folder.
type store3 struct {
	client         *minio.Client
	bucket, prefix string
}

// IsS3 tells the address of an object store from a folder.
func IsS3(place string) bool { return strings.HasPrefix(place, "s3://") }

// InS3 lets files into a bucket of an S3-compatible store
// (s3://bucket/prefix?endpoint=https://host:port&region=…), which must be there.
// Who we are is read from the environment alone: AWS_ACCESS_KEY_ID,
// AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN. Files wait in the folder for
// temporary ones while they are looked at. Nothing is sent yet. ErrAddress.
func InS3(address string, l Limits) (*Files, error) {
	b, err := openS3(address)
	if err != nil {
		return nil, err
	}
	return New(b, os.TempDir(), l), nil
}

func openS3(address string) (*store3, error) {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "s3" || u.Host == "" || u.User != nil {
		return nil, ErrAddress
	}
	q := u.Query()
	at, err := url.Parse(q.Get("endpoint"))
	if err != nil || at.Host == "" || at.User != nil || at.Scheme != "https" && at.Scheme != "http" {
		return nil, fmt.Errorf("%w: endpoint", ErrAddress)
	}
	for name := range q {
		if name != "endpoint" && name != "region" {
			return nil, fmt.Errorf("%w: %s", ErrAddress, name)
		}
	}
	region := q.Get("region")
	if region == "" {
		region = "us-east-1" // what stores of one's own take for any
	}
	c, err := minio.New(at.Host, &minio.Options{Creds: credentials.NewEnvAWS(), Secure: at.Scheme == "https", Region: region, BucketLookup: minio.BucketLookupPath})
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrAddress, err)
	}
	return &store3{c, u.Host, strings.Trim(u.Path, "/")}, nil
}

func (s *store3) place(sha string) (string, bool) {
	at, ok := shelf(sha)
	return path.Join(s.prefix, at), ok
}

// Put sends bytes once they are known to have their hash; the store shows them
// whole or not at all.
func (s *store3) Put(ctx context.Context, sha string, r io.Reader) error {
	to, ok := s.place(sha)
	if !ok {
		return ErrMissing
	}
	if there, err := sound(ctx, s, sha); there || err != nil {
		return err
	}
	whole, size, err := spool(r, sha)
	if err != nil {
		return fmt.Errorf("files: keep %s: %w", sha, err)
	}
	defer whole.Close()
	_, err = s.client.PutObject(ctx, s.bucket, to, whole, size, minio.PutObjectOptions{ContentType: "application/octet-stream", DisableMultipart: true})
	return s.fault(err)
}

// Get brings bytes here, verifies their hash and hands them out.
func (s *store3) Get(ctx context.Context, sha string) (Content, error) {
	at, ok := s.place(sha)
	if !ok {
		return nil, ErrMissing
	}
	in, err := s.client.GetObject(ctx, s.bucket, at, minio.GetObjectOptions{})
	if err != nil {
		return nil, s.fault(err)
	}
	defer in.Close()
	// What cannot be read from the store is told apart from what cannot be written here.
	from := &remembering{r: in}
	whole, _, err := spool(from, sha)
	if from.err != nil {
		return nil, s.fault(from.err)
	}
	if err != nil {
		return nil, fmt.Errorf("files: %s: %w", sha, err)
	}
	return whole, nil
}

// remembering keeps the fault that reading ended with.
type remembering struct {
	r   io.Reader
	err error
}

func (r *remembering) Read(p []byte) (int, error) {
	n, err := r.r.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		r.err = err
	}
	return n, err
}

// fault tells what the store answered in our own words.
func (s *store3) fault(err error) error {
	if err == nil {
		return nil
	}
	if minio.ToErrorResponse(err).Code == minio.NoSuchKey {
		return ErrMissing
	}
	return fmt.Errorf("%w: %w", ErrUnavailable, err)
}

// spool writes what is read into a file that is gone when it is closed: ErrCorrupt
// when it does not have the hash.
func spool(r io.Reader, sha string) (*os.File, int64, error) {
	f, err := os.CreateTemp("", "capdo-object-*")
	if err != nil {
		return nil, 0, err
	}
	err = os.Remove(f.Name())
	sum := sha256.New()
	var size int64
	if err == nil {
		size, err = io.Copy(io.MultiWriter(f, sum), r)
	}
	if err == nil && hex.EncodeToString(sum.Sum(nil)) != sha {
		err = ErrCorrupt
	}
	if err == nil {
		_, err = f.Seek(0, io.SeekStart)
	}
	if err != nil {
		return nil, 0, errors.Join(err, f.Close())
	}
	return f, size, nil
}
