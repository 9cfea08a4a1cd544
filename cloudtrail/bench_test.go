package cloudtrail

import (
	"bytes"
	"encoding/json"
	"fmt"
	"testing"
	"time"
)

// logFile is a log file of n records as CloudTrail writes them: 40 principals,
// 12 operations, about 1.5 KB a record.
func logFile(n int) []byte {
	var b bytes.Buffer
	b.WriteString(`{"Records":[`)
	for i := range n {
		if i > 0 {
			b.WriteByte(',')
		}
		writeRecord(&b, i)
	}
	b.WriteString(`]}`)
	return b.Bytes()
}

func writeRecord(b *bytes.Buffer, i int) {
	who := i * 7 % 40
	calls := []string{"s3 ListBuckets", "ec2 DescribeInstances", "sts AssumeRole", "kms Decrypt", "dynamodb DescribeTable", "iam GetRole",
		"logs CreateLogStream", "ec2 DescribeVolumes", "lambda GetFunction20150331v2", "sqs ListQueues", "ssm GetParameters", "monitoring PutMetricAlarm"}
	var service, name string
	fmt.Sscan(calls[i%len(calls)], &service, &name)
	fmt.Fprintf(b, `{"eventVersion":"1.09","userIdentity":{"type":"AssumedRole","principalId":"AROAEXAMPLEROLE%06d:i-0abc%08d","arn":"arn:aws:sts::111122223333:assumed-role/app-%d/i-0abc%08d","accountId":"111122223333","accessKeyId":"ASIAEXAMPLEKEY%06d","sessionContext":{"sessionIssuer":{"type":"Role","principalId":"AROAEXAMPLEROLE%06d","arn":"arn:aws:iam::111122223333:role/service/app-%d","accountId":"111122223333","userName":"app-%d"},"attributes":{"creationDate":"2026-05-30T%02d:00:00Z","mfaAuthenticated":"false"},"ec2RoleDelivery":"2.0"}},`,
		who, who, who, who, who, who, who, who, i/400%24)
	fmt.Fprintf(b, `"eventTime":"2026-05-30T10:%02d:%02dZ","eventSource":"%s.amazonaws.com","eventName":"%s","awsRegion":"eu-west-1","sourceIPAddress":"198.51.100.%d","userAgent":"aws-sdk-go-v2/1.30.3 os/linux lang/go#1.22.5 md/GOOS#linux md/GOARCH#arm64 api/%s#1.58.2","requestParameters":{"maxResults":100,"filterSet":{"items":[{"name":"tag:Name","valueSet":{"items":[{"value":"web-%d"}]}},{"name":"instance-state-name","valueSet":{"items":[{"value":"running"},{"value":"stopped"}]}}]}},"responseElements":null,"requestID":"6f1b0b52-1d3c-4a0f-9d0e-%012x","eventID":"0d7c4a5e-93a1-4c55-8f9f-%012x","readOnly":true,"resources":[{"accountId":"111122223333","type":"AWS::EC2::Instance","ARN":"arn:aws:ec2:eu-west-1:111122223333:instance/i-%012x"}],"eventType":"AwsApiCall","managementEvent":true,"recipientAccountId":"111122223333","eventCategory":"Management","tlsDetails":{"tlsVersion":"TLSv1.3","cipherSuite":"TLS_AES_128_GCM_SHA256","clientProvidedHostHeader":"%s.eu-west-1.amazonaws.com"}}`,
		i/60%60, i%60, service, name, i%250, service, i, i, i, i, service)
}

var benchNow = time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)

func BenchmarkScan(b *testing.B) {
	const records = 4000
	text := logFile(records)
	perRecord := func(b *testing.B) {
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/records, "ns/record")
		b.ReportMetric(float64(len(text))/records, "bytes/record")
		b.SetBytes(int64(len(text)))
		b.ReportAllocs()
	}
	b.Run("records", func(b *testing.B) {
		s := new(Scanner)
		for b.Loop() {
			if err := s.Scan(bytes.NewReader(text), func(*Record) error { return nil }); err != nil {
				b.Fatal(err)
			}
		}
		perRecord(b)
	})
	b.Run("attempts", func(b *testing.B) {
		s, list, n := new(Scanner), []Attempt(nil), 0
		for b.Loop() {
			s.Scan(bytes.NewReader(text), func(r *Record) error {
				list, _, _ = r.Attempts(list[:0], benchNow)
				n += min(len(list), 1)
				return nil
			})
		}
		if n != b.N*records {
			b.Fatal(n, "attempts")
		}
		perRecord(b)
	})
	b.Run("alike", func(b *testing.B) {
		s, n := new(Scanner), 0
		for b.Loop() {
			s.Scan(bytes.NewReader(text), func(r *Record) error {
				if r.Alike() != 0 {
					n++
				}
				return nil
			})
		}
		if n != b.N*records {
			b.Fatal(n, "alike")
		}
		perRecord(b)
	})
	b.Run("encoding/json", func(b *testing.B) {
		for b.Loop() {
			var file struct{ Records []jsonRecord }
			if err := json.Unmarshal(text, &file); err != nil || len(file.Records) != records {
				b.Fatal(err)
			}
		}
		perRecord(b)
	})
}

// jsonRecord is what a decoder on encoding/json would read.
type jsonRecord struct {
	EventVersion, EventTime, EventSource, EventName, AwsRegion, ErrorCode, EventID, SharedEventID string
	RecipientAccountId, EventType, EventCategory                                                  string
	ManagementEvent                                                                               *bool
	ReadOnly                                                                                      any
	UserIdentity                                                                                  struct {
		Type, PrincipalId, Arn, AccountId, AccessKeyId, UserName, InvokedBy string
		SessionContext                                                      struct {
			SessionIssuer struct{ Type, PrincipalId, Arn, AccountId, UserName string }
		}
	}
	RequestParameters struct{ ServiceNamespace, Statement any }
	ResponseElements  struct{ ConsoleLogin any }
}
