package policy

import (
	"slices"
	"testing"
)

const (
	allowAll   = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}`
	allowS3    = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}}`
	denyS3     = `{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"s3:*","Resource":"*"}}`
	allowIAM   = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"iam:*","Resource":"*"}}`
	nothing    = `{"Version":"2012-10-17","Statement":[]}`
	allowRole  = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"sts:AssumeRole","Resource":"arn:aws:iam::111122223333:role/ops"}}`
	denyRole   = `{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"sts:AssumeRole","Resource":"*"}}`
	rcpAll     = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}}`
	rcpDenyAll = `{"Version":"2012-10-17","Statement":{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"*"}}`
)

// onBucket is a bucket policy for one principal.
func onBucket(effect, principal string) string {
	return `{"Version":"2012-10-17","Statement":{"Effect":"` + effect + `","Principal":` + principal + `,"Action":"s3:*","Resource":"*"}}`
}

// trusts is a trust policy for one principal.
func trusts(principal string) string {
	return `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":` + principal + `,"Action":"sts:AssumeRole"}}`
}

// given are policies as texts; an empty text: no such policy.
type given struct {
	identity            []string
	boundary            string
	scp, rcp            [][]string
	session             []string
	resource, trust     string
	caller              Caller
	owner, action, onto string
}

func (g given) evaluate(t *testing.T) Decision {
	t.Helper()
	return g.evaluateIn(t, nil)
}

// evaluateIn is evaluate with condition keys.
func (g given) evaluateIn(t *testing.T, ctx Context) Decision {
	t.Helper()
	list := func(texts []string) (docs []*Document) {
		for _, text := range texts {
			docs = append(docs, mustParse(t, text))
		}
		return docs
	}
	levels := func(texts [][]string) (levels [][]*Document) {
		for _, level := range texts {
			levels = append(levels, list(level))
		}
		return levels
	}
	one := func(text string) *Document {
		if text == "" {
			return nil
		}
		return mustParse(t, text)
	}
	req := Request{Action: g.action, Resource: g.onto, Caller: g.caller, Owner: g.owner, Context: ctx}
	if req.Action == "" {
		req.Action, req.Resource = "s3:GetObject", "arn:aws:s3:::b/k"
	}
	return Evaluate(req, Policies{Identity: list(g.identity), Boundary: one(g.boundary), SCP: levels(g.scp), RCP: levels(g.rcp),
		Session: list(g.session), Resource: one(g.resource), Trust: one(g.trust)})
}

