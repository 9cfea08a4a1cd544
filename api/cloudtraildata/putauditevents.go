package cloudtraildata

import (
	"cmp"
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"

	"github.com/ebbmark/ebbmark/arn"
	"github.com/ebbmark/ebbmark/cloudtrail"
	"github.com/ebbmark/ebbmark/ingest"
	"github.com/ebbmark/ebbmark/wire"
)

type putAuditEventsInput struct {
	ChannelARN  string       `wire:"channelArn" required:"true"`
	ExternalID  string       `wire:"externalId" min:"2" max:"1224" pattern:"[\\w+=,.@:\\/-]*"`
	AuditEvents []auditEvent `wire:"auditEvents" required:"true" min:"1" max:"100"`
}

type auditEvent struct {
	ID       string `wire:"id" required:"true" min:"1" max:"128" pattern:"[-_A-Za-z0-9]+"`
	Data     string `wire:"eventData" required:"true"`
	Checksum string `wire:"eventDataChecksum"`
}

type putAuditEventsOutput struct {
	Successful []successful `wire:"successful"`
	Failed     []failed     `wire:"failed"`
}

type successful struct {
	ID      string `wire:"id"`
	EventID string `wire:"eventID"`
}

type failed struct {
	ID      string `wire:"id"`
	Code    string `wire:"errorCode"`
	Message string `wire:"errorMessage"`
}

// Check refuses what makes the whole request wrong.
func (in *putAuditEventsInput) Check(wire.Caller) error {
	channel, err := arn.Parse(in.ChannelARN)
	if err != nil || channel.Service != "cloudtrail" || channel.Region == "" || channel.Kind() != "channel" {
		return wire.Errorf(http.StatusBadRequest, "InvalidChannelARN", "The channel ARN is not valid.")
	}
	seen := map[string]bool{}
	for i := range in.AuditEvents {
		if id := in.AuditEvents[i].ID; seen[id] {
			return wire.Errorf(http.StatusBadRequest, "DuplicatedAuditEventId", "Two events of the request have the same id.")
		} else {
			seen[id] = true
		}
	}
	return nil
}

// channelOf is the resource that the guard is asked about.
func channelOf(in *putAuditEventsInput, _ wire.Caller) string { return in.ChannelARN }

func (a *API) putAuditEvents(ctx context.Context, c wire.Caller, in *putAuditEventsInput) (*putAuditEventsOutput, error) {
	if err := a.open(in.ChannelARN, c); err != nil {
		return nil, err
	}
	out := &putAuditEventsOutput{Successful: []successful{}, Failed: []failed{}}
	var fold ingest.Fold
	for i := range in.AuditEvents {
		e := &in.AuditEvents[i]
		id, bad := a.take(&fold, c.Account, e)
		if bad != nil {
			out.Failed = append(out.Failed, failed{e.ID, bad.Code, bad.Message})
			continue
		}
		out.Successful = append(out.Successful, successful{e.ID, id})
	}
	sent, err := json.Marshal(in.AuditEvents)
	if err != nil {
		return nil, err
	}
	_, err = a.Door.Commit(ctx, &fold, "audit", c.Account, sent)
	return out, err
}

// open reports whether there is such a channel for the caller.
func (a *API) open(channel string, c wire.Caller) error {
	name, err := arn.Parse(channel)
	if err == nil && name.Account == c.Account && (channel == a.Channel || name.Resource == "channel/"+DefaultChannel) {
		return nil
	}
	return wire.Errorf(http.StatusBadRequest, "ChannelNotFound", "The channel could not be found.")
}

// take takes one event and returns its event id, or why it failed (CT-71).
func (a *API) take(fold *ingest.Fold, account string, e *auditEvent) (string, *wire.Error) {
	event, bad := e.check(account)
	if bad != nil {
		fold.Refuse(bad.Code)
		return "", bad
	}
	native := event.native(e.Data)
	if native == "" { // CT-73: audit only
		fold.Other(cloudtrail.ReasonAudit)
		return a.NewID(), nil
	}
	id := ""
	err := cloudtrail.Scan(strings.NewReader(native), func(r *cloudtrail.Record) error {
		id = string(r.EventID)
		_, err := fold.Record(r, a.Door.Now(), a.Door.May(account))
		return err
	})
	if err != nil {
		return "", wire.Errorf(0, "InvalidData", "%s", err)
	}
	return cmp.Or(id, a.NewID()), nil
}

