package digest

import (
	"context"
	"testing"
)

// nowhere is a place without any file.
type nowhere struct{}

func (nowhere) HashOf(context.Context, string, string) (string, bool, error) { return "", false, nil }
func (nowhere) SignatureOf(string, string) string                            { return "00" }

func FuzzParse(f *testing.F) {
	f.Add([]byte(`{"digestStartTime":"2026-05-31T00:00:00Z","digestEndTime":"2026-05-31T01:00:00Z","digestS3Bucket":"b","digestS3Object":"o_1.json.gz","previousDigestS3Bucket":"b","previousDigestS3Object":"o_0.json.gz","logFiles":[{"s3Object":"x","hashAlgorithm":"SHA-256"}]}`))
	f.Add([]byte(`{"digestS3Object":null}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		d, err := Parse(text)
		if err != nil {
			return
		}
		r, err := Check(t.Context(), []*Digest{d, d}, Keys{}, nowhere{})
		if err != nil || r.ValidDigests != 0 || r.OK() {
			t.Fatalf("%+v, %v", r, err)
		}
	})
}

func FuzzParseKeys(f *testing.F) {
	f.Add([]byte(`{"PublicKeyList":[{"Value":"MAYCAQMCAQM=","Fingerprint":"f"}]}`))
	f.Fuzz(func(_ *testing.T, text []byte) { _, _ = ParseKeys(text) })
}
