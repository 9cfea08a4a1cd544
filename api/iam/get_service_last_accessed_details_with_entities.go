package iam

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/ebbmark/ebbmark/inventory"
	"github.com/ebbmark/ebbmark/report"
	"github.com/ebbmark/ebbmark/store"
	"github.com/ebbmark/ebbmark/wire"
)

// GetServiceLastAccessedDetailsWithEntitiesInput is described in section 9 of
// the specification.
type GetServiceLastAccessedDetailsWithEntitiesInput struct {
	JobId            string `required:"true" min:"36" max:"36"`
	ServiceNamespace string `required:"true" min:"1" max:"64" pattern:"[\\w-]*"`
	MaxItems         *int32 `min:"1" max:"1000"` // entities of a page; default 100
	Marker           *string
}

// Check implements wire.Checker.
func (in *GetServiceLastAccessedDetailsWithEntitiesInput) Check(wire.Caller) error {
	return checkMarker(in.Marker)
}

// GetServiceLastAccessedDetailsWithEntitiesOutput is a page of the entities
// behind a report. Its elements are there as the table of LA-60 says.
type GetServiceLastAccessedDetailsWithEntitiesOutput struct {
	JobStatus         string
	JobCreationDate   time.Time `wire:",millis"`
	JobCompletionDate time.Time `wire:",millis"`
	EntityDetailsList []EntityDetails
	IsTruncated       bool
	Marker            string
	Error             *ErrorDetails
}

// EntityDetails is an entity and when it last used the service.
type EntityDetails struct {
	EntityInfo        EntityInfo
	LastAuthenticated time.Time
}

// EntityInfo is an entity as it is named now (LA-96).
type EntityInfo struct{ Arn, Name, Type, Id, Path string }

// GetServiceLastAccessedDetailsWithEntities reads who used a service of a
// report.
func (a *API) GetServiceLastAccessedDetailsWithEntities(
	ctx context.Context, caller wire.Caller, in *GetServiceLastAccessedDetailsWithEntitiesInput,
) (*GetServiceLastAccessedDetailsWithEntitiesOutput, error) {
	j, err := a.readJob(ctx, caller, in.JobId, serviceLastAccess)
	if err != nil {
		return nil, err
	}
	from, err := markerPosition(in.Marker, entitiesPage, in.JobId)
	if err != nil {
		return nil, err
	}
	service := reported(j, in.ServiceNamespace)
	if service == nil {
		if err := a.checkNamespace(ctx, in.ServiceNamespace); err != nil {
			return nil, err
		}
	}
	out := &GetServiceLastAccessedDetailsWithEntitiesOutput{JobStatus: j.Status, JobCreationDate: j.Created}
	if j.Status == statusInProgress {
		return out, nil
	}
	out.JobCompletionDate = j.Completed
	if j.Status == statusFailed {
		out.Error = jobError()
		return out, nil
	}
	rows, err := a.entityRows(ctx, j, service)
	if err != nil {
		return nil, err
	}
	page, next := entityPage(rows, from, pageSize(in.MaxItems, defaultEntities))
	out.EntityDetailsList = page
	if next > 0 {
		out.IsTruncated, out.Marker = true, marker{entitiesPage, in.JobId, next}.String()
	}
	return out, nil
}

// reported is the service of the report, or nil.
func reported(j *job, namespace string) *report.Service {
	at, found := slices.BinarySearchFunc(j.Report.Services, namespace, func(s report.Service, n string) int {
		return strings.Compare(s.Namespace, n)
	})
	if !found {
		return nil
	}
	return &j.Report.Services[at]
}

// checkNamespace refuses a namespace that the catalogue does not know; case
// matters (LA-95). The spelling of the message is AWS's.
func (a *API) checkNamespace(ctx context.Context, namespace string) error {
	cat, _, err := a.Catalog(ctx)
	if err != nil {
		return err
	}
	if _, known := cat.Service(namespace); !known {
		return wire.Errorf(http.StatusBadRequest, "InvalidInput",
			"Service namepace %s is either invalid or unsupported.", namespace)
	}
	return nil
}

// entityRow is an entity of a job. A deleted one keeps its place by its old
// ARN, so that a deletion does not move the pages behind it.
type entityRow struct {
	EntityDetails
	deleted bool
}

// entityRows is every entity of the job in the order of LA-92; none when the
// service is not in the report (LA-95).
func (a *API) entityRows(ctx context.Context, j *job, service *report.Service) ([]entityRow, error) {
	if service == nil {
		return nil, nil
	}
	account, err := a.Book.Account(ctx, j.Subject.Account)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return nil, err
	}
	rows := make([]entityRow, len(j.Subject.Entities))
	for i, e := range j.Subject.Entities {
		info, there := currentEntity(account, e)
		rows[i] = entityRow{EntityDetails{EntityInfo: info}, !there}
	}
	for _, used := range service.Entities {
		rows[used.Entity].LastAuthenticated = time.UnixMilli(used.At).UTC()
	}
	slices.SortFunc(rows, func(x, y entityRow) int {
		return cmp.Or(y.LastAuthenticated.Compare(x.LastAuthenticated), strings.Compare(x.EntityInfo.Arn, y.EntityInfo.Arn))
	})
	return rows, nil
}

// currentEntity finds a frozen entity by its id as it is named now. When it is
// gone, only its old ARN is known.
func currentEntity(account *inventory.Account, e report.Entity) (EntityInfo, bool) {
	if account == nil {
		return EntityInfo{Arn: e.ARN}, false
	}
	if e.Kind == report.Role {
		if r := account.RoleByID(e.ID); r != nil {
			return EntityInfo{r.ARN, r.Name, "ROLE", r.ID, r.Path}, true
		}
	} else if u := account.UserByID(e.ID); u != nil {
		return EntityInfo{u.ARN, u.Name, "USER", u.ID, u.Path}, true
	}
	return EntityInfo{Arn: e.ARN}, false
}

// entityPage is up to size rows that still exist, beginning at a position, and
// the position of the next page; zero: there is none. The page is never nil.
func entityPage(rows []entityRow, from, size int) (page []EntityDetails, next int) {
	page = []EntityDetails{}
	for i := min(from, len(rows)); i < len(rows); i++ {
		switch {
		case rows[i].deleted:
		case len(page) == size:
			return page, i
		default:
			row := rows[i].EntityDetails
			row.LastAuthenticated = seconds(row.LastAuthenticated)
			page = append(page, row)
		}
	}
	return page, 0
}
