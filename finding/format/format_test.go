package format

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ebbmark/ebbmark/finding"
)

func unusedAnalyzer() finding.Name {
	return finding.Name{Partition: "aws", Region: "us-east-1", Account: "111122223333", Name: "unused"}
}

func at(text string) time.Time {
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		panic(err)
	}
	return t
}

func base(id, resource string, kind finding.Type, status finding.Status) finding.Finding {
	f := finding.Finding{
		ID: id, Resource: resource, Owner: "111122223333", Type: kind, Status: status,
		CreatedAt: at("2026-06-01T12:00:00Z"), UpdatedAt: at("2026-06-01T12:00:00Z"), AnalyzedAt: at("2026-06-02T12:00:00Z"),
		ResourceType: finding.RoleResource,
	}
	if strings.Contains(resource, ":user/") {
		f.ResourceType = finding.UserResource
	}
	return f
}

func idle() *finding.Detailed {
	f := base("6f1c0c1e-0000-4000-8000-000000000001", "arn:aws:iam::111122223333:role/idle", finding.UnusedIAMRole, finding.Active)
	return f.Detail(nil)
}

func aliceKey() *finding.Detailed {
	f := base("6f1c0c1e-0000-4000-8000-000000000002", "arn:aws:iam::111122223333:user/alice", finding.UnusedIAMUserAccessKey, finding.Archived)
	f.Key, f.UpdatedAt = "AKIAALICEEXAMPLE0002", at("2026-06-03T08:00:00.25Z")
	return f.Detail(nil)
}

func bobPassword() *finding.Detailed {
	f := base("6f1c0c1e-0000-4000-8000-000000000003", "arn:aws:iam::111122223333:user/dev/bob", finding.UnusedIAMUserPassword, finding.Resolved)
	f.LastAccessed = at("2026-01-10T00:00:00Z")
	return f.Detail(nil)
}

func appPermission() *finding.Detailed {
	f := base("6f1c0c1e-0000-4000-8000-000000000004", "arn:aws:iam::111122223333:role/service/app", finding.UnusedPermission, finding.Active)
	f.Services, f.Actions = 2, 1
	return f.Detail([]finding.Permission{
		{Namespace: "ec2"},
		{Namespace: "s3", LastAccessed: at("2026-05-30T00:00:00Z"), Actions: []finding.Action{{Name: "DeleteBucket"}}},
	})
}

func openRole() *finding.Detailed {
	f := base("6f1c0c1e-0000-4000-8000-000000000005", "arn:aws:iam::111122223333:role/open", finding.ExternalAccess, finding.Active)
	f.Key = "digest"
	f.External = &finding.External{Actions: []string{"sts:AssumeRole"}, Principal: map[string]string{"AWS": "*"}, Public: true}
	return f.Detail(nil)
}

func all() []*finding.Detailed {
	return []*finding.Detailed{idle(), aliceKey(), bobPassword(), appPermission(), openRole()}
}

func sequence(list ...*finding.Detailed) Findings {
	return func(yield func(*finding.Detailed, error) bool) {
		for _, f := range list {
			if !yield(f, nil) {
				return
			}
		}
	}
}

