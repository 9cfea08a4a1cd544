package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"strings"

	"github.com/ebbmark/ebbmark/ingest"
	"github.com/ebbmark/ebbmark/ingest/s3"
)

// openShelf is the place of an argument: a bucket or a folder.
func (p *program) openShelf(ctx context.Context, arg string, f awsFlags) (shelf, error) {
	if !strings.HasPrefix(arg, "s3://") {
		return folderShelf(arg), nil
	}
	source, err := p.bucketSource(ctx, arg, sourceOptions{aws: f})
	if err != nil {
		return nil, err
	}
	return bucketShelf{source.(*s3.Source)}, nil
}

// folderShelf is a copy of buckets on disk.
type folderShelf string

func (f folderShelf) digests(ctx context.Context) iter.Seq2[digestFile, error] {
	return func(yield func(digestFile, error) bool) {
		err := filepath.WalkDir(string(f), func(path string, entry fs.DirEntry, err error) error {
			switch slash := filepath.ToSlash(path); {
			case err != nil:
				return err
			case ctx.Err() != nil:
				return ctx.Err()
			case entry.IsDir() || !strings.Contains(slash, digestFolder) || !strings.HasSuffix(slash, ".json.gz"):
				return nil
			}
			file := digestFile{name: filepath.ToSlash(path), signature: signatureBeside(path)}
			file.text, file.err = readBounded(path, maxDigestBytes)
			if !yield(file, nil) {
				return fs.SkipAll
			}
			return nil
		})
		if err != nil {
			yield(digestFile{}, err)
		}
	}
}

func signatureBeside(path string) string {
	text, err := readBounded(path+".signature", maxKeysBytes)
	if err != nil {
		return ""
	}
	var head struct{ Metadata map[string]string }
	if json.Unmarshal(text, &head) == nil {
		return head.Metadata["signature"]
	}
	return strings.TrimSpace(string(text))
}

func (f folderShelf) hash(ctx context.Context, name string) (string, bool, error) {
	if filepath.Separator != '/' && strings.ContainsRune(name, filepath.Separator) {
		return "", false, nil // a separator on some systems
	}
	bare := strings.TrimSuffix(name, ".gz")
	for _, candidate := range []string{name, bare + ".zst", bare, name + ".zst"} {
		hash, err := hashFile(ctx, filepath.FromSlash(candidate))
		if os.IsNotExist(err) {
			continue
		}
		return hash, err == nil, err
	}
	return "", false, nil
}

// bucketShelf is a bucket.
type bucketShelf struct{ *s3.Source }

// Metadata of a digest's object (CT-54).
const (
	signatureName          = "signature"
	signatureAlgorithmName = "signature-algorithm"
	signatureAlgorithm     = "SHA256withRSA"
)

func (b bucketShelf) digests(ctx context.Context) iter.Seq2[digestFile, error] {
	return func(yield func(digestFile, error) bool) {
		for o, err := range b.Digests(ctx) {
			if err != nil {
				yield(digestFile{}, err)
				return
			}
			if !yield(b.digest(ctx, o), nil) {
				return
			}
		}
	}
}

// digest reads a digest and its signature. One of an algorithm that nobody
// knows proves nothing, so it counts as none.
func (b bucketShelf) digest(ctx context.Context, o ingest.Object) digestFile {
	file := digestFile{name: strings.TrimPrefix(o.Name, s3.Name(b.Bucket, ""))}
	meta, err := b.Client.Metadata(ctx, b.Bucket, file.name)
	if err != nil {
		file.err = err
		return file
	}
	if algorithm := meta[signatureAlgorithmName]; algorithm == "" || algorithm == signatureAlgorithm {
		file.signature = meta[signatureName]
	}
	body, err := o.Open(ctx)
	if err != nil {
		file.err = err
		return file
	}
	defer body.Close()
	file.text, file.err = readText(body, o.Name, maxDigestBytes)
	return file
}

func (b bucketShelf) hash(ctx context.Context, name string) (string, bool, error) {
	o := b.Client.Object(ctx, b.Bucket, name)
	if o.Err != nil {
		if s3.Absent(o) {
			return "", false, nil
		}
		return "", false, o.Err
	}
	body, err := o.Open(ctx)
	if err != nil {
		return "", false, err
	}
	defer body.Close()
	hash, err := hashText(body)
	return hash, err == nil, err
}

// readBounded reads a whole file, decompressed.
func readBounded(path string, most int64) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return readText(file, path, most)
}

// readText reads all of a text, decompressed, of so many bytes at most.
func readText(r io.Reader, name string, most int64) ([]byte, error) {
	text, err := plainText(r)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	body, err := io.ReadAll(io.LimitReader(text, most+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("read %s: %w", name, err)
	case int64(len(body)) > most:
		return nil, fmt.Errorf("read %s: more than %d MiB of text", name, most>>20)
	}
	return body, nil
}