func TestEvaluate(t *testing.T) {
	const (
		byAlice = `{"AWS":"arn:aws:iam::111122223333:user/alice"}`
		byRole  = `{"AWS":"arn:aws:iam::111122223333:role/service/app"}`
		byS1    = `{"AWS":"arn:aws:sts::111122223333:assumed-role/app/s1"}`
		byRoot  = `{"AWS":"arn:aws:iam::111122223333:root"}`
		other   = "444455556666"
	)
	for name, c := range map[string]struct {
		given
		allowed, explicit bool
		by                Kind
	}{
		"no policy at all":            {given{caller: alice}, false, false, Identity},
		"an Allow":                    {given{caller: alice, identity: []string{allowS3}}, true, false, Identity},
		"an Allow of something else":  {given{caller: alice, identity: []string{allowIAM}}, false, false, Identity},
		"any of several":              {given{caller: alice, identity: []string{allowIAM, nothing, allowS3}}, true, false, Identity},
		"a Deny beats an Allow":       {given{caller: alice, identity: []string{allowS3, denyS3}}, false, true, Identity},
		"a Deny before the Allow too": {given{caller: alice, identity: []string{denyS3, allowS3}}, false, true, Identity},
		"a Deny alone":                {given{caller: alice, identity: []string{denyS3}}, false, true, Identity},
		"root needs no policy":        {given{caller: root}, true, false, Identity},

		"a boundary that allows":             {given{caller: alice, identity: []string{allowS3}, boundary: allowAll}, true, false, Identity},
		"a boundary that does not allow":     {given{caller: alice, identity: []string{allowS3}, boundary: allowIAM}, false, false, Boundary},
		"a boundary grants nothing":          {given{caller: alice, boundary: allowAll}, false, false, Identity},
		"a Deny in the boundary":             {given{caller: alice, identity: []string{allowS3}, boundary: denyS3}, false, true, Boundary},
		"a boundary of nothing":              {given{caller: alice, identity: []string{allowS3}, boundary: nothing}, false, false, Boundary},
		"a session policy that allows":       {given{caller: app, identity: []string{allowS3}, session: []string{allowAll}}, true, false, Identity},
		"one of two session policies allows": {given{caller: app, identity: []string{allowS3}, session: []string{allowIAM, allowS3}}, true, false, Identity},
		"a session policy does not allow":    {given{caller: app, identity: []string{allowS3}, session: []string{allowIAM}}, false, false, Session},
		"a session policy grants nothing":    {given{caller: app, session: []string{allowAll}}, false, false, Identity},
		"a Deny in a session policy":         {given{caller: app, identity: []string{allowS3}, session: []string{allowS3, denyS3}}, false, true, Session},
		"federated user without session policy": {given{caller: fed, identity: []string{allowS3}},
			false, false, Session},
		"federated user with one": {given{caller: fed, identity: []string{allowS3}, session: []string{allowS3}}, true, false, Identity},

		"SCPs allow on every level":    {given{caller: alice, identity: []string{allowS3}, scp: [][]string{{allowAll}, {allowIAM, allowS3}}}, true, false, Identity},
		"an SCP level does not allow":  {given{caller: alice, identity: []string{allowS3}, scp: [][]string{{allowAll}, {allowIAM}, {allowAll}}}, false, false, SCP},
		"an SCP level without policy":  {given{caller: alice, identity: []string{allowS3}, scp: [][]string{{allowAll}, {}}}, false, false, SCP},
		"a Deny in an SCP":             {given{caller: alice, identity: []string{allowS3}, scp: [][]string{{allowAll}, {allowAll, denyS3}}}, false, true, SCP},
		"an SCP grants nothing":        {given{caller: alice, scp: [][]string{{allowAll}}}, false, false, Identity},
		"an SCP binds root":            {given{caller: root, scp: [][]string{{allowIAM}}}, false, false, SCP},
		"RCPs allow":                   {given{caller: alice, identity: []string{allowS3}, rcp: [][]string{{rcpAll}}}, true, false, Identity},
		"a Deny in an RCP":             {given{caller: alice, identity: []string{allowS3}, rcp: [][]string{{rcpAll}, {rcpAll, rcpDenyAll}}}, false, true, RCP},
		"Denies of several kinds":      {given{caller: alice, identity: []string{denyS3}, boundary: denyS3, scp: [][]string{{denyS3}}}, false, true, SCP},
		"several Allows are wanting":   {given{caller: alice, boundary: allowIAM, scp: [][]string{{allowAll}}}, false, false, Identity},
		"the SCP's want is told first": {given{caller: alice, scp: [][]string{{allowIAM}}}, false, false, SCP},

		"resource policy names the user":               {given{caller: alice, resource: onBucket("Allow", byAlice)}, true, false, Resource},
		"... whatever the boundary":                    {given{caller: alice, resource: onBucket("Allow", byAlice), boundary: allowIAM}, true, false, Resource},
		"... but not whatever the SCP":                 {given{caller: alice, resource: onBucket("Allow", byAlice), scp: [][]string{{allowIAM}}}, false, false, SCP},
		"... and no Deny":                              {given{caller: alice, resource: onBucket("Allow", byAlice), identity: []string{denyS3}}, false, true, Identity},
		"resource policy names the account":            {given{caller: alice, resource: onBucket("Allow", byRoot)}, false, false, Identity},
		"... and the identity policy allows":           {given{caller: alice, resource: onBucket("Allow", byRoot), identity: []string{allowS3}}, true, false, Identity},
		"resource policy names everyone":               {given{caller: alice, resource: onBucket("Allow", `"*"`)}, true, false, Resource},
		"resource policy names the role":               {given{caller: app, resource: onBucket("Allow", byRole)}, true, false, Resource},
		"... limited by the boundary":                  {given{caller: app, resource: onBucket("Allow", byRole), boundary: allowIAM}, false, false, Boundary},
		"... limited by the session policy":            {given{caller: app, resource: onBucket("Allow", byRole), session: []string{allowIAM}}, false, false, Session},
		"resource policy names the session":            {given{caller: app, resource: onBucket("Allow", byS1), boundary: allowIAM, session: []string{allowIAM}}, true, false, Resource},
		"resource policy of something else":            {given{caller: alice, resource: onBucket("Allow", byRole), identity: []string{allowS3}}, true, false, Identity},
		"a Deny in the resource policy":                {given{caller: alice, resource: onBucket("Deny", `"*"`), identity: []string{allowS3}}, false, true, Resource},
		"a Deny in the resource policy binds root":     {given{caller: root, resource: onBucket("Deny", `"*"`)}, false, true, Resource},
		"another account, both allow":                  {given{caller: alice, owner: other, resource: onBucket("Allow", byAlice), identity: []string{allowS3}}, true, false, Identity},
		"another account, identity only":               {given{caller: alice, owner: other, identity: []string{allowS3}}, false, false, Resource},
		"another account, resource only":               {given{caller: alice, owner: other, resource: onBucket("Allow", byAlice)}, false, false, Identity},
		"another account, session named":               {given{caller: app, owner: other, resource: onBucket("Allow", byS1)}, false, false, Identity},
		"another account, the boundary is wanting":     {given{caller: alice, owner: other, resource: onBucket("Allow", byAlice), identity: []string{allowS3}, boundary: allowIAM}, false, false, Boundary},
		"another account, our account named":           {given{caller: alice, owner: other, resource: onBucket("Allow", byRoot), identity: []string{allowS3}}, true, false, Identity},
		"another account, root calls":                  {given{caller: root, owner: other, resource: onBucket("Allow", byRoot)}, true, false, Identity},
		"another account, root calls and is not named": {given{caller: root, owner: other}, false, false, Resource},
		"a service is named":                           {given{caller: ec2, owner: other, resource: onBucket("Allow", `{"Service":"ec2.amazonaws.com"}`)}, true, false, Resource},
		"a service is not named":                       {given{caller: ec2, owner: other, resource: onBucket("Allow", byAlice)}, false, false, Resource},
		"anonymous, public":                            {given{resource: onBucket("Allow", `"*"`)}, true, false, Resource},
		"anonymous, not public":                        {given{resource: onBucket("Allow", byAlice)}, false, false, Resource},
		"anonymous, public but RCP denies":             {given{resource: onBucket("Allow", `"*"`), rcp: [][]string{{rcpAll, rcpDenyAll}}}, false, true, RCP},
		"anonymous and an identity policy is nonsense": {given{identity: []string{allowAll}}, false, false, Resource},

		"statement of a resource policy among identity policies allows nothing": {given{caller: alice, identity: []string{rcpAll}}, false, false, Identity},
		"... and its Deny denies": {given{caller: alice, identity: []string{allowAll, rcpDenyAll}}, false, true, Identity},
		"identity policy without Resource allows nothing": {given{caller: alice,
			identity: []string{`{"Statement":{"Effect":"Allow","Action":"*"}}`}}, false, false, Identity},
		"... and its Deny denies all": {given{caller: alice,
			identity: []string{allowAll, `{"Statement":{"Effect":"Deny","Action":"*"}}`}}, false, true, Identity},
		"resource policy without Principal allows nothing": {given{caller: alice, resource: allowAll}, false, false, Identity},
	} {
		t.Run(name, func(t *testing.T) {
			got := c.evaluate(t)
			if got.Allowed != c.allowed || got.Explicit != c.explicit || got.By != c.by {
				t.Errorf("allowed %v, explicit %v, by %v; want %v, %v, %v", got.Allowed, got.Explicit, got.By, c.allowed, c.explicit, c.by)
			}
		})
	}
}

