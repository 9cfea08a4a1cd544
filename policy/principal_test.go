package policy

import "testing"

// Who may assume a role of account 111122223333, by its trust policy and
// without any identity policy: how directly the policy names the caller.
func TestTrustPolicyNames(t *testing.T) {
	bob := Caller{ARN: "arn:aws:iam::444455556666:user/dev/bob", Account: "444455556666", UserID: "AIDABOBEXAMPLE0000001"}
	for name, c := range map[string]struct {
		principal string
		caller    Caller
		want      reach
	}{
		"everyone":                             {`"*"`, alice, viaRole},
		"everyone, as AWS principal":           {`{"AWS":"*"}`, bob, viaRole},
		"everyone, a service":                  {`"*"`, ec2, viaRole},
		"everyone, anonymous":                  {`"*"`, Caller{}, viaRole},
		"the account id":                       {`{"AWS":"111122223333"}`, alice, viaAccount},
		"the account root":                     {`{"AWS":"arn:aws:iam::111122223333:root"}`, alice, viaAccount},
		"the account root, by a session":       {`{"AWS":"arn:aws:iam::111122223333:root"}`, app, viaAccount},
		"another account":                      {`{"AWS":"444455556666"}`, alice, notNamed},
		"another account's root":               {`{"AWS":"arn:aws:iam::444455556666:root"}`, alice, notNamed},
		"one of several":                       {`{"AWS":["444455556666","arn:aws:iam::111122223333:user/alice"]}`, alice, itself},
		"the most direct counts":               {`{"AWS":["111122223333","arn:aws:iam::111122223333:user/alice"]}`, alice, itself},
		"the user with path":                   {`{"AWS":"arn:aws:iam::444455556666:user/dev/bob"}`, bob, itself},
		"the user without its path":            {`{"AWS":"arn:aws:iam::444455556666:user/bob"}`, bob, notNamed},
		"case counts":                          {`{"AWS":"arn:aws:iam::111122223333:user/Alice"}`, alice, notNamed},
		"a wildcard in a name is none":         {`{"AWS":"arn:aws:iam::111122223333:user/*"}`, alice, notNamed},
		"the user's unique id":                 {`{"AWS":"AIDAALICEEXAMPLE00001"}`, alice, itself},
		"the role of the session":              {`{"AWS":"arn:aws:iam::111122223333:role/service/app"}`, app, viaRole},
		"the role without its path":            {`{"AWS":"arn:aws:iam::111122223333:role/app"}`, app, notNamed},
		"the role's unique id":                 {`{"AWS":"AROAAPPEXAMPLE0000001"}`, app, viaRole},
		"the session":                          {`{"AWS":"arn:aws:sts::111122223333:assumed-role/app/s1"}`, app, itself},
		"another session of the role":          {`{"AWS":"arn:aws:sts::111122223333:assumed-role/app/s2"}`, app, notNamed},
		"the federated user":                   {`{"AWS":"arn:aws:sts::111122223333:federated-user/fred"}`, fed, itself},
		"the user who federated":               {`{"AWS":"arn:aws:iam::111122223333:user/alice"}`, fed, viaRole},
		"the root user":                        {`{"AWS":"arn:aws:iam::111122223333:root"}`, root, viaAccount},
		"a service":                            {`{"Service":["ecs.amazonaws.com","ec2.amazonaws.com"]}`, ec2, itself},
		"another service":                      {`{"Service":"ecs.amazonaws.com"}`, ec2, notNamed},
		"a service is no AWS principal":        {`{"AWS":"ec2.amazonaws.com"}`, ec2, notNamed},
		"a user is no service":                 {`{"Service":"ec2.amazonaws.com"}`, alice, notNamed},
		"a SAML provider":                      {`{"Federated":"arn:aws:iam::111122223333:saml-provider/corp"}`, saml, itself},
		"another provider":                     {`{"Federated":"cognito-identity.amazonaws.com"}`, saml, notNamed},
		"a type that is not known":             {`{"CanonicalUser":"79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be"}`, alice, notNamed},
		"an empty list":                        {`{"AWS":[]}`, alice, notNamed},
		"an empty name":                        {`{"AWS":""}`, Caller{}, notNamed},
		"an empty name against an empty field": {`{"Service":"","Federated":"","AWS":""}`, Caller{}, notNamed},
	} {
		t.Run(name, func(t *testing.T) {
			doc := mustParse(t, `{"Statement":{"Effect":"Allow","Action":"sts:AssumeRole","Principal":`+c.principal+`}}`)
			if got := doc.Statements[0].namedBy(&c.caller, false); got != c.want {
				t.Errorf("got %d, want %d", got, c.want)
			}
		})
	}
}

