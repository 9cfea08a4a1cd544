package finding

import (
	"github.com/ebbmark/ebbmark/policy"
)

// Documents are policies parsed once: principals share most of them. They are
// for one goroutine at a time.
type Documents struct {
	parsed map[string]parsed
	size   int // of the texts, in bytes
	list   []*policy.Document
}

type parsed struct {
	doc *policy.Document
	err error
}

// maxDocuments is about how many bytes of policies are kept parsed; beyond it
// all are forgotten and parsed anew.
const maxDocuments = 64 << 20

// NewDocuments makes an empty one.
func NewDocuments() *Documents { return &Documents{parsed: map[string]parsed{}} }

func (d *Documents) parse(text string) (*policy.Document, error) {
	if text == "" {
		return nil, errNoDocument
	}
	if p, ok := d.parsed[text]; ok {
		return p.doc, p.err
	}
	doc, err := policy.ParseString(text)
	if d.size += len(text); d.size > maxDocuments {
		d.parsed, d.size = map[string]parsed{}, len(text)
	}
	d.parsed[text] = parsed{doc, err}
	return doc, err
}
