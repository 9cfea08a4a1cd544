package wire_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/smithy-go"

	"github.com/ebbmark/ebbmark/wire"
)

// A service with the shapes of IAM, written for the client to read.

type user struct {
	Path, UserName, UserId, Arn string
	CreateDate                  time.Time
	PasswordLastUsed            time.Time
	PermissionsBoundary         *boundary
	Tags                        []tag
}

type boundary struct{ PermissionsBoundaryType, PermissionsBoundaryArn string }

type tag struct {
	Key   string
	Value string `wire:",always"`
}

type getUserInput struct{ UserName string }

type getUserOutput struct{ User user }

type listUsersInput struct {
	PathPrefix string `min:"1" max:"512"`
	MaxItems   *int   `min:"1" max:"1000"`
	Marker     *string
}

type listUsersOutput struct {
	Users       []user
	IsTruncated bool
	Marker      string
}

type createPolicyInput struct {
	PolicyName string `required:"true"`
	Tags       []tag
}

type tagsOutput struct{ Policy struct{ Tags []tag } }

type summaryOutput struct{ SummaryMap map[string]int }

type jobOutput struct {
	JobStatus            string
	JobType              string
	JobCreationDate      time.Time `wire:",millis"`
	ServicesLastAccessed []lastAccessed
	JobCompletionDate    time.Time `wire:",millis"`
	IsTruncated          bool
}

type lastAccessed struct {
	ServiceName                string
	LastAuthenticated          time.Time
	ServiceNamespace           string
	TotalAuthenticatedEntities int
}

var (
	created = time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)
	bob     = user{
		Path: "/dev/", UserName: "bob <&>", UserId: "AIDABOBEXAMPLE0000001", Arn: "arn:aws:iam::111122223333:user/dev/bob",
		CreateDate: created, Tags: []tag{{"team", "blue"}, {"empty", ""}},
		PermissionsBoundary: &boundary{"Policy", "arn:aws:iam::111122223333:policy/Boundary"},
	}
)

func sdkService() wire.Service {
	return wire.Service{
		Name: "iam", Version: "2010-05-08", Namespace: "https://iam.amazonaws.com/doc/2010-05-08/",
		Operations: []wire.Operation{
			wire.Op("GetUser", nil, func(_ context.Context, _ wire.Caller, in *getUserInput) (*getUserOutput, error) {
				if in.UserName == "broken" {
					return nil, errors.New("a secret reason")
				}
				if in.UserName != "bob" {
					return nil, wire.Errorf(404, "NoSuchEntity", "The user with name %s cannot be found.", in.UserName)
				}
				return &getUserOutput{bob}, nil
			}),
			wire.Op("ListUsers", nil, func(_ context.Context, _ wire.Caller, in *listUsersInput) (*listUsersOutput, error) {
				if in.Marker != nil {
					return &listUsersOutput{Users: []user{}}, nil
				}
				return &listUsersOutput{[]user{bob, bob}, true, "next"}, nil
			}),
			wire.Op("CreatePolicy", nil, func(_ context.Context, _ wire.Caller, in *createPolicyInput) (*tagsOutput, error) {
				out := new(tagsOutput)
				out.Policy.Tags = in.Tags
				return out, nil
			}),
			wire.Op("DeleteUser", nil, func(context.Context, wire.Caller, *getUserInput) (*wire.NoOutput, error) { return nil, nil }),
			wire.Op("GetAccountSummary", nil, func(context.Context, wire.Caller, *struct{}) (*summaryOutput, error) {
				return &summaryOutput{map[string]int{"Users": 3, "UsersQuota": 5000}}, nil
			}),
			wire.Op("GetServiceLastAccessedDetails", nil, func(context.Context, wire.Caller, *struct{}) (*jobOutput, error) {
				return &jobOutput{
					"COMPLETED", "SERVICE_LEVEL", created.Add(7 * time.Millisecond),
					[]lastAccessed{{"Amazon EC2", time.Time{}, "ec2", 0}, {"Amazon S3", created, "s3", 1}}, created, false,
				}, nil
			}),
		},
	}
}

// client is an unmodified SDK client of the service.
func client(t *testing.T) *iam.Client {
	t.Helper()
	allow := func(context.Context, wire.Caller, string, string) error { return nil }
	router := wire.NewRouter(allow, sdkService())
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		answer := router.Serve(r.Context(), wire.Caller{}, "iam", &wire.Request{ID: "REQ-1", HTTP: r, Body: body})
		w.Header().Set("Content-Type", answer.ContentType)
		w.WriteHeader(answer.Status)
		w.Write(answer.Body)
	}))
	t.Cleanup(server.Close)
	return iam.New(iam.Options{
		Region: "us-east-1", BaseEndpoint: &server.URL, RetryMaxAttempts: 1,
		Credentials: credentials.NewStaticCredentialsProvider("AKIAEXAMPLE", "secret", ""),
	})
}

