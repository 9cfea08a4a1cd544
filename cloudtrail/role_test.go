package cloudtrail

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// passesOf are the targets of the passes that a record is evidence of, read in
// all ways: alone, as it is and with blanks, and in a list thrice, so that its
// form is known at the end.
func passesOf(t *testing.T, record string) []string {
	t.Helper()
	var all [][]string
	spaced := strings.ReplaceAll(strings.ReplaceAll(record, `,"`, ` , "`), `":`, `" : `)
	for _, text := range []string{record, spaced, `{"Records":[` + record + "," + record + "," + spaced + "," + record + `]}`} {
		err := Scan(strings.NewReader(text), func(r *Record) error {
			list, reason, err := r.Attempts(nil, testNow)
			if err != nil || reason != "" || len(list) == 0 || list[0].Kind != Call {
				t.Fatalf("%v, %q, %+v", err, reason, list)
			}
			targets := []string{}
			for _, a := range list {
				if a.Kind == Pass {
					targets = append(targets, a.Target)
				}
			}
			all = append(all, targets)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for i := range all {
		if !slices.Equal(all[i], all[0]) {
			t.Errorf("reading %d gives %q, not %q", i, all[i], all[0])
		}
	}
	return all[0]
}

func TestRolesThatCallsHandOver(t *testing.T) {
	const arn = "arn:aws:iam::111122223333:role/"
	many, names := "", []string{}
	for i := range 18 {
		many += fmt.Sprintf(`,{"id":"%[1]d","roleArn":"r%[1]d"}`, i)
		names = append(names, fmt.Sprint("r", i))
	}
	for what, c := range map[string]struct {
		source, name, parameters string
		want                     []string
	}{
		"a function": {"lambda", "CreateFunction20150331", `{"functionName":"f","role":"` + arn + `service-role/f","runtime":"go"}`, []string{arn + "service-role/f"}},
		"a task": {"ecs", "RegisterTaskDefinition", `{"family":"f","taskRoleArn":"` + arn + `task","executionRoleArn":"` + arn + `execution","containerDefinitions":[{"name":"c","environment":[{"name":"ROLE","value":"x"}]}]}`,
			[]string{arn + "task", arn + "execution"}},
		"a task's override":       {"ecs", "RunTask", `{"overrides":{"taskRoleArn":"` + arn + `other","containerOverrides":[]}}`, []string{arn + "other"}},
		"a stack":                 {"cloudformation", "CreateStack", `{"stackName":"s","roleARN":"` + arn + `deploy"}`, []string{arn + "deploy"}},
		"stacks, by name":         {"cloudformation", "CreateStackSet", `{"administrationRoleARN":"` + arn + `admin","executionRoleName":"Execution"}`, []string{arn + "admin", "Execution"}},
		"an instance, by name":    {"ec2", "RunInstances", `{"instancesSet":{"items":[{"imageId":"ami-1"}]},"iamInstanceProfile":{"name":"web"}}`, []string{"web"}},
		"an instance, by ARN":     {"ec2", "RunInstances", `{"iamInstanceProfile":{"arn":"arn:aws:iam::111122223333:instance-profile/web","other":"x"}}`, []string{"arn:aws:iam::111122223333:instance-profile/web"}},
		"an instance that runs":   {"ec2", "AssociateIamInstanceProfile", `{"AssociateIamInstanceProfileRequest":{"IamInstanceProfile":{"Name":"web"},"InstanceId":"i-1"}}`, []string{"web"}},
		"a launch configuration":  {"autoscaling", "CreateLaunchConfiguration", `{"iamInstanceProfile":"web"}`, []string{"web"}},
		"targets of a rule":       {"events", "PutTargets", `{"rule":"r","targets":[{"id":"1","arn":"arn:aws:ecs:x","roleArn":"` + arn + `a"},{"id":"2","arn":"y"},{"id":"3","roleArn":"` + arn + `b"},{"id":"4","roleArn":"` + arn + `a"}]}`, []string{arn + "a", arn + "b"}},
		"a training job":          {"sagemaker", "CreateTrainingJob", `{"trainingJobName":"j","roleArn":"` + arn + `train"}`, []string{arn + "train"}},
		"a model":                 {"sagemaker", "CreateModel", `{"executionRoleArn":"` + arn + `model"}`, []string{arn + "model"}},
		"a cluster":               {"elasticmapreduce", "RunJobFlow", `{"instances":{"ec2KeyName":"k"},"jobFlowRole":"EMR_EC2_DefaultRole","serviceRole":"EMR_DefaultRole"}`, []string{"EMR_EC2_DefaultRole", "EMR_DefaultRole"}},
		"actions of a pipeline":   {"codepipeline", "CreatePipeline", `{"pipeline":{"name":"p","stages":[{"name":"s","actions":[{"name":"a","roleArn":"` + arn + `act"}]}],"roleArn":"` + arn + `pipe"}}`, []string{arn + "act", arn + "pipe"}},
		"a list":                  {"redshift", "CreateCluster", `{"iamRoles":["` + arn + `a","` + arn + `b",7,null],"masterUsername":"x"}`, []string{arn + "a", arn + "b"}},
		"by kind":                 {"cognito-identity", "SetIdentityPoolRoles", `{"roles":{"authenticated":"` + arn + `in","unauthenticated":"` + arn + `out","note":"text"}}`, []string{arn + "in", arn + "out"}},
		"parameters of documents": {"ssm", "StartAutomationExecution", `{"parameters":{"AutomationAssumeRole":["` + arn + `auto"],"InstanceId":["i-1"]}}`, []string{arn + "auto"}},
		"an instance profile":     {"iam", "AddRoleToInstanceProfile", `{"roleName":"web"}`, []string{"web"}},

		"an escape":                   {"lambda", "CreateFunction", `{"role":"arn:aws:iam::111122223333:role\/f"}`, []string{arn + "f"}},
		"an escape in the key":        {"lambda", "CreateFunction", `{"r\u006fle":"f"}`, []string{"f"}},
		"an escape elsewhere":         {"lambda", "CreateFunction", `{"description":"\"role\":\"no\"","role":"f"}`, []string{"f"}},
		"the longest":                 {"lambda", "CreateFunction", `{"role":"` + strings.Repeat("x", 700) + `"}`, []string{strings.Repeat("x", 700)}},
		"longer than any":             {"lambda", "CreateFunction", `{"role":"` + strings.Repeat("x", 701) + `"}`, []string{}},
		"very long":                   {"lambda", "CreateFunction", `{"role":"` + strings.Repeat("x", 300_000) + `","roleArn":"r"}`, []string{"r"}},
		"no strings":                  {"lambda", "CreateFunction", `{"role":7,"roleArn":true,"taskRole":null,"roles":[],"iamRole":{}}`, []string{}},
		"no role's name":              {"lambda", "CreateFunction", `{"role":"two words","roleArn":"é","taskRole":"","iamRole":"a/"}`, []string{}},
		"a key twice":                 {"lambda", "CreateFunction", `{"role":"a","role":"b"}`, []string{"a", "b"}},
		"other keys":                  {"lambda", "CreateFunction", `{"roleSessionName":"a","rolex":"b","controller":"c","roleDescription":"d"}`, []string{}},
		"no object":                   {"lambda", "CreateFunction", `"role"`, []string{}},
		"sixteen levels":              {"lambda", "CreateFunction", strings.Repeat(`{"a":`, 14) + `{"role":"r"}` + strings.Repeat("}", 14), []string{"r"}},
		"more levels":                 {"lambda", "CreateFunction", strings.Repeat(`{"a":`, 15) + `{"role":"r"}` + strings.Repeat("}", 15), []string{}},
		"more than are kept":          {"events", "PutTargets", `{"targets":[{}` + many + `]}`, append(names[:16:16], "*")},
		"sixteen, some of them twice": {"events", "PutTargets", `{"targets":[{}` + many[:strings.Index(many, `,{"id":"16"`)] + `,{"roleArn":"r0"}]}`, names[:16]},

		"a role to become":       {"sts", "AssumeRole", `{"roleArn":"` + arn + `a","roleSessionName":"s"}`, []string{}},
		"a role that it's about": {"iam", "UpdateRole", `{"roleName":"a"}`, []string{}},
		"a role that is given":   {"iam", "AttachRolePolicy", `{"roleName":"a"}`, []string{"a"}},
	} {
		t.Run(what, func(t *testing.T) {
			got := passesOf(t, usual("eventSource", `"`+c.source+`.amazonaws.com"`, "eventName", `"`+c.name+`"`, "requestParameters", c.parameters))
			if !slices.Equal(got, c.want) {
				t.Errorf("got %q\nwant %q", got, c.want)
			}
		})
	}
}

func TestAPassIsTheCallsOfItsRecord(t *testing.T) {
	record := usual("eventSource", `"lambda.amazonaws.com"`, "eventName", `"CreateFunction20150331"`, "errorCode", `"AccessDeniedException"`, "requestParameters", `{"role":"f"}`)
	const want = "call 111122223333 AIDAALICEEXAMPLE00001 lambda.amazonaws.com CreateFunction20150331 us-east-1 management denied 2026-05-30T10:15:30Z e1\n" +
		"pass 111122223333 AIDAALICEEXAMPLE00001 lambda.amazonaws.com CreateFunction20150331 us-east-1 management denied of f 2026-05-30T10:15:30Z e1"
	if got := evidence(record); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if got := passesOf(t, usual("eventCategory", `"Data"`, "requestParameters", `{"role":"f"}`)); len(got) > 0 {
		t.Errorf("a data event hands over %q", got)
	}
}

func TestRolesInOtherForms(t *testing.T) {
	table := "eventTime,eventSource,eventName,awsRegion,userIdentity,requestParameters\n" +
		`2026-05-30T10:15:30Z,ec2.amazonaws.com,RunInstances,us-east-1,"{type=IAMUser, principalid=AIDAALICEEXAMPLE00001, accountid=111122223333}","{""iamInstanceProfile"":{""name"":""web""},""a"":{""roleArn"":""r""}}"` + "\n"
	ocsf := `{"metadata":{"product":{"version":"1.08","name":"CloudTrail"},"uid":"e"},"time":1780136130000,"cloud":{"region":"eu-west-1"},"class_uid":6003,` +
		`"api":{"operation":"CreateFunction","service":{"name":"lambda.amazonaws.com"},"request":{"data":"{\"role\":\"f\"}"}},` +
		`"actor":{"user":{"type":"AssumedRole","uid":"arn:aws:sts::111122223333:assumed-role/app/ada","uid_alt":"AROAAPPEXAMPLE0000001:ada","account":{"uid":"111122223333"}}},"unmapped":{"eventCategory":"Management","userIdentity.sessionContext.sourceIdentity":"ada"}}`
	for text, want := range map[string][]string{table: {"pass r", "pass web"}, ocsf: {"session ada", "session source-identity:ada", "pass f"}} {
		got := []string{}
		err := Scan(Convert([]byte(text))(strings.NewReader(text)), func(r *Record) error {
			list, reason, err := r.Attempts(nil, testNow)
			if err != nil || len(list) == 0 {
				t.Fatal(err, reason)
			}
			for _, a := range list[1:] {
				got = append(got, map[Kind]string{Pass: "pass ", Session: "session "}[a.Kind]+a.Target)
			}
			return nil
		})
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%v, got %q, want %q", err, got, want)
		}
	}
}
