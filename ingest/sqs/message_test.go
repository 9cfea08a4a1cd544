package sqs

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
)

const (
	s3Event = `{"Records":[{"eventVersion":"2.1","eventSource":"aws:s3","awsRegion":"us-east-1","eventTime":"2026-05-31T08:05:00.000Z","eventName":"ObjectCreated:Put","s3":{"s3SchemaVersion":"1.0","bucket":{"name":"b","arn":"arn:aws:s3:::b"},"object":{"key":"AWSLogs/111122223333/CloudTrail/us-east-1/2026/05/31/x%3Dy+z.json.gz","size":7,"eTag":"e","sequencer":"1"}}}]}`
	ownSNS  = `{"s3Bucket":"b","s3ObjectKey":["AWSLogs/111122223333/CloudTrail/us-east-2/2026/05/31/a.json.gz","AWSLogs/111122223333/CloudTrail/us-east-2/2026/05/31/b.json.gz"]}`
	bridge  = `{"version":"0","source":"aws.s3","detail-type":"Object Created","detail":{"version":"0","bucket":{"name":"b"},"object":{"key":"x=y z%20.json.gz","size":7},"reason":"PutObject"}}`
)

func inSNS(message string) string {
	text, _ := json.Marshal(map[string]string{"Type": "Notification", "MessageId": "m", "TopicArn": "arn:aws:sns:us-east-1:111122223333:t", "Message": message})
	return string(text)
}

func TestForms(t *testing.T) {
	yz := file{"b", "AWSLogs/111122223333/CloudTrail/us-east-1/2026/05/31/x=y z.json.gz"}
	two := []file{{"b", "AWSLogs/111122223333/CloudTrail/us-east-2/2026/05/31/a.json.gz"}, {"b", "AWSLogs/111122223333/CloudTrail/us-east-2/2026/05/31/b.json.gz"}}
	for sentence, tt := range map[string]struct {
		body   string
		want   notice
		refuse string
	}{
		"an event of S3, its key decoded":           {s3Event, notice{files: []file{yz}}, ""},
		"the same in SNS":                           {inSNS(s3Event), notice{files: []file{yz}}, ""},
		"the same in SNS twice":                     {inSNS(inSNS(s3Event)), notice{files: []file{yz}}, ""},
		"CloudTrail's own, keys as they are":        {ownSNS, notice{files: two}, ""},
		"CloudTrail's own in SNS":                   {inSNS(ownSNS), notice{files: two}, ""},
		"EventBridge, the key as it is":             {bridge, notice{files: []file{{"b", "x=y z%20.json.gz"}}}, ""},
		"EventBridge in SNS":                        {inSNS(bridge), notice{files: []file{{"b", "x=y z%20.json.gz"}}}, ""},
		"EventBridge about a deletion":              {strings.Replace(bridge, "Object Created", "Object Deleted", 1), notice{ignore: notCreated}, ""},
		"a record in EventBridge's envelope":        {`{"source":"aws.ec2","detail-type":"AWS API Call via CloudTrail","detail":{"eventName":"RunInstances"}}`, notice{record: true}, ""},
		"a call of S3's API, which has S3's source": {`{"source":"aws.s3","detail-type":"AWS API Call via CloudTrail","detail":{"eventName":"ListBuckets"}}`, notice{record: true}, ""},
		"a sign-in in EventBridge's envelope":       {`{"source":"aws.signin","detail-type":"AWS Console Sign In via CloudTrail","detail":{}}`, notice{record: true}, ""},
		"S3's test message":                         {`{"Service":"Amazon S3","Event":"s3:TestEvent","Time":"2026-05-31T08:05:00.000Z","Bucket":"b"}`, notice{ignore: "test message of S3"}, ""},
		"S3's test message in SNS":                  {inSNS(`{"Service":"Amazon S3","Event":"s3:TestEvent","Bucket":"b"}`), notice{ignore: "test message of S3"}, ""},
		"a deletion":                                {strings.Replace(s3Event, "ObjectCreated:Put", "ObjectRemoved:Delete", 1), notice{ignore: notCreated}, ""},
		"an upload in parts, named as others do":    {strings.Replace(s3Event, "ObjectCreated:Put", "s3:ObjectCreated:CompleteMultipartUpload", 1), notice{files: []file{yz}}, ""},
		"another JSON":                              {`{"hello":"world"}`, notice{}, "a message of unknown form"},
		"no JSON":                                   {"hello", notice{}, "a message of unknown form"},
		"nothing":                                   {"", notice{}, "a message of unknown form"},
		"a list":                                    {"[]", notice{}, "a message of unknown form"},
		"SNS asking to subscribe":                   {`{"Type":"SubscriptionConfirmation","Message":"You have chosen…","Token":"t"}`, notice{}, `a message of SNS of type "SubscriptionConfirmation"`},
		"SNS in SNS in SNS and so on":               {inSNS(inSNS(inSNS(inSNS(inSNS(s3Event))))), notice{}, "a message of unknown form"},
		"a log file itself":                         {`{"Records":[{"eventSource":"ec2.amazonaws.com","eventName":"RunInstances"}]}`, notice{}, "a message of unknown form"},
		"an event without a key":                    {strings.Replace(s3Event, `"key"`, `"kee"`, 1), notice{}, "names a bucket or key that cannot be"},
		"a bucket that cannot be":                   {strings.Replace(s3Event, `"name":"b"`, `"name":"evil.example/b"`, 1), notice{}, "names a bucket or key that cannot be"},
		"a key that is badly encoded":               {strings.Replace(s3Event, "%3D", "%ZZ", 1), notice{}, "key is badly encoded"},
		"a record in SNS":                           {inSNS(`{"source":"aws.ec2","detail-type":"AWS API Call via CloudTrail","detail":{}}`), notice{}, "in an envelope of SNS"},
		"too many files":                            {`{"s3Bucket":"b","s3ObjectKey":[` + strings.Repeat(`"k",`, maxFiles) + `"k"]}`, notice{}, "10001 files"},
	} {
		got, err := parse(tt.body)
		if tt.refuse != "" {
			if err == nil || !strings.Contains(err.Error(), tt.refuse) {
				t.Errorf("%s: %+v, %v; want %q", sentence, got, err, tt.refuse)
			}
			continue
		}
		if err != nil || got.ignore != tt.want.ignore || got.record != tt.want.record || !slices.Equal(got.files, tt.want.files) {
			t.Errorf("%s: %+v, %v; want %+v", sentence, got, err, tt.want)
		}
	}
}