func TestSDKReadsAnswers(t *testing.T) {
	c, ctx := client(t), t.Context()
	got, err := c.GetUser(ctx, &iam.GetUserInput{UserName: aws.String("bob")})
	if err != nil {
		t.Fatal(err)
	}
	want := &types.User{
		Path: aws.String("/dev/"), UserName: aws.String("bob <&>"), UserId: aws.String("AIDABOBEXAMPLE0000001"),
		Arn: aws.String("arn:aws:iam::111122223333:user/dev/bob"), CreateDate: aws.Time(created),
		PermissionsBoundary: &types.AttachedPermissionsBoundary{
			PermissionsBoundaryArn:  aws.String("arn:aws:iam::111122223333:policy/Boundary"),
			PermissionsBoundaryType: "Policy",
		},
		Tags: []types.Tag{{Key: aws.String("team"), Value: aws.String("blue")}, {Key: aws.String("empty"), Value: aws.String("")}},
	}
	if !reflect.DeepEqual(got.User, want) {
		t.Errorf("got %+v", got.User)
	}
}

func TestSDKPages(t *testing.T) {
	pages := iam.NewListUsersPaginator(client(t), &iam.ListUsersInput{MaxItems: aws.Int32(2)})
	var sizes []int
	for pages.HasMorePages() {
		page, err := pages.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		sizes = append(sizes, len(page.Users))
	}
	if !reflect.DeepEqual(sizes, []int{2, 0}) {
		t.Errorf("pages of %v users", sizes)
	}
}

func TestSDKSendsStructsInLists(t *testing.T) {
	tags := []types.Tag{{Key: aws.String("a=&"), Value: aws.String("ü +")}, {Key: aws.String("b"), Value: aws.String("2")}}
	got, err := client(t).CreatePolicy(t.Context(), &iam.CreatePolicyInput{
		PolicyName: aws.String("p"), PolicyDocument: aws.String("{}"), Tags: tags,
	})
	if err != nil || !reflect.DeepEqual(got.Policy.Tags, tags) {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestSDKReadsMapsTimesAndNothing(t *testing.T) {
	c, ctx := client(t), t.Context()
	summary, err := c.GetAccountSummary(ctx, &iam.GetAccountSummaryInput{})
	if err != nil || !reflect.DeepEqual(summary.SummaryMap, map[string]int32{"Users": 3, "UsersQuota": 5000}) {
		t.Errorf("summary %+v, %v", summary, err)
	}
	job, err := c.GetServiceLastAccessedDetails(ctx, &iam.GetServiceLastAccessedDetailsInput{JobId: aws.String("JOB")})
	if err != nil {
		t.Fatal(err)
	}
	if !job.JobCreationDate.Equal(created.Add(7*time.Millisecond)) || job.Marker != nil || job.IsTruncated ||
		len(job.ServicesLastAccessed) != 2 || job.ServicesLastAccessed[0].LastAuthenticated != nil ||
		*job.ServicesLastAccessed[0].TotalAuthenticatedEntities != 0 || !job.ServicesLastAccessed[1].LastAuthenticated.Equal(created) {
		t.Errorf("job %+v", job)
	}
	if _, err := c.DeleteUser(ctx, &iam.DeleteUserInput{UserName: aws.String("bob")}); err != nil {
		t.Error(err)
	}
}

func TestSDKReadsErrors(t *testing.T) {
	c, ctx := client(t), t.Context()
	_, err := c.GetUser(ctx, &iam.GetUserInput{UserName: aws.String("eve")})
	if missing, ok := errors.AsType[*types.NoSuchEntityException](err); !ok || missing.ErrorMessage() != "The user with name eve cannot be found." {
		t.Errorf("unknown user: %v", err)
	}
	_, err = c.GetUser(ctx, &iam.GetUserInput{UserName: aws.String("broken")})
	if failure, ok := errors.AsType[*types.ServiceFailureException](err); !ok || failure.ErrorFault() != smithy.FaultServer {
		t.Errorf("internal error: %v", err)
	}
	if err == nil || strings.Contains(err.Error(), "secret") || !strings.Contains(err.Error(), "REQ-1") {
		t.Errorf("internal error without id or with its reason: %v", err)
	}
}
