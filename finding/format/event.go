package format

import (
	"crypto/sha256"
	"fmt"
	"io"
	"time"

	"github.com/ebbmark/ebbmark/finding"
)

// Events writes the event of each finding as it stands (AA-37), one to a line.
func Events(w io.Writer, analyzer finding.Name, list Findings) error {
	return lines(w, list, func(f *finding.Detailed) any { return newEvent(analyzer, &f.Finding) })
}

// Event is the body of the event that tells of a finding (AA-37), as
// EventBridge delivers Access Analyzer's. The same state of a finding has the
// same body, so that a receiver who gets it twice can tell by its id.
func Event(analyzer finding.Name, f *finding.Finding) ([]byte, error) {
	body, err := encode(newEvent(analyzer, f))
	if err != nil {
		return nil, fmt.Errorf("write event of finding %s: %w", f.ID, err)
	}
	return body, nil
}

// EventID is the id of that event: a UUID that is the same for the same state of
// the same finding (id, status and time of update).
func EventID(f *finding.Finding) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s\n%s\n%d", f.ID, f.Status, f.UpdatedAt.UnixMilli()))
	id := sum[:16]
	id[6] = id[6]&0x0f | 0x80 // version 8: made by a rule of our own
	id[8] = id[8]&0x3f | 0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", id[:4], id[4:6], id[6:8], id[8:10], id[10:])
}

// event is EventBridge's envelope. Its time has whole seconds.
type event struct {
	Version    string   `json:"version"`
	ID         string   `json:"id"`
	DetailType string   `json:"detail-type"`
	Source     string   `json:"source"`
	Account    string   `json:"account"`
	Time       string   `json:"time"`
	Region     string   `json:"region"`
	Resources  []string `json:"resources"`
	Detail     any      `json:"detail"`
}

// unusedEvent has the members that receivers read.
type unusedEvent struct {
	ID         string         `json:"id"`
	AccountID  string         `json:"accountId"`
	Resource   string         `json:"resource"`
	Type       finding.Type   `json:"findingType"`
	Status     finding.Status `json:"status"`
	AnalyzedAt string         `json:"analyzedAt"`
	Services   *int           `json:"numberOfUnusedServices,omitempty"` // both: of UnusedPermission
	Actions    *int           `json:"numberOfUnusedActions,omitempty"`
}

// externalEvent says besides who is let in.
type externalEvent struct {
	unusedEvent
	Principal map[string]string `json:"principal"`
	Action    []string          `json:"action"`
	Condition map[string]string `json:"condition"`
	IsPublic  bool              `json:"isPublic"`
}

func newEvent(analyzer finding.Name, f *finding.Finding) event {
	e := event{
		Version: "0", ID: EventID(f), DetailType: "Unused Access Finding for IAM entities", Source: "aws.access-analyzer",
		Account: analyzer.Account, Time: f.UpdatedAt.UTC().Format(time.RFC3339), Region: analyzer.Region,
		Resources: []string{analyzer.ARN()},
	}
	d := unusedEvent{ID: f.ID, AccountID: f.Owner, Resource: f.Resource, Type: f.Type, Status: f.Status, AnalyzedAt: stamp(f.AnalyzedAt)}
	if f.Type == finding.UnusedPermission {
		d.Services, d.Actions = &f.Services, &f.Actions
	}
	e.Detail = d
	if f.Type == finding.ExternalAccess {
		e.DetailType = "Access Analyzer Finding"
		if x := f.External; x != nil {
			e.Detail = externalEvent{d, x.Principal, x.Actions, conditions(x), x.Public}
		}
	}
	return e
}