func written(t *testing.T, write Writer, list ...*finding.Detailed) string {
	t.Helper()
	var b strings.Builder
	if err := write(&b, unusedAnalyzer(), sequence(list...)); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestGolden(t *testing.T) {
	for name, test := range map[string]struct {
		write Writer
		list  []*finding.Detailed
		want  string
	}{
		"json has the members of the API": {JSON, []*finding.Detailed{aliceKey(), appPermission()}, `{"findings": [
{"analyzedAt":"2026-06-02T12:00:00Z","createdAt":"2026-06-01T12:00:00Z","id":"6f1c0c1e-0000-4000-8000-000000000002","resource":"arn:aws:iam::111122223333:user/alice","resourceType":"AWS::IAM::User","resourceOwnerAccount":"111122223333","status":"ARCHIVED","updatedAt":"2026-06-03T08:00:00.25Z","findingType":"UnusedIAMUserAccessKey","findingDetails":[{"unusedIamUserAccessKeyDetails":{"accessKeyId":"AKIAALICEEXAMPLE0002"}}]},
{"analyzedAt":"2026-06-02T12:00:00Z","createdAt":"2026-06-01T12:00:00Z","id":"6f1c0c1e-0000-4000-8000-000000000004","resource":"arn:aws:iam::111122223333:role/service/app","resourceType":"AWS::IAM::Role","resourceOwnerAccount":"111122223333","status":"ACTIVE","updatedAt":"2026-06-01T12:00:00Z","findingType":"UnusedPermission","findingDetails":[{"unusedPermissionDetails":{"serviceNamespace":"ec2"}},{"unusedPermissionDetails":{"serviceNamespace":"s3","lastAccessed":"2026-05-30T00:00:00Z","actions":[{"action":"DeleteBucket"}]}}]}
]}
`},
		"json without findings": {JSON, nil, "{\"findings\": [\n\n]}\n"},
		"csv has a line for each": {CSV, all(), `id,status,findingType,resource,resourceType,resourceOwnerAccount,createdAt,updatedAt,analyzedAt,lastAccessed,accessKeyId,numberOfUnusedServices,numberOfUnusedActions,unusedServices,unusedActions,principal,action,isPublic,error
6f1c0c1e-0000-4000-8000-000000000001,ACTIVE,UnusedIAMRole,arn:aws:iam::111122223333:role/idle,AWS::IAM::Role,111122223333,2026-06-01T12:00:00Z,2026-06-01T12:00:00Z,2026-06-02T12:00:00Z,,,,,,,,,,
6f1c0c1e-0000-4000-8000-000000000002,ARCHIVED,UnusedIAMUserAccessKey,arn:aws:iam::111122223333:user/alice,AWS::IAM::User,111122223333,2026-06-01T12:00:00Z,2026-06-03T08:00:00.25Z,2026-06-02T12:00:00Z,,AKIAALICEEXAMPLE0002,,,,,,,,
6f1c0c1e-0000-4000-8000-000000000003,RESOLVED,UnusedIAMUserPassword,arn:aws:iam::111122223333:user/dev/bob,AWS::IAM::User,111122223333,2026-06-01T12:00:00Z,2026-06-01T12:00:00Z,2026-06-02T12:00:00Z,2026-01-10T00:00:00Z,,,,,,,,,
6f1c0c1e-0000-4000-8000-000000000004,ACTIVE,UnusedPermission,arn:aws:iam::111122223333:role/service/app,AWS::IAM::Role,111122223333,2026-06-01T12:00:00Z,2026-06-01T12:00:00Z,2026-06-02T12:00:00Z,,,2,1,ec2,s3:DeleteBucket,,,,
6f1c0c1e-0000-4000-8000-000000000005,ACTIVE,ExternalAccess,arn:aws:iam::111122223333:role/open,AWS::IAM::Role,111122223333,2026-06-01T12:00:00Z,2026-06-01T12:00:00Z,2026-06-02T12:00:00Z,,,,,,,AWS *,sts:AssumeRole,true,
`},
		"asff has a resource for the access key": {ASFF, []*finding.Detailed{aliceKey()}, `[{"SchemaVersion":"2018-10-08","Id":"arn:aws:access-analyzer:us-east-1:111122223333:analyzer/unused/finding/6f1c0c1e-0000-4000-8000-000000000002","ProductArn":"arn:aws:securityhub:us-east-1:111122223333:product/111122223333/default","ProductName":"ebbmark","CompanyName":"ebbmark","GeneratorId":"arn:aws:access-analyzer:us-east-1:111122223333:analyzer/unused","AwsAccountId":"111122223333","Types":["Software and Configuration Checks/AWS Security Best Practices/Unused Access"],"CreatedAt":"2026-06-01T12:00:00Z","UpdatedAt":"2026-06-03T08:00:00.25Z","Severity":{"Label":"MEDIUM","Original":"MEDIUM"},"Title":"Access key AKIAALICEEXAMPLE0002 of user alice is not used","Description":"Access key AKIAALICEEXAMPLE0002 of user alice is not used. Resource: arn:aws:iam::111122223333:user/alice. Last use: none known.","Remediation":{"Recommendation":{"Text":"Deactivate the access key, and delete it when nobody misses it."}},"ProductFields":{"ebbmark/findingType":"UnusedIAMUserAccessKey","ebbmark/status":"ARCHIVED"},"Resources":[{"Type":"AwsIamUser","Id":"arn:aws:iam::111122223333:user/alice","Partition":"aws","Details":{"AwsIamUser":{"UserName":"alice"}}},{"Type":"AwsIamAccessKey","Id":"AKIAALICEEXAMPLE0002","Partition":"aws","Details":{"AwsIamAccessKey":{"AccessKeyId":"AKIAALICEEXAMPLE0002"}}}],"RecordState":"ARCHIVED"}]
`},
		"sarif passes what is resolved": {SARIF, []*finding.Detailed{bobPassword(), openRole()}, `{"version":"2.1.0","$schema":"https://json.schemastore.org/sarif-2.1.0.json","runs":[{"tool":{"driver":{"name":"ebbmark","rules":[{"id":"UnusedIAMRole","shortDescription":{"text":"A role is not used."},"help":{"text":"Delete the role, or archive the finding if the role must stay."}},{"id":"UnusedIAMUserAccessKey","shortDescription":{"text":"An active access key is not used."},"help":{"text":"Deactivate the access key, and delete it when nobody misses it."}},{"id":"UnusedIAMUserPassword","shortDescription":{"text":"A password is not used."},"help":{"text":"Delete the user's password."}},{"id":"UnusedPermission","shortDescription":{"text":"Permissions are not used."},"help":{"text":"Ask for a recommendation (GenerateFindingRecommendation) and take the unused permissions away."}},{"id":"ExternalAccess","shortDescription":{"text":"A role can be assumed from outside the zone of trust."},"help":{"text":"Narrow the trust policy, or archive the finding if the access is meant."}}]}},"automationDetails":{"id":"arn:aws:access-analyzer:us-east-1:111122223333:analyzer/unused/"},"results":[
{"ruleId":"UnusedIAMUserPassword","ruleIndex":2,"kind":"pass","level":"none","message":{"text":"The password of user bob is not used. Resource: arn:aws:iam::111122223333:user/dev/bob. Last use: 2026-01-10T00:00:00Z."},"locations":[{"physicalLocation":{"artifactLocation":{"uri":"iam/111122223333/user/dev/bob"}},"logicalLocations":[{"name":"bob","fullyQualifiedName":"arn:aws:iam::111122223333:user/dev/bob","kind":"resource"}]}],"partialFingerprints":{"findingId/v1":"6f1c0c1e-0000-4000-8000-000000000003"}},
{"ruleId":"ExternalAccess","ruleIndex":4,"kind":"fail","level":"error","message":{"text":"The trust policy of arn:aws:iam::111122223333:role/open lets AWS * in (sts:AssumeRole)."},"locations":[{"physicalLocation":{"artifactLocation":{"uri":"iam/111122223333/role/open"}},"logicalLocations":[{"name":"open","fullyQualifiedName":"arn:aws:iam::111122223333:role/open","kind":"resource"}]}],"partialFingerprints":{"findingId/v1":"6f1c0c1e-0000-4000-8000-000000000005"}}
]}]}
`},
	} {
		t.Run(name, func(t *testing.T) {
			if got := written(t, test.write, test.list...); got != test.want {
				t.Errorf("got\n%s\nwant\n%s", got, test.want)
			}
		})
	}
}

// The ids of events are UUIDs made of a hash: what matters of them is tested in
// TestEventID, so they are taken out here.
func TestGoldenWithEventIDs(t *testing.T) {
	for name, test := range map[string]struct {
		write Writer
		f     *finding.Detailed
		want  string
	}{
		"event of a role": {Events, idle(), `{"version":"0","id":"ID","detail-type":"Unused Access Finding for IAM entities","source":"aws.access-analyzer","account":"111122223333","time":"2026-06-01T12:00:00Z","region":"us-east-1","resources":["arn:aws:access-analyzer:us-east-1:111122223333:analyzer/unused"],"detail":{"id":"6f1c0c1e-0000-4000-8000-000000000001","accountId":"111122223333","resource":"arn:aws:iam::111122223333:role/idle","findingType":"UnusedIAMRole","status":"ACTIVE","analyzedAt":"2026-06-02T12:00:00Z"}}
`},
		"event of permissions counts them": {Events, appPermission(), `{"version":"0","id":"ID","detail-type":"Unused Access Finding for IAM entities","source":"aws.access-analyzer","account":"111122223333","time":"2026-06-01T12:00:00Z","region":"us-east-1","resources":["arn:aws:access-analyzer:us-east-1:111122223333:analyzer/unused"],"detail":{"id":"6f1c0c1e-0000-4000-8000-000000000004","accountId":"111122223333","resource":"arn:aws:iam::111122223333:role/service/app","findingType":"UnusedPermission","status":"ACTIVE","analyzedAt":"2026-06-02T12:00:00Z","numberOfUnusedServices":2,"numberOfUnusedActions":1}}
`},
		"event of external access says who": {Events, openRole(), `{"version":"0","id":"ID","detail-type":"Access Analyzer Finding","source":"aws.access-analyzer","account":"111122223333","time":"2026-06-01T12:00:00Z","region":"us-east-1","resources":["arn:aws:access-analyzer:us-east-1:111122223333:analyzer/unused"],"detail":{"id":"6f1c0c1e-0000-4000-8000-000000000005","accountId":"111122223333","resource":"arn:aws:iam::111122223333:role/open","findingType":"ExternalAccess","status":"ACTIVE","analyzedAt":"2026-06-02T12:00:00Z","principal":{"AWS":"*"},"action":["sts:AssumeRole"],"condition":{},"isPublic":true}}
`},
		"ocsf of a role": {OCSF, idle(), `{"activity_id":1,"category_uid":2,"class_uid":2004,"type_uid":200401,"time":1780315200000,"severity_id":3,"severity":"Medium","status_id":1,"status":"New","finding_info":{"uid":"6f1c0c1e-0000-4000-8000-000000000001","title":"Role idle is not used","desc":"Role idle is not used. Resource: arn:aws:iam::111122223333:role/idle. Last use: none known.","types":["UnusedIAMRole"],"created_time":1780315200000,"modified_time":1780315200000,"last_seen_time":1780401600000},"metadata":{"uid":"ID","version":"1.3.0","profiles":["cloud"],"product":{"name":"ebbmark","vendor_name":"ebbmark","feature":{"name":"unused","uid":"arn:aws:access-analyzer:us-east-1:111122223333:analyzer/unused"}}},"cloud":{"provider":"AWS","account":{"uid":"111122223333"},"region":"us-east-1"},"resources":[{"uid":"arn:aws:iam::111122223333:role/idle","name":"idle","type":"AWS::IAM::Role","cloud_partition":"aws"}],"remediation":{"desc":"Delete the role, or archive the finding if the role must stay."},"unmapped":{"findingDetails":[{"unusedIamRoleDetails":{}}]}}
`},
	} {
		t.Run(name, func(t *testing.T) {
			got := strings.ReplaceAll(written(t, test.write, test.f), EventID(&test.f.Finding), "ID")
			if got != test.want {
				t.Errorf("got\n%s\nwant\n%s", got, test.want)
			}
		})
	}
}

func TestEventID(t *testing.T) {
	id := EventID(&idle().Finding)
	if len(id) != 36 || id[14] != '8' || !strings.ContainsRune("89ab", rune(id[19])) {
		t.Errorf("%s is no UUID of version 8", id)
	}
	again, scanned, moved := idle(), idle(), idle()
	scanned.AnalyzedAt = at("2027-01-01T00:00:00Z")
	moved.Status = finding.Archived
	if EventID(&again.Finding) != id || EventID(&scanned.Finding) != id {
		t.Error("the same state has two ids")
	}
	if EventID(&moved.Finding) == id {
		t.Error("two states have one id")
	}
}

func TestEveryFormatIsJSONAndKeepsTheStatus(t *testing.T) {
	for _, name := range Names() {
		text := written(t, Named(name), all()...)
		if name == "csv" {
			continue
		}
		n := 0
		for dec := json.NewDecoder(strings.NewReader(text)); ; n++ {
			var v any
			if err := dec.Decode(&v); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				t.Fatalf("%s: %v in %s", name, err, text)
			}
		}
		if want := map[string]int{"json": 1, "asff": 1, "sarif": 1, "ocsf": 5, "event": 5}[name]; n != want {
			t.Errorf("%s wrote %d values, want %d", name, n, want)
		}
	}
	if Named("xml") != nil {
		t.Error("there is a format xml")
	}
}