func TestNotPrincipal(t *testing.T) {
	for name, c := range map[string]struct {
		effect, principal string
		caller            Caller
		bounded           bool
		applies           bool
	}{
		"Allow, another is left out":                 {"Allow", `{"AWS":"arn:aws:iam::111122223333:user/bob"}`, alice, false, true},
		"Allow, the caller is left out":              {"Allow", `{"AWS":"arn:aws:iam::111122223333:user/alice"}`, alice, false, false},
		"Allow, the caller's account is left out":    {"Allow", `{"AWS":"111122223333"}`, alice, false, false},
		"Allow, everyone is left out":                {"Allow", `"*"`, alice, false, false},
		"Deny, another is spared":                    {"Deny", `{"AWS":"arn:aws:iam::111122223333:user/bob"}`, alice, false, true},
		"Deny, the caller is spared":                 {"Deny", `{"AWS":["arn:aws:iam::111122223333:user/alice","111122223333"]}`, alice, false, false},
		"Deny, only the account is spared":           {"Deny", `{"AWS":"111122223333"}`, alice, false, true},
		"Deny, the account is spared and root calls": {"Deny", `{"AWS":"111122223333"}`, root, false, false},
		"Deny, the session's role is spared":         {"Deny", `{"AWS":"arn:aws:iam::111122223333:role/service/app"}`, app, false, false},
		"Deny, spared, but with a boundary":          {"Deny", `{"AWS":"arn:aws:iam::111122223333:user/alice"}`, alice, true, true},
		"Deny, everyone is spared":                   {"Deny", `"*"`, alice, false, false},
	} {
		t.Run(name, func(t *testing.T) {
			doc := mustParse(t, `{"Statement":{"Effect":"`+c.effect+`","Action":"*","NotPrincipal":`+c.principal+`}}`)
			if got := doc.Statements[0].namedBy(&c.caller, c.bounded) != notNamed; got != c.applies {
				t.Errorf("applies %v, want %v", got, c.applies)
			}
		})
	}
}

// The keys that follow from the caller, asked for one at a time.
func TestCallerKeys(t *testing.T) {
	for name, c := range map[string]struct {
		caller     Caller
		key, value string // an empty value: the key is absent
	}{
		"user's ARN":               {alice, "aws:PrincipalArn", "arn:aws:iam::111122223333:user/alice"},
		"user's account":           {alice, "aws:PrincipalAccount", "111122223333"},
		"user's type":              {alice, "aws:PrincipalType", "User"},
		"user's id":                {alice, "aws:userid", "AIDAALICEEXAMPLE00001"},
		"user's name":              {Caller{ARN: "arn:aws:iam::111122223333:user/dev/bob"}, "aws:username", "bob"},
		"session's ARN is a role":  {app, "aws:PrincipalArn", "arn:aws:iam::111122223333:role/service/app"},
		"session's type":           {app, "aws:PrincipalType", "AssumedRole"},
		"session's id":             {app, "aws:userid", "AROAAPPEXAMPLE0000001:s1"},
		"session has no user name": {app, "aws:username", ""},
		"root's ARN":               {root, "aws:PrincipalArn", "arn:aws:iam::111122223333:root"},
		"root's type":              {root, "aws:PrincipalType", "Account"},
		"root has no user name":    {root, "aws:username", ""},
		"federated user's ARN":     {fed, "aws:PrincipalArn", "arn:aws:sts::111122223333:federated-user/fred"},
		"federated user's type":    {fed, "aws:PrincipalType", "FederatedUser"},
		"anonymous":                {Caller{}, "aws:PrincipalType", "Anonymous"},
		"a service":                {ec2, "aws:PrincipalType", ""},
	} {
		t.Run(name, func(t *testing.T) {
			values := newLookup(nil, &c.caller).all(c.key)
			if c.value == "" && len(values) > 0 || c.value != "" && (len(values) != 1 || values[0] != c.value) {
				t.Errorf("%s is %q, want %q", c.key, values, c.value)
			}
		})
	}
}

func TestGivenKeysComeBeforeTheCallers(t *testing.T) {
	ctx := Context{}
	ctx.Set("aws:UserName", "eve")
	if got := newLookup(ctx, &alice).all("AWS:username"); len(got) != 1 || got[0] != "eve" {
		t.Errorf("got %q, want eve", got)
	}
}

func TestTwoSpellingsOfAKey(t *testing.T) {
	ctx := Context{"a:B": {"2"}, "A:b": {"1"}}
	for range 20 {
		if got := newLookup(ctx, &alice).all("a:b"); len(got) != 2 || got[0] != "1" || got[1] != "2" {
			t.Fatalf("got %q, want 1 and 2", got)
		}
	}
}
