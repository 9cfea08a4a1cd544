package grant

import (
	"slices"
	"strings"
	"testing"

	"github.com/ebbmark/ebbmark/policy"
)

// Every case names one action and says whether the policies grant it, which
// LA rule decides, and why.
func TestRules(t *testing.T) {
	e := engine(t)
	const granted, not = true, false
	for _, c := range []struct {
		name, policies, action string
		want                   bool
	}{
		{"LA-11 star and colon star match everything", `A *:* *`, "sqs:SendMessage", granted},
		{"LA-11 runs of stars are one star", `A **:*** *`, "sqs:SendMessage", granted},
		{"LA-11 a question mark is one character", `A s3:GetObjec? *`, "s3:GetObject", granted},
		{"LA-11 a question mark is not none", `A s3:GetObject? *`, "s3:GetObject", not},
		{"LA-11 wildcard in the middle", `A s3:G*t *`, "s3:GetObject", granted},
		{"LA-11 wildcard in the namespace is a pattern", `A s*:GetObject *`, "s3:GetObject", granted},
		{"LA-11 wildcard in the namespace of a Deny, too", "A s3:* *\nD s?:GetObject *", "s3:GetObject", not},
		{"LA-11 a pattern without a colon runs over it", `A s3* *`, "s3:GetObject", granted},
		{"LA-11 a second colon matches nothing", `A s3:*:GetObject *`, "s3:GetObject", not},
		{"LA-11 only letters of ASCII have two cases", "A kms:* *\nD \u212Ams:* *", "kms:Decrypt", granted},
		{"LA-11 a namespace is not a prefix", `A ec2:* *`, "ec2-instance-connect:SendSSHPublicKey", not},
		{"LA-12 NotAction leaves other actions of the service", `A !s3:Get* *`, "s3:PutObject", granted},
		{"LA-12 NotAction takes what it matches", `A !s3:Get* *`, "s3:GetObject", not},
		{"LA-12 NotAction star allows nothing", `A !* *`, "s3:GetObject", not},
		{"LA-12 Deny NotAction spares what it matches", "A * *\nD !s3:* *", "s3:GetObject", granted},
		{"LA-12 Deny NotAction takes the rest", "A * *\nD !s3:* *", "sqs:SendMessage", not},
		{"LA-12 Deny NotAction star takes nothing", "A * *\nD !* *", "sqs:SendMessage", granted},
		{"LA-12 several NotActions of one policy add up", "A !s3:* *\nA !sqs:* *", "s3:GetObject", granted},
		{"LA-12 a NotAction with an unknown name takes no more", `A !nosuch:* *`, "s3:GetObject", granted},
		{"LA-13 the bucket is not the object", `A s3:* arn:aws:s3:::b`, "s3:GetObject", not},
		{"LA-13 the bucket is the bucket", `A s3:* arn:aws:s3:::b`, "s3:ListBucket", granted},
		{"LA-13 another service's ARN", `A s3:GetObject arn:aws:iam::111122223333:user/*`, "s3:GetObject", not},
		{"LA-13 another service's ARN with a star before the service", `A s3:GetObject arn:aws:sqs:*`, "s3:GetObject", not},
		{"LA-13 an incomplete ARN is completed", `A sqs:SendMessage arn:aws:sqs`, "sqs:SendMessage", granted},
		{"LA-13 an incomplete ARN of another service", `A sqs:SendMessage arn:aws:s3`, "sqs:SendMessage", not},
		{"LA-13 an incomplete ARN in a Deny takes only what is written", "A sqs:SendMessage *\nD sqs:SendMessage arn:aws:sqs", "sqs:SendMessage", granted},
		{"LA-13 an incomplete ARN among a Deny's exceptions spares its service", "A sqs:SendMessage arn:aws:sqs:*\nD sqs:* !arn:aws:sqs", "sqs:SendMessage", granted},
		{"LA-13 a star over all fields", `A s3:GetObject arn:*`, "s3:GetObject", granted},
		{"LA-13 a star in the middle runs over fields", `A s3:GetObject arn:*/key`, "s3:GetObject", granted},
		{"LA-13 case counts in resources", `A s3:GetObject ARN:aws:s3:::b/*`, "s3:GetObject", not},
		{"LA-13 sts acts on ARNs of iam", `A sts:AssumeRole arn:aws:iam::111122223333:role/app`, "sts:AssumeRole", granted},
		{"LA-13 a role is not a user", `A iam:* arn:aws:iam::111122223333:user/*`, "iam:GetRole", not},
		{"LA-13 no resource types: star only", `A s3:ListAllMyBuckets arn:aws:s3:::*`, "s3:ListAllMyBuckets", not},
		{"LA-13 no resource types: star", `A s3:ListAllMyBuckets *`, "s3:ListAllMyBuckets", granted},
		{"LA-13 no resource types: a question mark matches the string *", `A s3:ListAllMyBuckets ?`, "s3:ListAllMyBuckets", granted},
		{"LA-13 no resource types: the escape is the string *", `A s3:ListAllMyBuckets ${*}`, "s3:ListAllMyBuckets", granted},
		{"LA-13 the escape is no wildcard", `A s3:GetObject ${*}`, "s3:GetObject", not},
		{"LA-13 no resource types: a Deny on ARNs does not reach it", "A s3:* *\nD s3:* arn:*", "s3:ListAllMyBuckets", granted},
		{"LA-13 no resource types: a Deny NotResource of ARNs does", "A s3:* *\nD s3:* !arn:*", "s3:ListAllMyBuckets", not},
		{"LA-13 NotResource star matches nothing, so the Deny is idle", "A s3:* *\nD s3:* !*", "s3:GetObject", granted},
		{"LA-13 NotResource allows the rest", `A s3:GetObject !arn:aws:s3:::secret/*`, "s3:GetObject", granted},
		{"LA-13 NotResource of all objects leaves none", `A s3:GetObject !arn:*:s3:*`, "s3:GetObject", not},
		{"LA-13 a NotResource list may cover a type together", `A s3:GetObject !arn:*:s3:::a*,arn:*:s3:::*,arn:*:s3:*:accesspoint/*`, "s3:GetObject", not},
		{"LA-13 the Deny is as wide as the Allow", "A s3:* arn:aws:s3:::b*\nD s3:* arn:aws:s3:::b*", "s3:GetObject", not},
		{"LA-13 the Deny is narrower by one character", "A s3:* arn:aws:s3:::b*\nD s3:* arn:aws:s3:::b?*/*", "s3:GetObject", granted},
		{"LA-13 two Denies cover the Allow together", "A s3:GetObject arn:aws:s3:::b/?*\nD s3:* arn:aws:s3:::b/?\nD s3:* arn:aws:s3:::b/??*", "s3:GetObject", not},
		{"LA-13 two Denies leave a gap", "A s3:GetObject arn:aws:s3:::b/?*\nD s3:* arn:aws:s3:::b/?\nD s3:* arn:aws:s3:::b/???*", "s3:GetObject", granted},
		{"LA-13 two Allows: one of them is enough", "A s3:* arn:aws:s3:::a/*\nA s3:* arn:aws:s3:::b/*\nD s3:* arn:aws:s3:::a/*", "s3:GetObject", granted},
		{"LA-13 Deny NotResource twice leaves what both spare", "A s3:* *\nD s3:* !arn:aws:s3:::a*\nD s3:* !arn:aws:s3:::*b/*", "s3:GetObject", granted},
		{"LA-13 Deny NotResource twice leaves nothing", "A s3:* *\nD s3:* !arn:aws:s3:::a/*\nD s3:* !arn:aws:s3:::b/*", "s3:GetObject", not},
		{"LA-13 Deny NotResource spares what another Deny takes", "A s3:* *\nD s3:* !arn:aws:s3:::a/*\nD s3:* arn:aws:s3:::a*", "s3:GetObject", not},
		{"LA-13 Deny NotResource with several exceptions", "A s3:* arn:aws:s3:::b/*\nD s3:* !arn:aws:s3:::a/*,arn:aws:s3:::b/x", "s3:GetObject", granted},
		{"LA-13 Allow NotResource under Deny NotResource", "A s3:GetObject !arn:aws:s3:::a/*\nD s3:* !arn:aws:s3:::a/*", "s3:GetObject", not},
		{"LA-13 a variable is a star in an Allow", `A s3:GetObject arn:aws:s3:::home/${aws:username}`, "s3:GetObject", granted},
		{"LA-13 a variable alone is everything in an Allow", `A s3:ListAllMyBuckets ${aws:PrincipalTag/scope}`, "s3:ListAllMyBuckets", granted},
		{"LA-13 a variable with a default value that has a brace", `A s3:GetObject arn:aws:s3:::${aws:PrincipalTag/b,'a}b'}/k`, "s3:GetObject", granted},
		{"LA-13 a Deny with a variable removes nothing", "A s3:GetObject arn:aws:s3:::b/*\nD s3:* arn:aws:s3:::${aws:username}*", "s3:GetObject", granted},
		{"LA-13 a Deny with a variable removes by its other elements", "A s3:GetObject arn:aws:s3:::b/*\nD s3:* arn:aws:s3:::${aws:username},arn:aws:s3:::b/*", "s3:GetObject", not},
		{"LA-13 a variable in an Allow's NotResource excludes nothing", `A s3:GetObject !${aws:username}*`, "s3:GetObject", granted},
		{"LA-13 a variable in a Deny's NotResource spares all it may match", "A s3:GetObject arn:aws:s3:::b/*\nD s3:* !arn:aws:s3:::${aws:username}/*", "s3:GetObject", granted},
		{"LA-13 an escape in a Deny is no variable", "A s3:GetObject arn:aws:s3:::b/${$}\nD s3:* arn:aws:s3:::b/${$}", "s3:GetObject", not},
		{"LA-13 a question mark is a character of several bytes, too", "A s3:GetObject arn:aws:s3:::b/é\nD s3:* arn:aws:s3:::b/?", "s3:GetObject", not},
		{"LA-14 an unknown action of a known namespace", `A s3:NoSuchAction *`, "s3:GetObject", not},
		{"LA-10 a conditional Deny on the same resource", "A s3:GetObject arn:aws:s3:::b/*\nD s3:* arn:aws:s3:::b/* if", "s3:GetObject", granted},
		{"LA-8 a Deny in another policy", "A s3:GetObject arn:aws:s3:::b/*\n---\nD s3:* arn:aws:s3:::b/*", "s3:GetObject", not},
		{"LA-8 a Deny of another action", "A s3:* arn:aws:s3:::b/*\nD s3:PutObject arn:aws:s3:::b/*", "s3:GetObject", granted},
		{"LA-8 a Deny of other actions on everything", "A s3:* *\nD s3:Put* *", "s3:GetObject", granted},
		{"an Allow without a resource element counts", `A s3:GetObject -`, "s3:GetObject", granted},
		{"a Deny without a resource element does not", "A s3:GetObject *\nD s3:* -", "s3:GetObject", granted},
		{"a document without statements", "", "s3:GetObject", not},
	} {
		set := policies(c.policies)
		namespace, name, _ := strings.Cut(c.action, ":")
		action, ok := catalogue(t).Action(namespace, name)
		if !ok {
			t.Fatalf("%s: no action %s in the catalogue", c.name, c.action)
		}
		if got := e.Granted(set).Has(action); got != c.want {
			t.Errorf("%s: %s granted: %t, want %t", c.name, c.action, got, c.want)
		}
	}
}