// IAM-51: who may assume role ops of account 111122223333.
func TestAssumeRole(t *testing.T) {
	bob := Caller{ARN: "arn:aws:iam::444455556666:user/bob", Account: "444455556666", UserID: "AIDABOBEXAMPLE0000001"}
	for name, c := range map[string]struct {
		caller    Caller
		identity  []string
		trust     string
		allowed   bool
		delegated bool
		reason    string
	}{
		"trusted user, no identity policy": {alice, nil, trusts(`{"AWS":"arn:aws:iam::111122223333:user/alice"}`), true, false, ""},
		"trusted user with a Deny": {alice, []string{denyRole}, trusts(`{"AWS":"arn:aws:iam::111122223333:user/alice"}`), false, false,
			"with an explicit deny in an identity-based policy"},
		"trusted account, identity policy allows": {alice, []string{allowRole}, trusts(`{"AWS":"111122223333"}`), true, true, ""},
		"trusted account, no identity policy": {alice, nil, trusts(`{"AWS":"111122223333"}`), false, true,
			"because no identity-based policy allows the sts:AssumeRole action"},
		"identity policy allows, not trusted": {alice, []string{allowRole}, trusts(`{"AWS":"arn:aws:iam::111122223333:user/carol"}`), false, false,
			"because no role trust policy allows the sts:AssumeRole action"},
		"explicitly not trusted": {alice, []string{allowRole}, `{"Statement":[{"Effect":"Allow","Principal":"*","Action":"sts:AssumeRole"},{"Effect":"Deny","Principal":{"AWS":"arn:aws:iam::111122223333:user/alice"},"Action":"sts:*"}]}`, false, false,
			"with an explicit deny in the role trust policy"},
		"trust of nobody": {alice, []string{allowRole}, nothing, false, false, "because no role trust policy allows the sts:AssumeRole action"},
		"trusted role":    {app, nil, trusts(`{"AWS":"arn:aws:iam::111122223333:role/service/app"}`), true, false, ""},
		"trusted session": {app, nil, trusts(`{"AWS":"arn:aws:sts::111122223333:assumed-role/app/s1"}`), true, false, ""},
		"trusted foreign user, no identity policy": {bob, nil, trusts(`{"AWS":"arn:aws:iam::444455556666:user/bob"}`), false, false,
			"because no identity-based policy allows the sts:AssumeRole action"},
		"trusted foreign user, identity policy allows":    {bob, []string{allowRole}, trusts(`{"AWS":"arn:aws:iam::444455556666:user/bob"}`), true, false, ""},
		"trusted foreign account, identity policy allows": {bob, []string{allowRole}, trusts(`{"AWS":"arn:aws:iam::444455556666:root"}`), true, true, ""},
		"own account trusted, foreigner calls": {bob, []string{allowRole}, trusts(`{"AWS":"111122223333"}`), false, false,
			"because no role trust policy allows the sts:AssumeRole action"},
		"everyone trusted":                  {alice, nil, trusts(`"*"`), true, false, ""},
		"everyone trusted, foreigner calls": {bob, []string{allowRole}, trusts(`{"AWS":"*"}`), true, false, ""},
		"trusted service":                   {ec2, nil, trusts(`{"Service":"ec2.amazonaws.com"}`), true, false, ""},
		"trusted provider":                  {saml, nil, trusts(`{"Federated":"arn:aws:iam::111122223333:saml-provider/corp"}`), true, false, ""},
		"another action":                    {alice, nil, `{"Statement":{"Effect":"Allow","Principal":"*","Action":"sts:TagSession"}}`, false, false, "because no role trust policy allows the sts:AssumeRole action"},
	} {
		t.Run(name, func(t *testing.T) {
			got := given{caller: c.caller, identity: c.identity, trust: c.trust, owner: "111122223333",
				action: "sts:AssumeRole", onto: "arn:aws:iam::111122223333:role/ops"}.evaluate(t)
			if got.Allowed != c.allowed || got.Delegated != c.delegated || got.Reason("sts:AssumeRole") != c.reason {
				t.Errorf("allowed %v, delegated %v, reason %q; want %v, %v, %q", got.Allowed, got.Delegated, got.Reason("sts:AssumeRole"), c.allowed, c.delegated, c.reason)
			}
		})
	}
}

