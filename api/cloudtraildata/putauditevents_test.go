package cloudtraildata

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/ebbmark/ebbmark/activity"
	"github.com/ebbmark/ebbmark/ingest"
	"github.com/ebbmark/ebbmark/ingest/push"
	"github.com/ebbmark/ebbmark/store/mem"
	"github.com/ebbmark/ebbmark/wire"
)

const (
	channel = "arn:aws:cloudtrail:us-east-1:111122223333:channel/ebbmark"
	native  = `{"eventVersion":"1.10","userIdentity":{"type":"IAMUser","principalId":"AIDAALICEEXAMPLE00001","arn":"arn:aws:iam::111122223333:user/alice","accountId":"111122223333"},"eventTime":"2026-05-30T10:15:30Z","eventSource":"s3.amazonaws.com","eventName":"ListBuckets","awsRegion":"us-east-1","eventID":"ev-1","recipientAccountId":"111122223333"}`
	inside  = `{"version":"1","userIdentity":{"type":"app","principalId":"p","details":{"type":"IAMUser","principalId":"AIDABOBEXAMPLE0000002","arn":"arn:aws:iam::111122223333:user/bob","accountId":"111122223333"}},"eventTime":"2026-05-30T10:15:30","eventSource":"ec2.amazonaws.com","eventName":"RunInstances","UID":"u-1","recipientAccountId":"111122223333"}`
	foreign = `{"version":"1","userIdentity":{"type":"app","principalId":"p"},"eventTime":"2026-05-30T10:15:30","eventSource":"my.app","eventName":"Login","UID":"u-2","recipientAccountId":"111122223333"}`
)

func newAPI() (*API, *mem.Store) {
	s := mem.New()
	door := &push.Door{Store: s, Now: func() time.Time { return time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC) }}
	return &API{Door: door, NewID: func() string { return "new-id" }}, s
}

// put sends a request and returns its status, and its body or the name of its error.
func put(t *testing.T, a *API, query, body string) (int, string) {
	t.Helper()
	allow := func(context.Context, wire.Caller, string, string) error { return nil }
	r := httptest.NewRequest(http.MethodPost, "/PutAuditEvents?"+query, nil)
	r.Header.Set("Content-Type", "application/json")
	caller := wire.Caller{Account: "111122223333", Partition: "aws", Kind: wire.RootCaller}
	answer := wire.NewRouter(allow, a.Service()).Serve(t.Context(), caller, "cloudtrail-data", &wire.Request{ID: "id", HTTP: r, Body: []byte(body)})
	if code := answer.Header["X-Amzn-ErrorType"]; code != "" {
		return answer.Status, code
	}
	return answer.Status, string(answer.Body)
}

func events(data ...string) string {
	var list []string
	for i, d := range data {
		text, _ := json.Marshal(d)
		list = append(list, fmt.Sprintf(`{"id":"%d","eventData":%s}`, i+1, text))
	}
	return `{"auditEvents":[` + strings.Join(list, ",") + `]}`
}

