package ingest

import "context"

// queue is what was listed and waits for a reader. The lister goes on only when
// half of it is used up: to wake it for every object would cost more than the
// listing.
type queue struct {
	jobs chan job
	room chan struct{} // has an element when there may be room
}

// job is an object to read.
type job struct {
	source Source
	object Object
}

func newQueue() *queue { return &queue{make(chan job, maxWaiting), make(chan struct{}, 1)} }

// put adds a job when fewer than most wait, most being maxWaiting at most; false
// when ctx is done before. There is one who puts.
func (q *queue) put(ctx context.Context, j job, most int) bool {
	for len(q.jobs) >= most {
		select {
		case <-q.room:
		case <-ctx.Done():
			return false
		}
	}
	q.jobs <- j
	return ctx.Err() == nil
}

// took is to be called behind every receipt from jobs.
func (q *queue) took() {
	if len(q.jobs) > maxWaiting/2 {
		return
	}
	select {
	case q.room <- struct{}{}:
	default:
	}
}

// close says that no more jobs come.
func (q *queue) close() { close(q.jobs) }