func TestExternalID(t *testing.T) {
	trust := mustParse(t, `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"111122223333"},"Action":"sts:AssumeRole","Condition":{"StringEquals":{"sts:ExternalId":"secret"}}}}`)
	for id, want := range map[string]bool{"secret": true, "Secret": false, "": false} {
		ctx := Context{}
		if id != "" {
			ctx.Set("sts:ExternalId", id)
		}
		got := Evaluate(Request{Action: "sts:AssumeRole", Resource: "arn:aws:iam::111122223333:role/ops", Caller: alice, Context: ctx},
			Policies{Identity: []*Document{mustParse(t, allowRole)}, Trust: trust})
		if got.Allowed != want {
			t.Errorf("external id %q: allowed %v, want %v", id, got.Allowed, want)
		}
	}
}

func TestActionsAndResources(t *testing.T) {
	for name, c := range map[string]struct {
		statement, action, resource string
		allowed                     bool
	}{
		"action in other case":                 {`"Action":"IAM:getUSER","Resource":"*"`, "iam:GetUser", "*", true},
		"action by pattern":                    {`"Action":["s3:*","iam:Get*"],"Resource":"*"`, "iam:GetUser", "*", true},
		"namespace by pattern, imported":       {`"Action":"i*:GetUser","Resource":"*"`, "iam:GetUser", "*", true},
		"NotAction, listed":                    {`"NotAction":["s3:*","IAM:*"],"Resource":"*"`, "iam:GetUser", "*", false},
		"NotAction, not listed":                {`"NotAction":["s3:*"],"Resource":"*"`, "iam:GetUser", "*", true},
		"NotAction of nothing is everything":   {`"NotAction":[],"Resource":"*"`, "iam:GetUser", "*", true},
		"Action of nothing":                    {`"Action":[],"Resource":"*"`, "iam:GetUser", "*", false},
		"resource in other case":               {`"Action":"*","Resource":"arn:aws:iam::111122223333:user/Bob"`, "iam:GetUser", "arn:aws:iam::111122223333:user/bob", false},
		"path under a star":                    {`"Action":"*","Resource":"arn:aws:iam::111122223333:user/*"`, "iam:GetUser", "arn:aws:iam::111122223333:user/dev/bob", true},
		"action without resource needs a star": {`"Action":"*","Resource":"arn:aws:iam::111122223333:user/*"`, "iam:ListUsers", "*", false},
		"action without resource, star":        {`"Action":"*","Resource":"*"`, "iam:ListUsers", "*", true},
		"NotResource, listed":                  {`"Action":"*","NotResource":["arn:aws:iam::*:role/*","arn:aws:iam::*:user/*"]`, "iam:GetUser", "arn:aws:iam::111122223333:user/bob", false},
		"NotResource, not listed":              {`"Action":"*","NotResource":"arn:aws:iam::*:role/*"`, "iam:GetUser", "arn:aws:iam::111122223333:user/bob", true},
		"NotResource of everything":            {`"Action":"*","NotResource":"*"`, "iam:GetUser", "arn:aws:iam::111122223333:user/bob", false},
		"incomplete ARN":                       {`"Action":"*","Resource":"arn:aws:iam"`, "iam:GetUser", "arn:aws:iam::111122223333:user/bob", true},
		"incomplete ARN of another service":    {`"Action":"*","Resource":"arn:aws:sqs"`, "iam:GetUser", "arn:aws:iam::111122223333:user/bob", false},
		"incomplete ARN with account":          {`"Action":"*","Resource":"arn:aws:iam::111122223333"`, "iam:GetUser", "arn:aws:iam::111122223333:user/bob", true},
	} {
		t.Run(name, func(t *testing.T) {
			got := given{caller: alice, action: c.action, onto: c.resource,
				identity: []string{`{"Version":"2012-10-17","Statement":{"Effect":"Allow",` + c.statement + `}}`}}.evaluate(t)
			if got.Allowed != c.allowed {
				t.Errorf("allowed %v, want %v", got.Allowed, c.allowed)
			}
		})
	}
}

