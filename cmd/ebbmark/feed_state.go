package main

import (
	"sync"
	"time"

	"github.com/ebbmark/ebbmark/api/ebbmark"
	"github.com/ebbmark/ebbmark/ingest"
)

// feedStates are what a server's sources do now and came to, for GetStatus. Safe
// for concurrent use.
type feedStates struct {
	mu    sync.Mutex
	names []string // in the operator's order
	byKey map[string]*ebbmark.Source
}

// States of a source.
const (
	feedReading = "reading"
	feedWaiting = "waiting"
	feedFailing = "failing"
)

func newFeedStates(feeds []feed) *feedStates {
	s := &feedStates{byKey: map[string]*ebbmark.Source{}}
	for _, f := range feeds {
		s.names = append(s.names, f.name)
		s.byKey[f.name] = &ebbmark.Source{Kind: kindOf(f.name).called, State: feedWaiting}
	}
	return s
}

// look notes that a look at a source begins. One that failed before stays so
// until a look ends well.
func (s *feedStates) look(source string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if one := s.byKey[source]; one.State != feedFailing {
		one.State = feedReading
	}
}

// looked notes what a look came to.
func (s *feedStates) looked(source string, sum ingest.Summary, err error, ended time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	one := s.byKey[source]
	one.FilesRead += sum.Files.Done
	one.FilesFailed += sum.Files.Failed
	one.Refused += sum.AllRefused()
	if err != nil {
		one.State = feedFailing
		return
	}
	one.State, one.LastSuccess = feedWaiting, ended
}

// list is the states in the operator's order.
func (s *feedStates) list() []ebbmark.Source {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := make([]ebbmark.Source, 0, len(s.names))
	for _, name := range s.names {
		list = append(list, *s.byKey[name])
	}
	return list
}