// check reads an event, or says why it failed.
func (e *auditEvent) check(account string) (*event, *wire.Error) {
	if len(e.Data) > maxData {
		return nil, wire.Errorf(0, "FieldTooLong", "eventData is longer than %d bytes.", maxData)
	}
	if sum := sha256.Sum256([]byte(e.Data)); e.Checksum != "" &&
		subtle.ConstantTimeCompare([]byte(e.Checksum), []byte(base64.StdEncoding.EncodeToString(sum[:]))) != 1 {
		return nil, wire.Errorf(0, "InvalidChecksum", "eventDataChecksum is not the base64 SHA-256 of eventData.")
	}
	event, bad := readEvent(e.Data)
	if bad == nil && event.Recipient != account {
		bad = wire.Errorf(0, "InvalidRecipient", "recipientAccountId does not own the channel.")
	}
	return event, bad
}

// event is what decides how an event is read.
type event struct {
	Version    string          `json:"eventVersion"`
	UID        string          `json:"UID"`
	Source     string          `json:"eventSource"`
	Name       string          `json:"eventName"`
	Time       string          `json:"eventTime"`
	Recipient  string          `json:"recipientAccountId"`
	Identity   json.RawMessage `json:"userIdentity"`
	Parameters json.RawMessage `json:"requestParameters"`
	ErrorCode  string          `json:"errorCode"`
	Region     string          `json:"awsRegion"`

	who struct {
		Type      string          `json:"type"`
		Principal string          `json:"principalId"`
		Details   json.RawMessage `json:"details"`
	}
}

// readEvent reads eventData and checks what the schema of audit events wants of
// it (CT-72).
func readEvent(data string) (*event, *wire.Error) {
	e := new(event)
	if err := json.Unmarshal([]byte(data), e); err != nil || !strings.HasPrefix(strings.TrimSpace(data), "{") {
		return nil, wire.Errorf(0, "InvalidData", "eventData is not a JSON object of the schema of audit events.")
	}
	if len(e.Identity) > 0 {
		if err := json.Unmarshal(e.Identity, &e.who); err != nil {
			return nil, wire.Errorf(0, "InvalidData", "userIdentity is not an object of the schema of audit events.")
		}
	}
	for _, f := range []struct{ name, value string }{
		{"eventSource", e.Source}, {"eventName", e.Name}, {"eventTime", e.Time}, {"userIdentity.type", e.who.Type}, {"recipientAccountId", e.Recipient},
	} {
		if f.value == "" {
			return nil, wire.Errorf(0, "FieldNotFound", "%s is missing.", f.name)
		}
	}
	if e.Version == "" && e.UID == "" {
		return nil, wire.Errorf(0, "FieldNotFound", "UID is missing.")
	}
	return e, nil
}

// native is the CloudTrail record that the event is or holds; empty when there
// is none.
func (e *event) native(data string) string {
	if e.Version != "" {
		return data
	}
	var inner struct {
		Type string `json:"type"`
		ARN  string `json:"arn"`
		ID   string `json:"principalId"`
	}
	if json.Unmarshal(e.who.Details, &inner) != nil || inner.Type == "" || inner.ARN == "" && inner.ID == "" {
		return ""
	}
	at := e.Time
	if !strings.HasSuffix(at, "Z") {
		at += "Z" // CT-72: the schema has no zone, and means UTC
	}
	record, err := json.Marshal(map[string]any{
		"eventTime": at, "eventSource": e.Source, "eventName": e.Name, "userIdentity": e.who.Details, "eventID": e.UID,
		"awsRegion": e.Region, "errorCode": e.ErrorCode, "recipientAccountId": e.Recipient, "requestParameters": e.Parameters,
	})
	if err != nil {
		return ""
	}
	return string(record)
}