func TestDenyWithPrincipalRemovesNothing(t *testing.T) {
	e := engine(t)
	set := policies("A s3:GetObject *\nD s3:* *")
	set[0].Statements[1].Principal = &policy.Principal{Any: true}
	if !grantsService(t, e, set, "s3") || !reachesService(t, e, set[0], "s3") {
		t.Error("a Deny that is of no identity policy took s3 away")
	}
	set[0].Statements[0].NotPrincipal = &policy.Principal{Any: true}
	if !grantsService(t, e, set, "s3") {
		t.Error("an Allow that is of no identity policy does not count")
	}
}

func TestEmptyListsMatchNothing(t *testing.T) {
	e := engine(t)
	for name, s := range map[string]policy.Statement{
		"Action":   {Allow: true, Action: []string{}, Resource: []string{"*"}},
		"Resource": {Allow: true, Action: []string{"*"}, Resource: []string{}},
	} {
		doc := &policy.Document{Statements: []policy.Statement{s}}
		if n := e.Granted([]*policy.Document{doc}).Count(); n != 0 {
			t.Errorf("empty %s: %d actions granted, want none", name, n)
		}
	}
	doc := &policy.Document{Statements: []policy.Statement{{Allow: true, NotAction: []string{}, NotResource: []string{}}}}
	if n, want := e.Granted([]*policy.Document{doc}).Count(), len(catalogue(t).Actions()); n != want {
		t.Errorf("empty NotAction and NotResource: %d actions granted, want all %d", n, want)
	}
}

