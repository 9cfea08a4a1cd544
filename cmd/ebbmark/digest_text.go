package main

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"os"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// plainText is the text of a file, whether it is compressed or not. Its hash is
// wanted, so nothing else is done to it.
func plainText(r io.Reader) (io.Reader, error) {
	in := bufio.NewReader(r)
	head, err := in.Peek(4)
	switch {
	case err != nil && err != io.EOF:
		return nil, err
	case len(head) >= 2 && head[0] == 0x1f && head[1] == 0x8b:
		return gzip.NewReader(in)
	case string(head) == "\x28\xb5\x2f\xfd":
		return zstd.NewReader(in, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(128<<20))
	}
	return in, nil
}

// hashFile is the SHA-256 of a file's text, in hexadecimal.
func hashFile(ctx context.Context, path string) (string, error) {
	file, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer file.Close()
	defer context.AfterFunc(ctx, func() { file.Close() })()
	return hashText(file)
}

// hashText is the SHA-256 of a text that may be compressed.
func hashText(r io.Reader) (string, error) {
	text, err := plainText(r)
	if err != nil {
		return "", err
	}
	if z, ok := text.(*zstd.Decoder); ok {
		defer z.Close()
	}
	sum := sha256.New()
	if _, err := io.Copy(sum, text); err != nil {
		return "", err
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}