func TestCompleteARN(t *testing.T) {
	for pattern, want := range map[string]string{
		"*":                        "*",
		"arn:aws:sqs":              "arn:aws:sqs:*:*:*",
		"arn:aws:sqs:us-east-1":    "arn:aws:sqs:us-east-1:*:*",
		"arn:aws:s3:::b":           "arn:aws:s3:::b",
		"arn:aws:logs:*:*:group:*": "arn:aws:logs:*:*:group:*",
		"sqs":                      "sqs",
	} {
		if got := CompleteARN(pattern); got != want {
			t.Errorf("CompleteARN(%q) = %q, want %q", pattern, got, want)
		}
	}
}

func TestIncompleteARNInSessionPolicy(t *testing.T) {
	got := given{caller: app, identity: []string{allowAll}, session: []string{`{"Statement":{"Effect":"Allow","Action":"*","Resource":"arn:aws:s3"}}`}}.evaluate(t)
	if got.Allowed || got.By != Session {
		t.Errorf("got %+v", got)
	}
}

// The reasons are complete: every statement that applied, also after a Deny,
// with its place in its document.
func TestMatchedStatements(t *testing.T) {
	got := given{caller: alice,
		identity: []string{allowIAM, "{\"Statement\":[{\"Effect\":\"Deny\",\"Action\":\"s3:*\",\"Resource\":\"*\"},\n {\"Effect\":\"Allow\",\"Action\":\"s3:Get*\",\"Resource\":\"*\"}]}", allowAll},
		scp:      [][]string{{allowAll}, {nothing, allowS3}},
	}.evaluate(t)
	type place struct {
		kind                 Kind
		level, policy, index int
		allow                bool
		line, column         int
	}
	want := []place{
		{SCP, 0, 0, 0, true, 1, 37},
		{SCP, 1, 1, 0, true, 1, 37},
		{Identity, 0, 1, 0, false, 1, 15},
		{Identity, 0, 1, 1, true, 2, 2},
		{Identity, 0, 2, 0, true, 1, 37},
	}
	places := []place{}
	for _, m := range got.Matched {
		places = append(places, place{m.Kind, m.Level, m.Policy, m.Index, m.Statement.Allow, m.Statement.Line, m.Statement.Column})
	}
	if !slices.Equal(places, want) {
		t.Errorf("got  %+v\nwant %+v", places, want)
	}
	if f := got.Findings[Identity]; f != (Finding{true, true, true}) {
		t.Errorf("identity policies: %+v", f)
	}
	if f := got.Findings[SCP]; f != (Finding{true, true, false}) {
		t.Errorf("SCPs: %+v", f)
	}
	if f := got.Findings[Boundary]; f != (Finding{}) {
		t.Errorf("boundary: %+v", f)
	}
}

