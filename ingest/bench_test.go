package ingest_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/klauspost/compress/gzip"

	"github.com/ebbmark/ebbmark/ingest"
	"github.com/ebbmark/ebbmark/ingest/dir"
	"github.com/ebbmark/ebbmark/store/sqlite"
)

// benchRecord is a record of the size that CloudTrail delivers, about 1.5 KB.
func benchRecord(r *rand.Rand, n int) string {
	role, at := r.IntN(400), time.Date(2026, 5, 1+n%28, r.IntN(24), r.IntN(60), r.IntN(60), 0, time.UTC).Format(time.RFC3339)
	return fmt.Sprintf(`{"eventVersion":"1.10","userIdentity":{"type":"AssumedRole","principalId":"AROAEXAMPLE%010[1]d:i-0abc%08[2]x","arn":"arn:aws:sts::111122223333:assumed-role/app-%[1]d/i-0abc%08[2]x","accountId":"111122223333","accessKeyId":"ASIA%016[2]X",`+
		`"sessionContext":{"sessionIssuer":{"type":"Role","principalId":"AROAEXAMPLE%010[1]d","arn":"arn:aws:iam::111122223333:role/service/app-%[1]d","accountId":"111122223333","userName":"app-%[1]d"},"webIdFederationData":{},"attributes":{"creationDate":"%[3]s","mfaAuthenticated":"false"},"ec2RoleDelivery":"2.0"}},`+
		`"eventTime":"%[3]s","eventSource":"ec2.amazonaws.com","eventName":"Describe%[4]d","awsRegion":"eu-west-1","sourceIPAddress":"198.51.100.%[5]d","userAgent":"aws-sdk-go-v2/1.30.3 os/linux lang/go#1.22.5 md/GOOS#linux md/GOARCH#amd64 api/ec2#1.170.0",`+
		`"requestParameters":{"maxResults":1000,"filterSet":{"items":[{"name":"instance-state-name","valueSet":{"items":[{"value":"running"},{"value":"pending"}]}},{"name":"tag:Name","valueSet":{"items":[{"value":"app-%[1]d"}]}}]}},"responseElements":null,`+
		`"requestID":"%08[2]x-3333-4444-5555-%012[6]d","eventID":"%08[2]x-0000-4000-8000-%012[6]d","readOnly":true,"eventType":"AwsApiCall","managementEvent":true,"recipientAccountId":"111122223333","eventCategory":"Management","tlsDetails":{"tlsVersion":"TLSv1.3","cipherSuite":"TLS_AES_128_GCM_SHA256","clientProvidedHostHeader":"ec2.eu-west-1.amazonaws.com"}}`,
		role, r.Uint32(), at, r.IntN(60), r.IntN(250), n)
}

// BenchmarkIngest reads 200,000 records in 100 gzip files into a new SQLite
// store.
func BenchmarkIngest(b *testing.B) {
	const files, each = 100, 2000
	logs := b.TempDir()
	r := rand.New(rand.NewPCG(1, 2))
	var text int64
	for f := range files {
		list := make([]string, each)
		for i := range list {
			list[i] = benchRecord(r, f*each+i)
		}
		all := `{"Records":[` + strings.Join(list, ",") + `]}`
		text += int64(len(all))
		out, err := os.Create(filepath.Join(logs, fmt.Sprintf("%03d.json.gz", f)))
		if err != nil {
			b.Fatal(err)
		}
		w := gzip.NewWriter(out)
		if _, err := w.Write([]byte(all)); err != nil {
			b.Fatal(err)
		}
		if err := w.Close(); err != nil {
			b.Fatal(err)
		}
		if err := out.Close(); err != nil {
			b.Fatal(err)
		}
	}
	b.SetBytes(text)
	for b.Loop() {
		s, err := sqlite.Create(b.Context(), filepath.Join(b.TempDir(), "bench.db"))
		if err != nil {
			b.Fatal(err)
		}
		sum, err := ingest.New(ingest.Config{Store: s, Sources: []ingest.Source{dir.Source{Path: logs}}, Now: time.Now}).Run(b.Context())
		if err != nil || sum.Attempts != files*each {
			b.Fatalf("%+v, %v", sum, err)
		}
		if err := s.Close(); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(files*each*float64(b.N)/b.Elapsed().Seconds(), "events/s")
}
