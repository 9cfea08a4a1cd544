package main

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/ebbmark/ebbmark/api/ebbmark"
	"github.com/ebbmark/ebbmark/ingest"
)

func TestFeedStates(t *testing.T) {
	s := newFeedStates([]feed{{name: "/logs"}, {name: "s3://trail/AWSLogs/"}, {name: "sqs:https://sqs.eu-west-1.amazonaws.com/111122223333/trail"}})
	noon := time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)
	var sum ingest.Summary
	sum.Files.Done, sum.Files.Failed, sum.Refused = 3, 1, map[string]int64{"bad time": 2}
	s.look("/logs")
	s.look("s3://trail/AWSLogs/")
	s.looked("s3://trail/AWSLogs/", sum, nil, noon)
	s.look("sqs:https://sqs.eu-west-1.amazonaws.com/111122223333/trail")
	s.looked("sqs:https://sqs.eu-west-1.amazonaws.com/111122223333/trail", sum, errors.New("no route"), noon)
	s.look("sqs:https://sqs.eu-west-1.amazonaws.com/111122223333/trail")
	want := []ebbmark.Source{
		{Kind: "folder", State: "reading"},
		{Kind: "bucket", State: "waiting", LastSuccess: noon, FilesRead: 3, FilesFailed: 1, Refused: 2},
		{Kind: "queue", State: "failing", FilesRead: 3, FilesFailed: 1, Refused: 2},
	}
	if got := s.list(); !slices.Equal(got, want) {
		t.Errorf("got %+v", got)
	}
}
