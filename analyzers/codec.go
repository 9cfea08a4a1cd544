package analyzers

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/klauspost/compress/zstd"

	"github.com/ebbmark/ebbmark/store"
)

// format is that of all documents of this room. A newer one is refused.
const format = 1

// errDamaged: the store does not hold what was written to it.
var errDamaged = errors.New("the stored document is damaged")

// codec writes values as compressed JSON. Safe for concurrent use.
type codec struct {
	pack   *zstd.Encoder
	unpack *zstd.Decoder
}

func newCodec() codec {
	// Neither can fail: with nil streams only the options are checked.
	pack, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(1))
	unpack, err2 := zstd.NewReader(nil, zstd.WithDecoderMaxMemory(maxBody), zstd.WithDecoderConcurrency(0))
	if err := errors.Join(err, err2); err != nil {
		panic(err)
	}
	return codec{pack, unpack}
}

func (c codec) encode(v any) ([]byte, error) {
	text, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	return c.pack.EncodeAll(text, nil), nil
}

func (c codec) decode(body []byte, v any) error {
	text, err := c.unpack.DecodeAll(body, nil)
	if err != nil {
		return fmt.Errorf("%w: %w", errDamaged, err)
	}
	if err := json.Unmarshal(text, v); err != nil {
		return fmt.Errorf("%w: %w", errDamaged, err)
	}
	return nil
}

// readJSON reads a document that begins with its format.
func readJSON(body []byte, v any) error {
	var f struct {
		Format int `json:"format"`
	}
	if err := json.NewDecoder(bytes.NewReader(body)).Decode(&f); err != nil || f.Format < 1 {
		return errDamaged
	}
	if f.Format > format {
		return fmt.Errorf("written in format %d, this program knows %d: update ebbmark: %w", f.Format, format, store.ErrNewer)
	}
	if err := json.Unmarshal(body, v); err != nil {
		return fmt.Errorf("%w: %w", errDamaged, err)
	}
	return nil
}
