package cloudtrail

import (
	"strconv"
	"testing"
)

func TestOutcomes(t *testing.T) {
	for code, want := range map[string]string{
		"":                                    "succeeded",
		"AccessDenied":                        "denied",
		"AccessDeniedException":               "denied",
		"Client.AccessDenied":                 "denied",
		"Client.UnauthorizedOperation":        "denied",
		"UnauthorizedOperation":               "denied",
		"AuthorizationError":                  "denied",
		"AuthorizationErrorException":         "denied",
		"AuthorizationFailure":                "denied",
		"UnauthorizedException":               "denied",
		"Unauthorized":                        "denied",
		"UnauthorizedAccess":                  "denied",
		"NotAuthorized":                       "denied",
		"ForbiddenException":                  "denied",
		"AccessDeniedFault":                   "denied",
		"KMSAccessDeniedException":            "denied",
		"AccessDeniedForDependency":           "denied",
		"ThrottlingException":                 "failed",
		"ValidationException":                 "failed",
		"NoSuchBucket":                        "failed",
		"Client.InvalidInstanceID.NotFound":   "failed",
		"Client.DryRunOperation":              "failed",
		"ConditionalCheckFailedException":     "failed",
		"accessdenied":                        "failed",
		"InvalidClientTokenId":                "nobody",
		"UnrecognizedClientException":         "nobody",
		"SignatureDoesNotMatch":               "nobody",
		"ExpiredToken":                        "nobody",
		"ExpiredTokenException":               "nobody",
		"IncompleteSignature":                 "nobody",
		"MissingAuthenticationToken":          "nobody",
		"MissingAuthenticationTokenException": "nobody",
		"InvalidAccessKeyId":                  "nobody",
		"AuthFailure":                         "nobody",
		"Client.AuthFailure":                  "nobody",
	} {
		t.Run(code, func(t *testing.T) {
			a, reason, err := attemptOf(t, usual("errorCode", strconv.Quote(code)))
			got := "succeeded"
			switch {
			case reason == ReasonUnauthenticated:
				got = "nobody"
			case a.Denied:
				got = "denied"
			case a.Failed:
				got = "failed"
			}
			if err != nil || got != want || a.Denied && !a.Failed {
				t.Errorf("got %s, %v, want %s", got, err, want)
			}
		})
	}
}

func TestManagement(t *testing.T) {
	for name, c := range map[string]struct {
		changes []string
		want    bool
	}{
		"the category decides":                  {[]string{"eventCategory", `"Management"`, "managementEvent", `false`}, true},
		"a data category":                       {[]string{"eventCategory", `"Data"`, "managementEvent", `true`}, false},
		"the flag when there is no category":    {[]string{"eventCategory", "", "managementEvent", `false`}, false},
		"the flag as a string":                  {[]string{"eventCategory", "", "managementEvent", `"False"`}, false},
		"the flag even for an object operation": {[]string{"eventCategory", "", "managementEvent", `true`, "eventName", `"GetObject"`}, true},
		"neither":                               {[]string{"eventCategory", ""}, true},
		"neither, S3 object":                    {[]string{"eventCategory", "", "eventName", `"PutObject"`}, false},
		"neither, object of another service":    {[]string{"eventCategory", "", "eventSource", `"mediastore.amazonaws.com"`, "eventName", `"PutObject"`}, true},
		"neither, Lambda invocation":            {[]string{"eventCategory", "", "eventSource", `"lambda.amazonaws.com"`, "eventName", `"Invoke"`}, false},
		"neither, Lambda configuration":         {[]string{"eventCategory", "", "eventSource", `"lambda.amazonaws.com"`, "eventName", `"GetFunction"`}, true},
		"neither, DynamoDB item":                {[]string{"eventCategory", "", "eventSource", `"dynamodb.amazonaws.com"`, "eventName", `"GetItem"`}, false},
		"neither, DynamoDB table":               {[]string{"eventCategory", "", "eventSource", `"dynamodb.amazonaws.com"`, "eventName", `"CreateTable"`}, true},
	} {
		t.Run(name, func(t *testing.T) {
			a, reason, err := attemptOf(t, usual(c.changes...))
			if err != nil || reason != "" || a.Management != c.want {
				t.Errorf("got %v %s %v, want %v", a.Management, reason, err, c.want)
			}
		})
	}
}

func TestVersions(t *testing.T) {
	for version, ok := range map[string]bool{
		"1.08": true, "1.8": true, "1.11": true, "1.0": true, "1.999": true, "1": true, "": true,
		"2.0": false, "2.1": false, "10.8": false, "1.": false, "1.x": false, "1.08.1": false, "x": false, "01.08": false,
	} {
		if _, _, err := attemptOf(t, usual("eventVersion", strconv.Quote(version))); (err == nil) != ok {
			t.Errorf("version %q: %v", version, err)
		} else if !ok && refusalOf(err) != RefusedVersion {
			t.Errorf("version %q is refused for %v", version, err)
		}
	}
}

func TestRecordsMadeByHandGiveAttempts(t *testing.T) {
	r := &Record{EventTime: []byte("2026-05-30T10:15:30Z"), EventSource: "autoscaling.amazonaws.com", EventName: "PutScalingPolicy",
		EventID: []byte("e1"), ServiceNamespace: "ecs", User: Identity{Present: true, Type: "Root", AccountID: "111122223333"}}
	list, reason, err := r.Attempts(nil, testNow)
	if err != nil || reason != "" || len(list) != 1 || list[0].Name != "PutScalingPolicy#ecs" || list[0].EventID != "e1" ||
		list[0].Principal != "arn:aws:iam::111122223333:root" {
		t.Errorf("%+v, %s, %v", list, reason, err)
	}
}
