package push

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"time"

	"github.com/ebbmark/ebbmark/wire"
)

// Path is where the Handler belongs.
const Path = "/ingest"

// ServiceName is the service that a push is signed for, and the prefix of its
// action.
const ServiceName = "ebbmark"

// Action is what the guard is asked about.
const Action = ServiceName + ":Ingest"

// Handler answers POST /ingest. Its body is log text of any envelope that
// package cloudtrail reads, plain, gzip or zstd, whatever Content-Encoding
// says: what it is, its first bytes tell. The answer is an Answer as JSON, with
// status 200 as soon as everything that could be used is durable, or an error:
// {"__type": CODE, "message": TEXT}, and then nothing was written.
type Handler struct {
	Door *Door
	// Authenticate finds out who signed the request and for which service.
	Authenticate func(ctx context.Context, r *http.Request, body []byte) (wire.Caller, string, error)
	Guard        wire.Guard
	Log          *slog.Logger
	// MaxBody is the longest body in bytes; 0: the default.
	MaxBody int64

	slots chan struct{}
}

// NewHandler makes a Handler.
func NewHandler(h Handler) *Handler {
	if h.MaxBody == 0 {
		h.MaxBody = maxBody
	}
	h.slots = make(chan struct{}, maxPushes)
	return &h
}

// ServeHTTP implements http.Handler.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	answer, err := h.answer(w, r)
	header := w.Header()
	header.Set("Content-Type", "application/json")
	header.Set("Cache-Control", "no-store")
	header.Set("X-Content-Type-Options", "nosniff")
	if err == nil {
		_ = json.NewEncoder(w).Encode(answer) // a sender that has gone away is no error of ours
		return
	}
	e, ok := errors.AsType[*wire.Error](err)
	if !ok {
		h.Log.Error("push failed", "error", err)
		e = wire.Errorf(http.StatusInternalServerError, "InternalFailure", "The records could not be stored. Send them again.")
	}
	if e.Status == http.StatusMethodNotAllowed {
		header.Set("Allow", "POST")
	}
	header.Set("X-Amzn-Errortype", e.Code)
	w.WriteHeader(e.Status)
	_ = json.NewEncoder(w).Encode(map[string]string{"__type": e.Code, "message": e.Message})
}

// answer is the way of a push. Authentication needs the whole body, which the
// signature covers; the slots bound what unknown senders can make us hold.
func (h *Handler) answer(w http.ResponseWriter, r *http.Request) (Answer, error) {
	if r.Method != http.MethodPost {
		return Answer{}, wire.Errorf(http.StatusMethodNotAllowed, "MethodNotAllowed", "Use POST.")
	}
	select {
	case h.slots <- struct{}{}:
		defer func() { <-h.slots }()
	default:
		w.Header().Set("Connection", "close")
		w.Header().Set("Retry-After", "1")
		return Answer{}, wire.Errorf(http.StatusServiceUnavailable, "SlowDown", "More than %d requests bring records at once. Try again soon.", maxPushes)
	}
	control := http.NewResponseController(w)
	_ = control.SetReadDeadline(time.Now().Add(pushTime)) // where it cannot be set, the listener's own holds
	_ = control.SetWriteDeadline(time.Now().Add(2 * pushTime))
	body, err := h.body(w, r)
	if err != nil {
		return Answer{}, err
	}
	ctx, cancel := context.WithTimeout(r.Context(), pushTime)
	defer cancel()
	caller, err := h.sender(ctx, r, body)
	if err != nil {
		return Answer{}, err
	}
	answer, err := h.Door.Records(ctx, caller.Account, body)
	if e, ok := errors.AsType[*UnusableError](err); ok {
		return answer, wire.Errorf(http.StatusBadRequest, "InvalidData", "%s. Nothing was stored.", bounded(e.Error()))
	}
	return answer, err
}

func (h *Handler) body(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, h.MaxBody))
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return nil, wire.Errorf(http.StatusRequestEntityTooLarge, "RequestEntityTooLarge",
			"The request body must not be longer than %d bytes. Compress it, or send several requests.", h.MaxBody)
	} else if err != nil {
		w.Header().Set("Connection", "close")
		return nil, wire.Errorf(http.StatusBadRequest, "IncompleteBody", "The request body did not arrive completely.")
	}
	return body, nil
}

// sender is who signed the request, if they may push.
func (h *Handler) sender(ctx context.Context, r *http.Request, body []byte) (wire.Caller, error) {
	caller, service, err := h.Authenticate(ctx, r, body)
	if err != nil {
		return caller, err
	}
	if service != ServiceName {
		return caller, wire.Errorf(http.StatusForbidden, "SignatureDoesNotMatch", "Credential should be scoped to the service %s.", ServiceName)
	}
	return caller, h.Guard(ctx, caller, Action, Resource(caller))
}

// Resource is what a push writes to: the log of the sender's account.
func Resource(c wire.Caller) string {
	return "arn:" + c.Partition + ":" + ServiceName + "::" + c.Account + ":log"
}