// Before 2012-10-17 there are neither variables nor escapes: "${*}" is a text
// with a wildcard in it. What looks like a variable counts as one all the same.
func TestOldDocuments(t *testing.T) {
	e := engine(t)
	for _, c := range []struct {
		name, policies string
		want           bool
	}{
		{"an escape is text around a wildcard", "A s3:GetObject arn:aws:s3:::b/${*}\nD s3:* arn:aws:s3:::b/${x*}", true},
		{"that text can be denied", "A s3:GetObject arn:aws:s3:::b/${*}\nD s3:* arn:aws:s3:::b/$?*}", false},
		{"a variable in an Allow", `A s3:GetObject arn:aws:s3:::${aws:username}/*`, true},
		{"a variable in a Deny", "A s3:GetObject arn:aws:s3:::b/${x}\nD s3:* arn:aws:s3:::b/${x}", true},
	} {
		for _, version := range []string{"", policy.Version2008} {
			set := policies(c.policies)
			set[0].Version = version
			if got := grantsService(t, e, set, "s3"); got != c.want {
				t.Errorf("%s, version %q: s3 granted: %t, want %t", c.name, version, got, c.want)
			}
		}
	}
}

func TestUnknown(t *testing.T) {
	e := engine(t)
	set := policies(`A s3:NoSuchAction,s3:GetObject,nosuch:*,S3:nosuchaction,*Nothing?like?this *
A !nosuch:Other *
D nosuch:Denied *
---
A nosuch:*,zzz *`)
	want := []string{"*Nothing?like?this", "nosuch:*", "S3:nosuchaction", "zzz"}
	if got := e.Unknown(set); !slices.Equal(got, want) {
		t.Errorf("unknown: %q, want %q", got, want)
	}
	if got := e.Unknown(policies(`A s3:* *`)); len(got) != 0 {
		t.Errorf("unknown: %q, want none", got)
	}
}

