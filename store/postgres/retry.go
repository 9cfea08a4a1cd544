package postgres

import (
	"context"
	"errors"
	"io"
	"net"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/ebbmark/ebbmark/store"
	"github.com/ebbmark/ebbmark/tracing"
)

// transientCodes are the SQLSTATEs after which the same work may succeed.
var transientCodes = []string{
	"40001", // serialization_failure
	"40P01", // deadlock_detected
	"55P03", // lock_not_available: lock_timeout
	"25006", // read_only_sql_transaction: this host has become a standby
	"25P03", // idle_in_transaction_session_timeout
	"53300", // too_many_connections
	"57P01", // admin_shutdown
	"57P02", // crash_shutdown
	"57P03", // cannot_connect_now
	"57P05", // idle_session_timeout
}

// serverStays are those of them that say nothing against the connection.
var serverStays = []string{"40001", "40P01", "55P03", "53300"}

// retry runs work until it succeeds, fails for good, or has been tried often
// enough. Work is always a whole transaction, or a whole read: nothing of an
// attempt that has failed may be used by the next.
func (db *DB) retry(ctx context.Context, work func(context.Context) error) error {
	pause := firstPause
	for n := 1; ; n++ {
		err := attempt(ctx, work)
		if err == nil {
			return nil
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if n >= db.patient || !transient(err) {
			return err
		}
		tracing.Event(ctx, "retry", "error.type", sortOf(err))
		if !slices.Contains(serverStays, sqlState(err)) {
			db.pool.Reset() // the others lead to the same place
		}
		jitter := time.Duration(db.random() % uint64(pause))
		if err := rest(ctx, pause/2+jitter); err != nil {
			return err
		}
		pause = min(2*pause, lastPause)
	}
}

// patientKey marks a context whose work may take as long as it takes.
type patientKey struct{}

func unhurried(ctx context.Context) context.Context {
	return context.WithValue(ctx, patientKey{}, true)
}

// attempt gives up on a server that is silent.
func attempt(ctx context.Context, work func(context.Context) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if ctx.Value(patientKey{}) != nil {
		return work(ctx)
	}
	ctx, cancel := context.WithTimeout(ctx, attemptTime)
	defer cancel()
	return work(ctx)
}

func rest(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// transient reports whether the same work may succeed when it is done again.
func transient(err error) bool {
	if errors.Is(err, errUnknown) {
		return false
	}
	if code := sqlState(err); code != "" {
		return strings.HasPrefix(code, "08") || slices.Contains(transientCodes, code)
	}
	return lost(err)
}

// lost reports whether the connection broke, so that nobody knows what became
// of a commit.
func lost(err error) bool {
	var network net.Error
	return errors.As(err, &network) || pgconn.SafeToRetry(err) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) ||
		errors.Is(err, net.ErrClosed) || errors.Is(err, context.DeadlineExceeded) || closed(err)
}

// closed: pgx has no value for it.
func closed(err error) bool { return strings.Contains(err.Error(), "conn closed") }

// sqlState is the code of an error that the server has reported, or empty.
func sqlState(err error) string {
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		return e.Code
	}
	return ""
}

// uncertain reports whether a transaction that ended so may have been committed.
func uncertain(err error) bool {
	return err != nil && !isAnswer(err) && (sqlState(err) == "" || strings.HasPrefix(sqlState(err), "08") || strings.HasPrefix(sqlState(err), "57P"))
}

// isAnswer reports whether an error is one of the contract.
func isAnswer(err error) bool {
	for _, e := range []error{store.ErrNotFound, store.ErrConflict, store.ErrDraft, store.ErrNoDraft, store.ErrSwitched} {
		if errors.Is(err, e) {
			return true
		}
	}
	return false
}
