package sqs

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
)

// keep starts to keep held messages hidden and to delete those that are done,
// until Settle.
func (s *Source) keep(ctx context.Context) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stop != nil {
		return
	}
	// When ctx ends, files may still be on their way to the ledger; and a
	// request that is cut off has an outcome that nobody knows.
	ctx = context.WithoutCancel(ctx)
	over := make(chan struct{})
	s.stop = sync.OnceFunc(func() { close(over) })
	s.keeper.Go(func() { s.tend(ctx, over) })
}

func (s *Source) tend(ctx context.Context, over <-chan struct{}) {
	tick := time.NewTicker(s.Visibility / 3)
	defer tick.Stop()
	for {
		// A message that cannot be deleted or hidden comes back, and is then
		// "read before": its error is told when the run ends, if it lasts.
		select {
		case <-over:
			return
		case <-s.tidy:
			_ = s.tidyUp(ctx)
		case <-tick.C:
			_ = s.tidyUp(ctx)
			_ = s.hide(ctx, s.all(), func(*held) time.Duration { return s.Visibility })
		}
	}
}

func (s *Source) all() []*held {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := make([]*held, 0, len(s.held))
	for _, h := range s.held {
		list = append(list, h)
	}
	return list
}

// tidyUp deletes what is done and lets come back what has failed. What cannot be
// deleted now stays on the list.
func (s *Source) tidyUp(ctx context.Context) error {
	s.mu.Lock()
	acks, later := s.acks, s.later
	s.acks, s.later = nil, nil
	s.mu.Unlock()
	done, err := s.remove(ctx, acks)
	errHide := s.hide(ctx, later, func(h *held) time.Duration { return s.pause(h.tries) })
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, h := range acks {
		if done[h.id] {
			delete(s.held, h.id)
		} else {
			s.acks = append(s.acks, h)
		}
	}
	for _, h := range later {
		delete(s.held, h.id)
	}
	return errors.Join(err, errHide)
}

// invalidReceipt is the answer about a message that is deleted already, or that
// was hidden too short and will be received again: nothing is left to do here.
const invalidReceipt = "ReceiptHandleIsInvalid"

// remove deletes messages, and returns the ids of those that are gone.
func (s *Source) remove(ctx context.Context, list []*held) (done map[string]bool, err error) {
	done = map[string]bool{}
	for part := range slices.Chunk(list, perRequest) {
		in := &sqs.DeleteMessageBatchInput{QueueUrl: &s.URL}
		for i, h := range part {
			in.Entries = append(in.Entries, types.DeleteMessageBatchRequestEntry{Id: aws.String(strconv.Itoa(i)), ReceiptHandle: s.receipt(h)})
		}
		out, e := s.API.DeleteMessageBatch(ctx, in)
		if e != nil {
			err = fmt.Errorf("delete %d messages that are done from %s: %w (they will come again, and be passed over)", len(part), s.URL, e)
			continue
		}
		for _, f := range out.Failed {
			if aws.ToString(f.Code) == invalidReceipt {
				out.Successful = append(out.Successful, types.DeleteMessageBatchResultEntry{Id: f.Id})
				continue
			}
			err = fmt.Errorf("delete a message that is done from %s: %s: %s (it will come again, and be passed over)", s.URL, aws.ToString(f.Code), aws.ToString(f.Message))
		}
		for _, ok := range out.Successful {
			if i, bad := strconv.Atoi(aws.ToString(ok.Id)); bad == nil && i >= 0 && i < len(part) {
				done[part[i].id] = true
			}
		}
	}
	return done, err
}

// hide sets for how long messages are hidden from now on.
func (s *Source) hide(ctx context.Context, list []*held, how func(*held) time.Duration) (err error) {
	for part := range slices.Chunk(list, perRequest) {
		in := &sqs.ChangeMessageVisibilityBatchInput{QueueUrl: &s.URL}
		for i, h := range part {
			in.Entries = append(in.Entries, types.ChangeMessageVisibilityBatchRequestEntry{
				Id: aws.String(strconv.Itoa(i)), ReceiptHandle: s.receipt(h), VisibilityTimeout: s.seconds(how(h)),
			})
		}
		if _, e := s.API.ChangeMessageVisibilityBatch(ctx, in); e != nil {
			err = fmt.Errorf("hide messages of %s: %w", s.URL, e)
		}
	}
	return err
}

func (s *Source) receipt(h *held) *string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return aws.String(h.receipt)
}
