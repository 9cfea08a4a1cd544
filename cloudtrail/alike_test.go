package cloudtrail

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
)

// likeChoices is how many choices there are to make in a likeRecord.
const likeChoices = 23

// likeRecord is the n-th record, of values that are chosen, some of which cannot
// be used.
func likeRecord(choices [likeChoices]uint8, n int) string {
	left := choices[:]
	pick := func(from ...string) string {
		c := int(left[0]) % len(from)
		left = left[1:]
		return from[c]
	}
	issuer := pick(`"sessionIssuer":{"type":"Role","principalId":"`+pick("AROAEXAMPLEROLE000001", "AROAEXAMPLEROLE000002", "")+
		`","arn":"`+pick("arn:aws:iam::111122223333:role/a", "arn:aws:iam::444455556666:role/b", "")+
		`","accountId":"`+pick("111122223333", "444455556666", "")+`"}`, "")
	identity := fmt.Sprintf(`{"type":"%s","principalId":"%s","arn":"%s","accountId":"%s","accessKeyId":"%s","sessionContext":{%s%s}}`,
		pick(typeAssumed, typeAssumed, typeUser, typeRoot, typeRole, typeFederated, "AWSService"),
		pick("AROAEXAMPLEROLE000001:s", "AROAEXAMPLEROLE000001:t", "AIDAEXAMPLEUSER000001", "AIDAEXAMPLEUSER000002", "111122223333"),
		pick("arn:aws:iam::111122223333:user/u", "arn:aws:sts::111122223333:assumed-role/c/s", "arn:aws-cn:iam::444455556666:root"),
		pick("111122223333", "444455556666", "", "1"), pick("AKIAEXAMPLEKEY0000001", "AKIAEXAMPLEKEY0000002", "ASIAEXAMPLEKEY0000001"), issuer,
		pick("", sourceIdentity(issuer, "ada"), sourceIdentity(issuer, "bob")))
	return fmt.Sprintf(`{"eventVersion":"%s","userIdentity":%s,"eventTime":"2026-05-30T10:%02d:00Z","eventSource":"%s","eventName":"%s","awsRegion":"%s"%s,`+
		`"requestParameters":%s,"responseElements":%s,"eventID":"%s%d","managementEvent":%s,"eventType":"%s","recipientAccountId":"%s","eventCategory":"%s","sharedEventID":%s}`,
		pick("1.08", "1.08", "2.0"), identity, n%60, pick("dynamodb.amazonaws.com", "sts.amazonaws.com", "iam.amazonaws.com", "signin.amazonaws.com", "autoscaling.amazonaws.com"),
		pick("ExecuteStatement", "ConsoleLogin", " GetItem"), pick("eu-west-1", "cn-north-1", ""),
		pick("", `,"errorCode":"AccessDenied"`, `,"errorCode":"Throttling"`, `,"errorCode":"ExpiredToken"`),
		pick("null", "null", `{"taskRoleArn":"a"}`, `{"taskRoleArn":"b","x":["y"]}`, `{"statement":"select 1"}`, `{"serviceNamespace":"ecs"}`), pick("null", "null", `{"ConsoleLogin":"Success"}`, `{"ConsoleLogin":"Failure"}`),
		pick("id-", "id-", strings.Repeat("long", 40)), n, pick("true", "false"), pick("AwsApiCall", "AwsApiCall", "AwsConsoleSignIn", "AwsServiceEvent"),
		pick("111122223333", ""), pick("Management", "Data", "", "Insight"), pick(`"a"`, "7"))
}

// sourceIdentity is a member of a sessionContext, behind the issuer.
func sourceIdentity(issuer, name string) string {
	member := `"sourceIdentity":"` + name + `"`
	if issuer != "" {
		member = "," + member
	}
	return member
}

// TestRecordsOfOneNumberGiveTheSame holds Alike against Attempts in full.
func TestRecordsOfOneNumberGiveTheSame(t *testing.T) {
	const families, fewest = 1500, 2000
	r := rand.New(rand.NewPCG(5, 8))
	var list []string
	for n := range families {
		var choices [likeChoices]uint8
		for i := range choices {
			choices[i] = uint8(r.IntN(12))
			if r.IntN(4) > 0 {
				choices[i] = 0 // what can be used
			}
		}
		if n%3 == 0 { // a user signs in
			choices[4], choices[5], choices[11], choices[12] = 2, 2, 3, 1
		}
		list = append(list, likeRecord(choices, len(list)), likeRecord(choices, len(list)+1))
		for i := range choices {
			other := choices
			other[i]++
			list = append(list, likeRecord(other, len(list)))
		}
		list = append(list, likeRecord(choices, len(list)))
	}
	text := `{"Records":[` + strings.Join(list, ",") + `]}`
	now := time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)
	of, again := map[uint64]string{}, 0
	err := Scan(strings.NewReader(text), func(r *Record) error {
		number := r.Alike()
		if number == 0 {
			return nil
		}
		list, reason, err := r.Attempts(nil, now)
		for i := range list {
			if list[i].Kind != Session && list[i].EventID != string(r.EventID) || list[i].Kind != Session && list[i].EventID != r.ID() {
				t.Fatalf("attempt of event %q, not %q", list[i].EventID, r.EventID)
			}
			list[i].EventID, list[i].Time = "", time.Time{}
		}
		gives := fmt.Sprintf("%+v %q %v, of %s, %s, %s, %s", list, reason, err, r.Recipient, r.User.AccountID, r.User.Issuer.AccountID, r.Region)
		if old, known := of[number]; known && old != gives {
			t.Fatalf("number %d gives\n%s\nand\n%s", number, old, gives)
		} else if known {
			again++
		}
		of[number] = gives
		return nil
	})
	if err != nil || again < fewest {
		t.Fatalf("%v, %d records were like others, want at least %d", err, again, fewest)
	}
}

// TestALikenessHasAllOfItsParts changes each of them in turn.
func TestALikenessHasAllOfItsParts(t *testing.T) {
	base := likeness{}
	for i := range base.texts {
		changed := base
		if changed.texts[i] = "x"; changed.same(&base) {
			t.Errorf("text %d makes no difference", i)
		}
	}
	for i := range base.flags {
		changed := base
		if changed.flags[i] = 1; changed.same(&base) {
			t.Errorf("flag %d makes no difference", i)
		}
	}
	if !base.same(&likeness{}) {
		t.Error("equal ones are not the same")
	}
}
