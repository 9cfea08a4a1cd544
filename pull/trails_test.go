package pull

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"

	"github.com/ebbmark/ebbmark/internal/servers"
	"github.com/ebbmark/ebbmark/inventory"
	"github.com/ebbmark/ebbmark/store/mem"
	"github.com/ebbmark/ebbmark/trail"
)

const account = "111122223333"

// trailAPI speaks CloudTrail's protocol, JSON 1.1, with an answer for each
// operation and Region.
type trailAPI struct {
	t       *testing.T
	answers map[string]string // by "Operation Region", or "Operation Region ARN"
	mu      sync.Mutex
	asked   []string
}

func (a *trailAPI) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Name, TrailName string
		TrailNameList   []string
	}
	body, err := io.ReadAll(r.Body)
	if err == nil {
		err = json.Unmarshal(body, &in)
	}
	_, operation, ok := strings.Cut(r.Header.Get("X-Amz-Target"), "CloudTrail_20131101.")
	scope := strings.Split(r.Header.Get("Authorization"), "/")
	if err != nil || !ok || len(scope) < 4 || scope[3] != "cloudtrail" {
		a.t.Errorf("no request of CloudTrail: %v %v %s", err, r.Header, body)
		http.Error(w, "", http.StatusBadRequest)
		return
	}
	key := operation + " " + scope[2]
	for _, name := range append(in.TrailNameList, in.Name, in.TrailName) {
		if name != "" {
			key += " " + name
		}
	}
	a.mu.Lock()
	a.asked = append(a.asked, key)
	a.mu.Unlock()
	answer, ok := a.answers[key]
	if text, other := strings.CutPrefix(answer, "<"); other {
		w.WriteHeader(http.StatusForbidden)
		fmt.Fprint(w, "<"+text)
		return
	}
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	if code, refused := strings.CutPrefix(answer, "!"); !ok || refused {
		w.WriteHeader(http.StatusBadRequest)
		fmt.Fprintf(w, `{"__type":%q,"message":"no"}`, map[bool]string{true: code, false: "UnknownOperationException"}[ok])
		return
	}
	fmt.Fprint(w, answer)
}

// trailKeeper keeps observations.
type trailKeeper struct {
	got []*trail.Observation
	err error
}

func (k *trailKeeper) Home(context.Context, string) (bool, error) { return false, nil }
func (k *trailKeeper) KeepAccount(context.Context, *inventory.Account) (string, error) {
	return "", nil
}
func (k *trailKeeper) KeepOrganization(context.Context, []byte) (string, error) { return "", nil }
func (k *trailKeeper) KeepTrails(_ context.Context, o *trail.Observation) error {
	k.got = append(k.got, o)
	return k.err
}

const (
	mainARN = "arn:aws:cloudtrail:us-east-1:111122223333:trail/main"
	farARN  = "arn:aws:cloudtrail:eu-west-1:111122223333:trail/far"
	orgARN  = "arn:aws:cloudtrail:eu-central-1:444455556666:trail/org"
)

// recorded are answers in the form of the API reference: a trail of every Region, one of
// an organization whose home is elsewhere, and one of another Region only.
func recorded() map[string]string {
	return map[string]string{
		"DescribeTrails us-east-1": `{"trailList":[{"Name":"main","S3BucketName":"logs","IncludeGlobalServiceEvents":true,"IsMultiRegionTrail":true,"HomeRegion":"us-east-1","TrailARN":"` + mainARN + `","LogFileValidationEnabled":true,"HasCustomEventSelectors":true,"HasInsightSelectors":false,"IsOrganizationTrail":false},
			{"Name":"org","S3BucketName":"org-logs","S3KeyPrefix":"p","IsMultiRegionTrail":true,"HomeRegion":"eu-central-1","TrailARN":"` + orgARN + `","IsOrganizationTrail":true}]}`,
		"ListTrails us-east-1":                     `{"Trails":[{"TrailARN":"` + mainARN + `","Name":"main","HomeRegion":"us-east-1"},{"TrailARN":"` + farARN + `","Name":"far","HomeRegion":"eu-west-1"}]}`,
		"DescribeTrails eu-west-1 " + farARN:       `{"trailList":[{"Name":"far","S3BucketName":"far","IsMultiRegionTrail":false,"HomeRegion":"eu-west-1","TrailARN":"` + farARN + `","IsOrganizationTrail":false}]}`,
		"GetTrailStatus us-east-1 " + mainARN:      `{"IsLogging":true,"LatestDeliveryTime":1780300000.123,"StartLoggingTime":1700000000.25,"LatestDeliveryAttemptTime":"2026-06-01T07:00:00Z","TimeLoggingStarted":"2023-11-14T22:13:20Z","TimeLoggingStopped":""}`,
		"GetTrailStatus eu-west-1 " + farARN:       `{"IsLogging":false,"StartLoggingTime":1700000000,"StopLoggingTime":1710000000}`,
		"GetTrailStatus eu-central-1 " + orgARN:    `{"IsLogging":true,"StartLoggingTime":1700000000,"LatestDeliveryError":"AccessDenied"}`,
		"GetEventSelectors us-east-1 " + mainARN:   `{"TrailARN":"` + mainARN + `","EventSelectors":[{"ReadWriteType":"All","IncludeManagementEvents":true,"DataResources":[{"Type":"AWS::S3::Object","Values":["arn:aws:s3"]}],"ExcludeManagementEventSources":["kms.amazonaws.com"]}]}`,
		"GetEventSelectors eu-west-1 " + farARN:    `{"TrailARN":"` + farARN + `","AdvancedEventSelectors":[{"Name":"m","FieldSelectors":[{"Field":"eventCategory","Equals":["Data"]},{"Field":"resources.type","Equals":["AWS::SQS::Queue"]},{"Field":"readOnly","Equals":["true"]}]}]}`,
		"GetEventSelectors eu-central-1 " + orgARN: "!TrailNotFoundException",
	}
}