// LA-103 beyond the table.
func TestReaches(t *testing.T) {
	e := engine(t)
	const listed, not = true, false
	for _, c := range []struct {
		name, policy, service string
		want                  bool
	}{
		{"an unknown namespace reaches nothing", `A nosuch:* *`, "s3", not},
		{"a wildcard reaches every service", `A * *`, "s3", listed},
		{"a wildcard and the ARN of another service", `A * arn:aws:sqs:us-east-1:111122223333:q`, "s3", not},
		{"a wildcard and the ARN of the service", `A * arn:aws:sqs:us-east-1:111122223333:q`, "sqs", listed},
		{"the type of the resource does not matter", `A iam:GetRole arn:aws:iam::111122223333:user/u`, "iam", listed},
		{"sts acts on ARNs of iam", `A sts:AssumeRole arn:aws:iam::111122223333:role/r`, "sts", listed},
		{"the namespace itself is a service field, too", `A sts:AssumeRole arn:aws:sts::111122223333:assumed-role/r/s`, "sts", listed},
		{"one of several resources is enough", `A s3:GetObject arn:aws:sqs:*:*:q,arn:aws:s3:::b`, "s3", listed},
		{"a wildcard in the partition stays in its field", `A s3:GetObject arn:*:iam::111122223333:role/r`, "s3", not},
		{"a partition with a wildcard at its end", `A s3:GetObject arn:aws*:s3:::b`, "s3", listed},
		{"a service field with a wildcard", `A s3:GetObject arn:aws:s*`, "s3", listed},
		{"a star for the missing fields", `A s3:GetObject arn:aws*`, "s3", listed},
		{"no ARN", `A s3:GetObject bucket`, "s3", not},
		{"a variable for everything", `A s3:GetObject ${aws:PrincipalTag/all}`, "s3", listed},
		{"a variable as partition", `A s3:GetObject arn:${aws:x}:s3:::b`, "s3", listed},
		{"action and resource are of different statements", "A s3:GetObject arn:aws:sqs:*\nA sqs:* arn:aws:s3:::b", "s3", not},
		{"NotResource of the service's own ARNs", `A s3:GetObject !arn:aws:s3:::*`, "s3", listed},
		{"NotResource with a star among others", `A s3:GetObject !arn:aws:s3:::*,*`, "s3", not},
		{"NotResource that matches everything together", `A s3:GetObject !?,??*`, "s3", not},
		{"NotAction of everything", `A !* *`, "s3", not},
		{"NotAction of all but one action", `A !s3:Get*,s3:List*,s3:Put* *`, "s3", listed},
		{"a Deny of everything", "A s3:* *\nD * *", "s3", not},
		{"a Deny of all others", "A s3:* *\nD !s3:* *", "s3", listed},
		{"a Deny by NotAction of others", "A s3:* *\nD !sqs:* *", "s3", not},
		{"a Deny in parts", "A s3:GetObject *\nD s3:Get* *", "s3", listed},
		{"a Deny on star among others", "A s3:* *\nD s3:* arn:aws:s3:::b,*", "s3", not},
		{"a Deny on a variable", "A s3:* *\nD s3:* ${aws:x}", "s3", listed},
		{"a Deny with NotResource", "A s3:* *\nD s3:* !arn:aws:sqs:*", "s3", listed},
		{"an Allow after the Deny", "D s3:* *\nA s3:* *", "s3", not},
		{"an Allow without a resource element", `A s3:GetObject -`, "s3", listed},
		{"a wildcard in the namespace", `A s?:NoSuchAction *`, "s3", listed},
		{"an unknown action on the service's ARN", `A s3:NoSuchAction arn:aws:s3:::b`, "s3", listed},
	} {
		if got := reachesService(t, e, policies(c.policy)[0], c.service); got != c.want {
			t.Errorf("%s: listed for %s: %t, want %t", c.name, c.service, got, c.want)
		}
	}
}