func TestParseURL(t *testing.T) {
	for queue, want := range map[string][2]string{
		"https://sqs.eu-west-1.amazonaws.com/111122223333/trail":      {"eu-west-1", ""},
		"https://eu-west-1.queue.amazonaws.com/111122223333/trail":    {"eu-west-1", ""},
		"https://sqs.cn-north-1.amazonaws.com.cn/111122223333/trail":  {"cn-north-1", ""},
		"https://sqs-fips.us-east-1.amazonaws.com/111122223333/trail": {"us-east-1", ""},
		"http://127.0.0.1:9324/000000000000/trail":                    {"", "http://127.0.0.1:9324"},
		"https://sqs.eu-west-1.amazonaws.com.evil.example/1/trail":    {"", "https://sqs.eu-west-1.amazonaws.com.evil.example"},
	} {
		region, endpoint, err := ParseURL(queue)
		if err != nil || [2]string{region, endpoint} != want {
			t.Errorf("%s: %q, %q, %v", queue, region, endpoint, err)
		}
	}
	for _, queue := range []string{"", "trail", "https://", "https://sqs.eu-west-1.amazonaws.com", "ftp://x/y", "https://u:p@x/y", "https://x/y?z=1"} {
		if _, _, err := ParseURL(queue); err == nil {
			t.Errorf("%q is no URL of a queue", queue)
		}
	}
}

// FuzzMessage looks for messages that name what cannot be, or more than may be.
func FuzzMessage(f *testing.F) {
	for _, body := range []string{s3Event, ownSNS, bridge, inSNS(s3Event), inSNS(inSNS(ownSNS)), `{"Event":"s3:TestEvent"}`, `{"Records":null}`, `{"detail-type":"x via CloudTrail","detail":1}`} {
		f.Add(body)
	}
	f.Fuzz(func(t *testing.T, body string) {
		n, err := parse(body)
		whats := 0
		for _, is := range []bool{err != nil, n.record, n.ignore != "", len(n.files) > 0} {
			if is {
				whats++
			}
		}
		if whats != 1 || len(n.files) > maxFiles {
			t.Fatalf("%+v, %v", n, err)
		}
		for _, f := range n.files {
			if f.check() != nil {
				t.Fatalf("%+v", f)
			}
		}
	})
}