func TestMissingKeys(t *testing.T) {
	doc := mustParse(t, `{"Version":"2012-10-17","Statement":[
	 {"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::${aws:SourceVpc}","Condition":{"Bool":{"never:asked":"true"}}},
	 {"Effect":"Allow","Action":"s3:*","Resource":"*","Condition":{
	   "StringEquals":{"aws:PrincipalTag/team":"${aws:ResourceTag/team}","aws:username":"alice"},
	   "BoolIfExists":{"AWS:MultiFactorAuthPresent":"true"},
	   "Null":{"aws:TokenIssueTime":"true"}}},
	 {"Effect":"Allow","Action":"iam:*","Resource":"*","Condition":{"Bool":{"never:asked":"true"}}}]}`)
	got := Evaluate(Request{Action: "s3:GetObject", Resource: "*", Caller: alice,
		Context: Context{"aws:PrincipalTag/team": {"red"}}}, Policies{Identity: []*Document{doc}})
	want := []string{"AWS:MultiFactorAuthPresent", "aws:ResourceTag/team", "aws:SourceVpc"}
	if !slices.Equal(got.Missing, want) {
		t.Errorf("got %q, want %q", got.Missing, want)
	}
}

func TestReasons(t *testing.T) {
	for name, c := range map[string]struct {
		given
		want string
	}{
		"allowed":           {given{caller: alice, identity: []string{allowS3}}, ""},
		"no identity Allow": {given{caller: alice}, "because no identity-based policy allows the s3:GetObject action"},
		"identity Deny":     {given{caller: alice, identity: []string{denyS3}}, "with an explicit deny in an identity-based policy"},
		"no SCP Allow":      {given{caller: alice, scp: [][]string{{}}}, "because no service control policy allows the s3:GetObject action"},
		"SCP Deny":          {given{caller: alice, scp: [][]string{{denyS3}}}, "with an explicit deny in a service control policy"},
		"RCP Deny":          {given{caller: alice, rcp: [][]string{{rcpDenyAll}}}, "with an explicit deny in a resource control policy"},
		"boundary":          {given{caller: alice, identity: []string{allowS3}, boundary: nothing}, "because no permissions boundary allows the s3:GetObject action"},
		"session":           {given{caller: app, identity: []string{allowS3}, session: []string{nothing}}, "because no session policy allows the s3:GetObject action"},
		"resource":          {given{caller: alice, owner: "444455556666", identity: []string{allowS3}}, "because no resource-based policy allows the s3:GetObject action"},
		"resource Deny":     {given{caller: alice, resource: onBucket("Deny", `"*"`)}, "with an explicit deny in a resource-based policy"},
	} {
		t.Run(name, func(t *testing.T) {
			got := c.evaluate(t)
			if text := got.Reason("s3:GetObject"); text != c.want {
				t.Errorf("got %q, want %q", text, c.want)
			}
		})
	}
}

// The order of policies and statements decides nothing.
func TestOrderDecidesNothing(t *testing.T) {
	texts := []string{allowS3, denyS3, allowIAM, nothing, allowAll}
	for range 50 {
		texts = append(texts[1:], texts[0])
		got := given{caller: alice, identity: texts}.evaluate(t)
		if got.Allowed || !got.Explicit || got.By != Identity || len(got.Matched) != 3 {
			t.Fatalf("order %q: %+v", texts, got)
		}
	}
}
