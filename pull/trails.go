package pull

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail/types"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/ebbmark/ebbmark/trail"
)

// trailsResult is what became of the trails of an account.
type trailsResult struct {
	n       int      // how many were read whole
	reasons []string // why something was not read, each once
	groups  []string // the same without what is of this account only, to count by
}

// trails reads the trails of an account with their event selectors and hands them
// to the Keeper. What the API refuses or lacks is a reason in the result and never
// a failure of the account; what is known of that from before stays as it is, with
// its date. The error is for ctx and the Keeper.
func (r *run) trails(ctx context.Context, id string, credentials aws.CredentialsProvider) (*trailsResult, error) {
	w := &trailWalk{run: r, credentials: credentials, clients: map[string]*cloudtrail.Client{}}
	o := trail.Observation{Account: id, At: r.Now().UTC()}
	all, err := w.describe(ctx, r.AWS.Region, &cloudtrail.DescribeTrailsInput{IncludeShadowTrails: aws.Bool(true)})
	if err == nil {
		o.Trails = all
		w.others(ctx, &o)
		for i := range o.Trails {
			w.detail(ctx, &o.Trails[i])
		}
		w.result.n = len(slices.DeleteFunc(slices.Clone(o.Trails), func(t trail.Trail) bool { return !t.Known() }))
	}
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	if err == nil {
		if err := r.Keeper.KeepTrails(ctx, &o); err != nil {
			return nil, &keeperError{err}
		}
	}
	return &w.result, nil
}

// trailWalk reads the trails of one account.
type trailWalk struct {
	*run
	credentials aws.CredentialsProvider
	clients     map[string]*cloudtrail.Client // by Region
	result      trailsResult
}

func (w *trailWalk) client(region string) *cloudtrail.Client {
	if w.clients[region] == nil {
		w.clients[region] = w.run.clients.cloudtrail(w.credentials, region)
	}
	return w.clients[region]
}

// missed notes why something was not read.
func (w *trailWalk) missed(err error) {
	err = otherAPI(err)
	text, group := reason(err), reasonGroup(err)
	if !slices.Contains(w.result.groups, group) {
		w.result.reasons, w.result.groups = append(w.result.reasons, text), append(w.result.groups, group)
	}
}

// describe reads trails as they are shown in a Region.
func (w *trailWalk) describe(ctx context.Context, region string, in *cloudtrail.DescribeTrailsInput) ([]trail.Trail, error) {
	out, err := w.client(region).DescribeTrails(ctx, in)
	if err != nil {
		w.missed(err)
		return nil, err
	}
	return parsed(w, "DescribeTrails", out.TrailList, trail.ReadTrails)
}

// parsed reads an answer as the file of the CLI would be read: the SDK's names of
// members are those of the API.
func parsed[T any](w *trailWalk, operation string, answer any, read func(json.RawMessage) (T, error)) (out T, err error) {
	raw, err := json.Marshal(answer)
	if err == nil {
		out, err = read(raw)
	}
	if err != nil {
		err = fmt.Errorf("CloudTrail %s: an answer that cannot be used: %w", operation, err)
		w.missed(err)
	}
	return out, err
}

// others adds the trails that the Region which was asked does not show: those of
// one other Region only.
func (w *trailWalk) others(ctx context.Context, o *trail.Observation) {
	var listed []types.TrailInfo
	pages := cloudtrail.NewListTrailsPaginator(w.client(w.AWS.Region), &cloudtrail.ListTrailsInput{}, func(o *cloudtrail.ListTrailsPaginatorOptions) { o.StopOnDuplicateToken = true })
	for n := 0; pages.HasMorePages(); n++ {
		page, err := pages.NextPage(ctx)
		if err == nil && n == maxPages {
			err = fmt.Errorf("CloudTrail ListTrails: more than %d pages", maxPages)
		}
		if err != nil {
			w.missed(err)
			return // there may be others
		}
		listed = append(listed, page.Trails...)
	}
	arns, err := parsed(w, "ListTrails", append([]types.TrailInfo{}, listed...), trail.ReadListed)
	if err != nil {
		return
	}
	o.Listed = arns
	missing := map[string][]string{} // ARNs by home Region
	for _, t := range listed {
		arn := aws.ToString(t.TrailARN)
		if !slices.ContainsFunc(o.Trails, func(one trail.Trail) bool { return one.ARN == arn }) {
			home := cmp.Or(aws.ToString(t.HomeRegion), w.AWS.Region)
			missing[home] = append(missing[home], arn)
		}
	}
	for _, region := range slices.Sorted(maps.Keys(missing)) {
		if more, err := w.describe(ctx, region, &cloudtrail.DescribeTrailsInput{TrailNameList: missing[region]}); err == nil {
			o.Trails = append(o.Trails, more...)
		}
	}
}

// detail adds status and selectors, which only the home Region tells.
func (w *trailWalk) detail(ctx context.Context, t *trail.Trail) {
	client := w.client(t.HomeRegion)
	status, err := client.GetTrailStatus(ctx, &cloudtrail.GetTrailStatusInput{Name: aws.String(t.ARN)})
	if err != nil {
		w.missed(err)
	} else {
		t.Status, _ = parsed(w, "GetTrailStatus", status, trail.ReadStatus)
	}
	selectors, err := client.GetEventSelectors(ctx, &cloudtrail.GetEventSelectorsInput{TrailName: aws.String(t.ARN)})
	if err != nil {
		w.missed(err)
		return
	}
	t.Selectors, _ = parsed(w, "GetEventSelectors", selectors, func(raw json.RawMessage) (*trail.Selectors, error) {
		arn, s, err := trail.ReadSelectors(raw)
		if err == nil && arn != t.ARN {
			err = fmt.Errorf("it is about %.200q", arn)
		}
		if err != nil {
			return nil, err
		}
		return s, nil
	})
}

// otherAPI says of an answer that is not even CloudTrail's what it means: an API
// such as that of another ebbmark has no CloudTrail.
func otherAPI(err error) error {
	_, unread := errors.AsType[*smithy.DeserializationError](err)
	operation, ok := errors.AsType[*smithy.OperationError](err)
	answer, ok1 := errors.AsType[*smithyhttp.ResponseError](err)
	if !unread || !ok || !ok1 {
		return err
	}
	return because("CloudTrail %s: HTTP status %d, and no answer of CloudTrail: there may be none at this address", operation.OperationName, answer.HTTPStatusCode())
}

// reasonGroup is what reasons of many accounts have in common: operation and code.
func reasonGroup(err error) string {
	code := apiCode(err)
	if code == "" {
		return reason(err)
	}
	if e, ok := errors.AsType[*smithy.OperationError](err); ok {
		return e.OperationName + " " + code
	}
	return code
}

// tellTrails notes, once for each reason, of how many accounts trails were not
// read.
func (r *run) tellTrails(results []AccountResult) {
	type told struct {
		n    int
		text string
	}
	by := map[string]*told{}
	for _, a := range results {
		for i, group := range a.trailGroups {
			if by[group] == nil {
				by[group] = &told{text: a.TrailReasons[i]}
			}
			by[group].n++
		}
	}
	for _, group := range slices.Sorted(maps.Keys(by)) {
		accounts := "1 account"
		if by[group].n > 1 {
			accounts = fmt.Sprintf("%d accounts", by[group].n)
		}
		r.note("trails of %s are not read, or not whole (%s): data events prove nothing there; what was known stays with its date", accounts, by[group].text)
	}
}