func TestPutAuditEvents(t *testing.T) {
	for sentence, tt := range map[string]struct {
		query, body string
		status      int
		want        string
	}{
		"a native record and no JSON": {"channelArn=" + channel, events(native, "not json"), 200,
			`{"successful":[{"id":"1","eventID":"ev-1"}],"failed":[{"id":"2","errorCode":"InvalidData","errorMessage":"eventData is not a JSON object of the schema of audit events."}]}`},
		"a native identity inside, and an audit event": {"channelArn=" + channel, events(inside, foreign), 200,
			`{"successful":[{"id":"1","eventID":"u-1"},{"id":"2","eventID":"new-id"}],"failed":[]}`},
		"another recipient": {"channelArn=" + channel, events(strings.Replace(foreign, "111122223333", "444455556666", 1)), 200,
			`{"successful":[],"failed":[{"id":"1","errorCode":"InvalidRecipient","errorMessage":"recipientAccountId does not own the channel."}]}`},
		"a field that is missing": {"channelArn=" + channel, events(strings.Replace(foreign, `"UID"`, `"X"`, 1)), 200,
			`{"successful":[],"failed":[{"id":"1","errorCode":"FieldNotFound","errorMessage":"UID is missing."}]}`},
		"a wrong checksum": {"channelArn=" + channel, strings.Replace(events(foreign), `"id":"1"`, `"id":"1","eventDataChecksum":"AAAA"`, 1), 200,
			`{"successful":[],"failed":[{"id":"1","errorCode":"InvalidChecksum","errorMessage":"eventDataChecksum is not the base64 SHA-256 of eventData."}]}`},
		"no channel of ours":        {"channelArn=" + channel + "x", events(native), 400, "ChannelNotFound"},
		"a channel of another":      {"channelArn=" + strings.Replace(channel, "111122223333", "444455556666", 1), events(native), 400, "ChannelNotFound"},
		"no channel ARN":            {"channelArn=ebbmark", events(native), 400, "InvalidChannelARN"},
		"the same id twice":         {"channelArn=" + channel, strings.Replace(events(native, native), `"id":"2"`, `"id":"1"`, 1), 400, "DuplicatedAuditEventId"},
		"no events":                 {"channelArn=" + channel, `{"auditEvents":[]}`, 400, "ValidationException"},
		"no channel at all":         {"", events(native), 400, "ValidationException"},
		"a body that is no JSON":    {"channelArn=" + channel, `{`, 400, "SerializationException"},
		"the channel twice":         {"channelArn=" + channel + "&channelArn=" + channel, events(native), 400, "SerializationException"},
		"an id of another alphabet": {"channelArn=" + channel, strings.Replace(events(native), `"id":"1"`, `"id":"a b"`, 1), 400, "ValidationException"},
	} {
		a, _ := newAPI()
		status, body := put(t, a, tt.query, tt.body)
		if status != tt.status || tt.status == 200 && body != tt.want || !strings.Contains(body, tt.want) {
			t.Errorf("%s: %d %s", sentence, status, body)
		}
	}
}

func TestAuditEventsBecomeFacts(t *testing.T) {
	a, s := newAPI()
	for range 2 { // the second is the first over again
		put(t, a, "channelArn="+channel, events(native, inside, foreign, "not json"))
	}
	found := map[string]string{}
	for f, err := range s.Facts(t.Context(), activity.Prefix{Account: "111122223333"}) {
		if err != nil {
			t.Fatal(err)
		}
		if f.Class == activity.Management {
			found[f.Principal] = f.Source + " " + f.Name + " " + f.Last.Time().Format(time.RFC3339)
		}
	}
	if len(found) != 2 || found["AIDAALICEEXAMPLE00001"] != "s3.amazonaws.com ListBuckets 2026-05-30T10:15:30Z" || found["AIDABOBEXAMPLE0000002"] != "ec2.amazonaws.com RunInstances 2026-05-30T10:15:30Z" {
		t.Errorf("facts %v", found)
	}
	sum, err := ingest.Ledger(t.Context(), s)
	if err != nil || sum.Files.Done != 1 || sum.Records != 4 || sum.Attempts != 2 || sum.NotAttempts["audit event of another source"] != 1 || sum.Refused["InvalidData"] != 1 {
		t.Errorf("ledger %+v, %v", sum, err)
	}
}

func FuzzEvent(f *testing.F) {
	f.Add(native)
	f.Add(inside)
	f.Add(foreign)
	f.Add(`{"userIdentity":[]}`)
	f.Fuzz(func(t *testing.T, data string) {
		a, _ := newAPI()
		var fold ingest.Fold
		_, bad := a.take(&fold, "111122223333", &auditEvent{ID: "1", Data: data})
		if c := &fold.Counts; bad == nil && c.Records != 1 {
			t.Fatalf("%q: counted %d times", data, c.Records)
		}
	})
}
