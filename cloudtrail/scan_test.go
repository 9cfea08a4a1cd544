package cloudtrail

import (
	"strings"
	"testing"
	"time"
)

func TestSmoke(t *testing.T) {
	text := `{"Records":[{"eventVersion":"1.08","userIdentity":{"type":"IAMUser","principalId":"AIDAALICEEXAMPLE00001","arn":"arn:aws:iam::111122223333:user/alice","accountId":"111122223333","accessKeyId":"AKIAIOSFODNN7EXAMPLE","userName":"alice"},"eventTime":"2026-05-30T10:15:30Z","eventSource":"s3.amazonaws.com","eventName":"ListBuckets","awsRegion":"us-east-1","requestParameters":{"a":[1,2,{"b":null}]},"eventID":"e1","eventType":"AwsApiCall","eventCategory":"Management"}]}`
	err := Scan(strings.NewReader(text), func(r *Record) error {
		a, reason, err := r.Attempts(nil, time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC))
		t.Logf("%+v %q %v", a, reason, err)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
