package wire

import (
	"fmt"
	"net/http/httptest"
	"testing"
	"time"
)

type benchReport struct {
	JobStatus            string
	JobCreationDate      time.Time `wire:",millis"`
	ServicesLastAccessed []benchService
	IsTruncated          bool
}

type benchService struct {
	ServiceName                string
	LastAuthenticated          time.Time
	ServiceNamespace           string
	LastAuthenticatedEntity    string
	TotalAuthenticatedEntities int
	TrackedActionsLastAccessed []benchAction
}

type benchAction struct {
	ActionName         string
	LastAccessedEntity string
	LastAccessedTime   time.Time
	LastAccessedRegion string
}

// BenchmarkLargeReport writes a report of every service at action level: 456
// services, 9,804 actions.
func BenchmarkLargeReport(b *testing.B) {
	now := time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)
	report := &benchReport{JobStatus: "COMPLETED", JobCreationDate: now}
	for s := range 456 {
		svc := benchService{"Amazon Service", now, fmt.Sprintf("service%d", s), "arn:aws:iam::111122223333:role/service/app", 1, nil}
		for a := range 21 + s%2 {
			svc.TrackedActionsLastAccessed = append(svc.TrackedActionsLastAccessed,
				benchAction{fmt.Sprintf("DescribeThing%d", a), "arn:aws:iam::111122223333:role/service/app", now, "us-east-1"})
		}
		report.ServicesLastAccessed = append(report.ServicesLastAccessed, svc)
	}
	op := compile[struct{}, benchReport]()
	svc := toyService(op)
	b.ReportAllocs()
	for b.Loop() {
		body := query{}.answer(&svc, &op, "REQ", report)
		b.SetBytes(int64(len(body)))
	}
}

// BenchmarkRequest reads, routes and answers a small request.
func BenchmarkRequest(b *testing.B) {
	var got *toyInput
	r := NewRouter(allow, toyService(Op("Toy", nil, echoTo(&got))))
	req := httptest.NewRequest("POST", "/", nil)
	body := []byte("Action=Toy&Version=2010-05-08" + goodArn + "&Granularity=ACTION_LEVEL&MaxItems=1000")
	b.ReportAllocs()
	for b.Loop() {
		r.Serve(b.Context(), alice, "iam", &Request{ID: "REQ", HTTP: req, Body: body})
	}
}
