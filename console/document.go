package console

import (
	"bytes"
	"encoding/json"
	"net/url"
)

// document is a policy document of an answer, which is percent-encoded
// (IAM-15), with line breaks. One that is no JSON is shown as it is.
func document(encoded string) string {
	text, err := url.PathUnescape(encoded)
	if err != nil {
		text = encoded
	}
	return indented(text)
}

// indented is a document with line breaks.
func indented(text string) string {
	var out bytes.Buffer
	if json.Indent(&out, []byte(text), "", "  ") != nil {
		return text
	}
	return out.String()
}
