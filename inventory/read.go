package inventory

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
)

// meter passes on the bytes of a file within the limits.
type meter struct {
	r    io.Reader
	read int64 // bytes passed on
	upTo int64 // none beyond this may be passed on: see file.allow
	head []byte
}

var (
	errFile  = fmt.Errorf("more than %d MiB after decompression: no account is that large", MaxFile>>20)
	errValue = fmt.Errorf("a single value of more than %d MiB", maxValue>>20)
)

// start looks at the first bytes: an empty file, another encoding or another
// kind of file gets its own error. A UTF-8 byte order mark is dropped.
func (m *meter) start() error {
	head := make([]byte, 512)
	n, err := io.ReadFull(m.r, head)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return err
	}
	head = bytes.TrimPrefix(head[:n], []byte("\xef\xbb\xbf"))
	switch {
	case bytes.HasPrefix(head, []byte("\xff\xfe")), bytes.HasPrefix(head, []byte("\xfe\xff")):
		return errors.New("UTF-16 (as PowerShell's > writes it): save the file as UTF-8")
	case bytes.HasPrefix(head, []byte("PK\x03\x04")):
		return errors.New("a zip archive: unpack it first (gzip is read as it is)")
	}
	if text := bytes.TrimLeft(head, " \t\r\n"); len(text) == 0 && n < 512 {
		return errors.New("an empty file")
	} else if len(text) > 0 && text[0] != '{' && text[0] != '[' {
		return notJSON(text[0])
	}
	m.head = head
	return nil
}

func (m *meter) Read(p []byte) (int, error) {
	if m.read >= MaxFile {
		return 0, errFile
	}
	if m.read >= m.upTo {
		return 0, errValue
	}
	p = p[:min(int64(len(p)), m.upTo-m.read, MaxFile-m.read)]
	if len(m.head) > 0 {
		n := copy(p, m.head)
		m.head = m.head[n:]
		m.read += int64(n)
		return n, nil
	}
	n, err := m.r.Read(p)
	m.read += int64(n)
	return n, err
}

// allow lets the decoder read one more value, which bounds what it buffers.
func (f *file) allow() { f.in.upTo = f.dec.InputOffset() + maxValue }

// first reads the first token of a page or list of pages; io.EOF: there is none.
func (f *file) first() (json.Token, error) {
	f.allow()
	t, err := f.dec.Token()
	if err == nil || err == io.EOF { // not io.ErrUnexpectedEOF
		return t, err
	}
	return nil, f.where(err)
}

// token reads the next token within a page.
func (f *file) token() (json.Token, error) {
	f.allow()
	t, err := f.dec.Token()
	if err != nil {
		return nil, f.where(err)
	}
	return t, nil
}

// more reports whether the open list or object goes on.
func (f *file) more() bool {
	f.allow()
	return f.dec.More()
}

// raw reads the text of the next value.
func (f *file) raw() (json.RawMessage, error) {
	var raw json.RawMessage
	f.allow()
	if err := f.dec.Decode(&raw); err != nil {
		return nil, f.where(err)
	}
	return raw, nil
}

// value reads and decodes the value of a member.
func value[T any](f *file, member string) (T, error) {
	var v T
	raw, err := f.raw()
	if err == nil {
		err = decode(raw, &v)
	}
	if err != nil {
		return v, fmt.Errorf("%s: %w", member, err)
	}
	return v, nil
}

// decode fills v as far as it can, also when it fails: what could be read
// names the entity in the error.
func decode(raw json.RawMessage, v any) error {
	err := strict(raw)
	if err1 := json.Unmarshal(raw, v); err == nil && err1 != nil {
		err = typeError(err1)
	}
	return err
}

// skip passes over a value of any size.
func (f *file) skip() error {
	depth := 0
	for {
		t, err := f.token()
		if err != nil {
			return err
		}
		switch t {
		case json.Delim('{'), json.Delim('['):
			if depth++; depth > maxDepth {
				return errDepth
			}
		case json.Delim('}'), json.Delim(']'):
			depth--
		}
		if depth == 0 {
			return nil
		}
	}
}

// where adds the place to an error of the decoder.
func (f *file) where(err error) error {
	if errors.Is(err, errFile) {
		return err
	}
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return fmt.Errorf("the file ends at byte %d in the middle of a value: it is cut off", f.in.read)
	}
	at := f.dec.InputOffset()
	if syntax, ok := errors.AsType[*json.SyntaxError](err); ok {
		return fmt.Errorf("byte %d: %s", max(at, syntax.Offset), syntax.Error())
	}
	return fmt.Errorf("byte %d: %w", at, err)
}

// typeError says in the file's terms that a member has the wrong JSON type.
func typeError(err error) error {
	e, ok := errors.AsType[*json.UnmarshalTypeError](err)
	if !ok {
		return errors.New(strings.TrimPrefix(err.Error(), "json: "))
	}
	got, want := e.Value, jsonType(e)
	if e.Field == "" {
		return fmt.Errorf("a JSON %s, not %s", got, want)
	}
	return fmt.Errorf("%s: a JSON %s, not %s", e.Field, got, want)
}

func jsonType(e *json.UnmarshalTypeError) string {
	switch e.Type.Kind().String() {
	case "slice":
		return "a list"
	case "struct", "map":
		return "an object"
	case "bool":
		return "true or false"
	case "string":
		return "a string"
	}
	return "a whole number"
}

// typeName is the JSON type of a token.
func typeName(t json.Token) string {
	switch t.(type) {
	case string:
		return "string"
	case float64:
		return "number"
	case bool:
		return "boolean"
	case nil:
		return "null"
	}
	if t == json.Delim('[') {
		return "list"
	}
	return "object"
}