// trailRun is a run at noon whose API is at an address.
func trailRun(t *testing.T, endpoint string, keeper Keeper, notes *[]string) *run {
	config := aws.Config{Region: "us-east-1", BaseEndpoint: aws.String(endpoint), Credentials: credentials.NewStaticCredentialsProvider(servers.Key, servers.Secret, "")}
	r := runAt(t, mem.New(), noon, func(c *Config) { c.AWS, c.Keeper = config, keeper })
	r.Note = func(text string) { *notes = append(*notes, text) }
	r.Traffic = &Traffic{}
	r.clients = newClients(config, MaxRate, r.Traffic)
	return r
}

func TestTrailsArePulled(t *testing.T) {
	api := &trailAPI{t: t, answers: recorded()}
	server := httptest.NewServer(api)
	defer server.Close()
	var notes []string
	keeper := &trailKeeper{}
	r := trailRun(t, server.URL, keeper, &notes)
	got, err := r.trails(t.Context(), account, nil)
	if err != nil || got.n != 2 || len(keeper.got) != 1 {
		t.Fatalf("%+v, %v: %d observations", got, err, len(keeper.got))
	}
	if len(got.reasons) != 1 || got.reasons[0] != "CloudTrail GetEventSelectors: TrailNotFoundException: no" {
		t.Errorf("reasons %q", got.reasons)
	}
	o := keeper.got[0]
	if o.Account != account || !o.At.Equal(noon) || !slices.Equal(o.Listed, []string{mainARN, farARN}) || len(o.Trails) != 3 {
		t.Fatalf("%+v", o)
	}
	main, org, far := o.Trails[0], o.Trails[1], o.Trails[2]
	if main.Selectors.Whole("AWS::S3::Object", "aws") != trail.All || main.Selectors.MayManage("kms.amazonaws.com") != 0 || !main.MultiRegion || main.Bucket != "logs" ||
		!main.Status.Logging || main.Status.Started.UnixMilli() != 1700000000250 {
		t.Errorf("%+v %+v", main, main.Status)
	}
	if org.Selectors != nil || org.Status.DeliveryError != "AccessDenied" || !org.Organization || org.Prefix != "p" {
		t.Errorf("%+v", org)
	}
	if far.Selectors.Whole("AWS::SQS::Queue", "aws") != trail.Reads || far.Status.Logging || far.MultiRegion || far.Status.Stopped.IsZero() {
		t.Errorf("%+v", far)
	}
	if n := r.Traffic.Requests.Load(); n != 9 || len(api.asked) != 9 {
		t.Errorf("%d requests: %q", n, api.asked)
	}
}