func TestASFFKeepsItsLimits(t *testing.T) {
	many := make([]*finding.Detailed, 0, 205)
	for i := range 205 {
		f := appPermission()
		f.ID = fmt.Sprint(i)
		for j := range 400 {
			f.Details = append(f.Details, finding.Detail{Permission: &finding.Permission{Namespace: fmt.Sprintf("sérvice%d", j)}})
		}
		many = append(many, f)
	}
	var sizes []int
	for line := range strings.Lines(written(t, ASFF, many...)) {
		var batch []struct{ Title, Description string }
		if err := json.Unmarshal([]byte(line), &batch); err != nil {
			t.Fatal(err)
		}
		sizes = append(sizes, len(batch))
		if d := []rune(batch[0].Description); len(d) != 1024 || d[1023] != '…' {
			t.Errorf("the description has %d characters", len(d))
		}
	}
	if !slices.Equal(sizes, []int{100, 100, 5}) {
		t.Errorf("batches of %v", sizes)
	}
}

func TestAnErrorEndsTheWriting(t *testing.T) {
	broken := errors.New("broken")
	for _, name := range Names() {
		err := Named(name)(io.Discard, unusedAnalyzer(), func(yield func(*finding.Detailed, error) bool) {
			if yield(idle(), nil) {
				yield(nil, broken)
			}
		})
		if !errors.Is(err, broken) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAWriterThatFailsIsTold(t *testing.T) {
	r, w := io.Pipe()
	r.Close()
	for _, name := range Names() {
		if err := Named(name)(w, unusedAnalyzer(), sequence(all()...)); !errors.Is(err, io.ErrClosedPipe) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
