package iam

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/klauspost/compress/zstd"

	"github.com/ebbmark/ebbmark/report"
	"github.com/ebbmark/ebbmark/wire"
)

// job is one report: who asked for what, and the answer once there is one. A
// job is not changed after it has been stored or cached.
type job struct {
	jobHead
	jobBody
}

// jobHead is the part of a job that can be read without the rest.
type jobHead struct {
	Format      int
	Type        string // what kind of job; other kinds are unknown here (LA-68)
	Status      string
	Owner       owner
	Granularity report.Granularity
	Created     time.Time `json:",omitzero"` // JobCreationDate, and the moment the report speaks of
	Completed   time.Time `json:",omitzero"` // JobCompletionDate
	// Started and Finished are moments of the real clock: when the job was made
	// and from when its result shows. With AsOf the dates above stand still.
	Started, Finished time.Time `json:",omitzero"`
}

// jobBody is what a report is made of. The policies are dropped when it is made.
type jobBody struct {
	Subject report.Subject
	Report  report.Report
	// Organization is set instead of both in the job of an Organizations report.
	Organization *organizationJob
}

// organizationJob is an Organizations access report.
type organizationJob struct {
	Subject report.OrganizationSubject
	Report  report.OrganizationReport
	// Failure is why the job is or will be FAILED, when that was clear as it was
	// made.
	Failure *jobFailure `json:",omitempty"`
}

// jobFailure is what the client is told of a FAILED job.
type jobFailure struct{ Code, Message string }

func (f *jobFailure) Error() string { return f.Code + ": " + f.Message }

// owner is the only principal that may read a job (LA-66).
type owner struct{ Account, UserID string }

func ownerOf(c wire.Caller) owner { return owner{c.Account, c.UserID} }

const (
	jobFormat         = 1
	serviceLastAccess = "ServiceLastAccessed"
	organizationType  = "OrganizationsAccess"
	statusInProgress  = "IN_PROGRESS"
	statusCompleted   = "COMPLETED"
	statusFailed      = "FAILED"
	maxJobBody        = 256 << 20 // bytes, decompressed
	failureCode       = "ServiceFailure"
	failureMessage    = "The report could not be computed because of an internal error."
	actionSeparator   = " "
	headEnd           = '\n'
)

// codec writes jobs as documents: the head as a line of JSON, so that sweeping
// need not look further, then the body as compressed JSON. Safe for concurrent
// use.
type codec struct {
	pack   *zstd.Encoder
	unpack *zstd.Decoder
}

func newCodec() codec {
	// Neither can fail: with nil streams only the options are checked.
	pack, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest))
	unpack, err2 := zstd.NewReader(nil, zstd.WithDecoderMaxMemory(maxJobBody))
	if err := errors.Join(err, err2); err != nil {
		panic(err)
	}
	return codec{pack, unpack}
}

func (c codec) encode(j *job) ([]byte, error) {
	head, err := json.Marshal(j.jobHead)
	if err != nil {
		return nil, err
	}
	body, err := json.Marshal(storedBody{j.Subject, storeServices(j.Report.Services), j.Organization})
	if err != nil {
		return nil, err
	}
	return c.pack.EncodeAll(body, append(head, headEnd)), nil
}

func decodeHead(doc []byte) (head jobHead, rest []byte, err error) {
	line, rest, ok := bytes.Cut(doc, []byte{headEnd})
	if !ok {
		return head, nil, errors.New("job document without head")
	}
	if err := json.Unmarshal(line, &head); err != nil {
		return head, nil, fmt.Errorf("head of job document: %w", err)
	}
	if head.Format != jobFormat {
		return head, nil, fmt.Errorf("job document of format %d: this program knows format %d", head.Format, jobFormat)
	}
	return head, rest, nil
}

func (c codec) decode(doc []byte) (*job, error) {
	head, rest, err := decodeHead(doc)
	if err != nil {
		return nil, err
	}
	body, err := c.unpack.DecodeAll(rest, nil)
	if err != nil {
		return nil, fmt.Errorf("body of job document: %w", err)
	}
	var stored storedBody
	if err := json.Unmarshal(body, &stored); err != nil {
		return nil, fmt.Errorf("body of job document: %w", err)
	}
	services, err := loadServices(stored.Services)
	if err != nil {
		return nil, fmt.Errorf("body of job document: %w", err)
	}
	return &job{head, jobBody{stored.Subject, report.Report{Services: services}, stored.Organization}}, nil
}

type storedBody struct {
	Subject      report.Subject
	Services     []storedService  `json:",omitempty"`
	Organization *organizationJob `json:",omitempty"`
}

// storedService is a report.Service with its thousands of unused actions as one
// string.
type storedService struct {
	Namespace, Name string
	Last            report.Access         `json:",omitzero"`
	Entities        []report.EntityAccess `json:",omitempty"`
	Actions         string                `json:",omitempty"` // names
	Used            []storedUse           `json:",omitempty"`
}

// storedUse is the last access of the action with that index.
type storedUse struct {
	Action int
	report.Access
}

func storeServices(list []report.Service) []storedService {
	out := make([]storedService, len(list))
	for i, s := range list {
		names := make([]string, len(s.Actions))
		for k, a := range s.Actions {
			names[k] = a.Name
			if a.Last.Ever() {
				out[i].Used = append(out[i].Used, storedUse{k, a.Last})
			}
		}
		out[i].Namespace, out[i].Name, out[i].Last, out[i].Entities = s.Namespace, s.Name, s.Last, s.Entities
		out[i].Actions = strings.Join(names, actionSeparator)
	}
	return out
}

func loadServices(list []storedService) ([]report.Service, error) {
	out := make([]report.Service, len(list))
	for i, s := range list {
		out[i] = report.Service{Namespace: s.Namespace, Name: s.Name, Last: s.Last, Entities: s.Entities}
		if s.Actions == "" {
			continue
		}
		for name := range strings.SplitSeq(s.Actions, actionSeparator) {
			out[i].Actions = append(out[i].Actions, report.Action{Name: name})
		}
		for _, u := range s.Used {
			if u.Action < 0 || u.Action >= len(out[i].Actions) {
				return nil, fmt.Errorf("service %s has no action %d", s.Namespace, u.Action)
			}
			out[i].Actions[u.Action].Last = u.Access
		}
	}
	return out, nil
}

// rows is the size of a job for the cache.
func (j *job) rows() int {
	n := 1 + len(j.Subject.Entities)
	if o := j.Organization; o != nil {
		n += len(o.Report.Services) + len(o.Subject.Accounts)
	}
	for _, s := range j.Report.Services {
		n += 1 + len(s.Entities) + len(s.Actions)
	}
	return n
}