// TestTrailsThatAreRefused: nothing of it fails the account, and what is not read is
// not kept as read.
func TestTrailsThatAreRefused(t *testing.T) {
	for name, c := range map[string]struct {
		change map[string]string
		kept   int // observations
		trails int // in it
		listed bool
		whole  int
		reason string
	}{
		"all of it":         {map[string]string{"DescribeTrails us-east-1": "!AccessDeniedException"}, 0, 0, false, 0, "CloudTrail DescribeTrails: AccessDeniedException: no"},
		"an API without it": {map[string]string{"DescribeTrails us-east-1": "!UnknownOperationException"}, 0, 0, false, 0, "CloudTrail DescribeTrails: UnknownOperationException: no"},
		"another API": {map[string]string{"DescribeTrails us-east-1": "<ErrorResponse><Error><Code>SignatureDoesNotMatch</Code></Error></ErrorResponse>"}, 0, 0, false, 0,
			"CloudTrail DescribeTrails: HTTP status 403, and no answer of CloudTrail: there may be none at this address"},
		"the list":                {map[string]string{"ListTrails us-east-1": "!AccessDeniedException"}, 1, 2, false, 1, "CloudTrail ListTrails: AccessDeniedException: no"},
		"the other Region":        {map[string]string{"DescribeTrails eu-west-1 " + farARN: "!AccessDeniedException"}, 1, 2, true, 1, "CloudTrail DescribeTrails: AccessDeniedException: no"},
		"a status":                {map[string]string{"GetTrailStatus us-east-1 " + mainARN: "!AccessDeniedException"}, 1, 3, true, 1, "CloudTrail GetTrailStatus: AccessDeniedException: no"},
		"selectors of another":    {map[string]string{"GetEventSelectors us-east-1 " + mainARN: `{"TrailARN":"` + farARN + `"}`}, 1, 3, true, 1, "CloudTrail GetEventSelectors: an answer that cannot be used: it is about"},
		"a status without a word": {map[string]string{"GetTrailStatus us-east-1 " + mainARN: `{}`}, 1, 3, true, 1, "CloudTrail GetTrailStatus: an answer that cannot be used: IsLogging is missing"},
		"trails without names":    {map[string]string{"DescribeTrails us-east-1": `{"trailList":[{"Name":"x"}]}`}, 0, 0, false, 0, "is not the ARN of a trail"},
	} {
		t.Run(name, func(t *testing.T) {
			api := &trailAPI{t: t, answers: recorded()}
			for key, answer := range c.change {
				api.answers[key] = answer
			}
			server := httptest.NewServer(api)
			defer server.Close()
			var notes []string
			keeper := &trailKeeper{}
			r := trailRun(t, server.URL, keeper, &notes)
			got, err := r.trails(t.Context(), account, nil)
			if err != nil || len(keeper.got) != c.kept || got.n != c.whole || !strings.Contains(strings.Join(got.reasons, "\n"), c.reason) {
				t.Fatalf("%+v, %v: %d observations", got, err, len(keeper.got))
			}
			if c.kept > 0 && (len(keeper.got[0].Trails) != c.trails || (keeper.got[0].Listed != nil) != c.listed) {
				t.Errorf("%+v", keeper.got[0])
			}
			result := AccountResult{TrailReasons: got.reasons, trailGroups: got.groups}
			r.tellTrails([]AccountResult{result, {}, result})
			if len(notes) != len(got.groups) || !strings.HasPrefix(notes[0], "trails of 2 accounts are not read, or not whole (CloudTrail ") {
				t.Errorf("notes %q", notes)
			}
		})
	}
}

// TestAStoreThatFailsEndsTheRun, also over trails.
func TestAStoreThatFailsEndsTheRun(t *testing.T) {
	server := httptest.NewServer(&trailAPI{t: t, answers: recorded()})
	defer server.Close()
	var notes []string
	_, err := trailRun(t, server.URL, &trailKeeper{err: io.ErrShortWrite}, &notes).trails(t.Context(), account, nil)
	if fatal, ok := err.(*keeperError); !ok || fatal.error != io.ErrShortWrite {
		t.Error(err)
	}
}

// TestARealServer: kumo has trails and their status, and neither lists them nor
// has selectors.
func TestARealServer(t *testing.T) {
	endpoint := servers.SQS(t)
	var notes []string
	keeper := &trailKeeper{}
	r := trailRun(t, endpoint, keeper, &notes)
	client := r.clients.cloudtrail(nil, "us-east-1")
	made, err := client.CreateTrail(t.Context(), &cloudtrail.CreateTrailInput{Name: aws.String("main"), S3BucketName: aws.String("logs"), IsMultiRegionTrail: aws.Bool(true)})
	if err == nil {
		_, err = client.StartLogging(t.Context(), &cloudtrail.StartLoggingInput{Name: made.Name})
	}
	if err != nil {
		t.Fatal(err)
	}
	got, err := r.trails(t.Context(), account, nil)
	if err != nil || len(keeper.got) != 1 || got.n != 0 {
		t.Fatalf("%+v, %v: %d observations", got, err, len(keeper.got))
	}
	o := keeper.got[0]
	if len(o.Trails) != 1 || o.Listed != nil || o.Trails[0].ARN != aws.ToString(made.TrailARN) || !o.Trails[0].MultiRegion || o.Trails[0].Bucket != "logs" || o.Trails[0].Selectors != nil {
		t.Fatalf("%+v", o)
	}
	if s := o.Trails[0].Status; s == nil || !s.Logging {
		t.Errorf("%+v", s)
	}
	if text := strings.Join(got.reasons, "\n"); !strings.Contains(text, "CloudTrail ListTrails: ") || !strings.Contains(text, "CloudTrail GetEventSelectors: ") {
		t.Errorf("%q", text)
	}
}
