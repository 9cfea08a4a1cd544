package finding

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/ebbmark/ebbmark/inventory"
)

func TestExternalAccess(t *testing.T) {
	account := Zone{Account: owner}
	company := Zone{Organization: "o-ours", Accounts: map[string]bool{owner: true, "444455556666": true}}
	const (
		assume = `"Effect":"Allow","Action":"sts:AssumeRole"`
		other  = `"Principal":{"AWS":"arn:aws:iam::999999999999:root"}`
		member = `"Principal":{"AWS":"444455556666"}`
		all    = `"Principal":"*"`
	)
	for name, c := range map[string]struct {
		zone  Zone
		trust string // statements
		want  string // kind, who, actions, conditions, public
	}{
		"an account outside":                  {account, `{` + assume + `,` + other + `}`, "AWS arn:aws:iam::999999999999:root sts:AssumeRole"},
		"the own account":                     {account, `{` + assume + `,"Principal":{"AWS":"` + owner + `"}}`, ""},
		"a member seen from the account":      {account, `{` + assume + `,` + member + `}`, "AWS 444455556666 sts:AssumeRole"},
		"a member seen from the organization": {company, `{` + assume + `,` + member + `}`, ""},
		"a service":                           {account, `{` + assume + `,"Principal":{"Service":"ec2.amazonaws.com"}}`, ""},
		"everyone":                            {account, `{` + assume + `,` + all + `}`, "AWS * sts:AssumeRole public"},
		"everyone of the organization":        {company, `{` + assume + `,` + all + `,"Condition":{"StringEquals":{"aws:PrincipalOrgID":"o-ours"}}}`, ""},
		"everyone of another organization":    {company, `{` + assume + `,` + all + `,"Condition":{"StringEquals":{"aws:PrincipalOrgID":"o-else"}}}`, "AWS * sts:AssumeRole aws:PrincipalOrgID=o-else"},
		"if the key is there":                 {company, `{` + assume + `,` + all + `,"Condition":{"StringEqualsIfExists":{"aws:PrincipalOrgID":"o-ours"}}}`, "AWS * sts:AssumeRole aws:PrincipalOrgID=o-ours public"},
		"the own account by condition":        {account, `{` + assume + `,` + all + `,"Condition":{"StringEquals":{"aws:PrincipalAccount":"` + owner + `"}}}`, ""},
		"an external id does not limit who":   {account, `{` + assume + `,` + all + `,"Condition":{"StringEquals":{"sts:ExternalId":"x"}}}`, "AWS * sts:AssumeRole sts:ExternalId=x public"},
		"a Deny of everyone":                  {account, `{` + assume + `,` + other + `},{"Effect":"Deny","Action":"*","Principal":"*"}`, ""},
		"a Deny with a condition":             {account, `{` + assume + `,` + other + `},{"Effect":"Deny","Action":"*","Principal":"*","Condition":{"Bool":{"aws:SecureTransport":"false"}}}`, "AWS arn:aws:iam::999999999999:root sts:AssumeRole"},
		"a Deny of all but the organization":  {company, `{` + assume + `,` + other + `},{"Effect":"Deny","Action":"sts:*","Principal":"*","Condition":{"StringNotEquals":{"aws:PrincipalOrgID":"o-ours"}}}`, ""},
		"web identity (AA-73)": {account, `{"Effect":"Allow","Action":"sts:AssumeRoleWithWebIdentity","Principal":{"Federated":"cognito-identity.amazonaws.com"},"Condition":{"StringEquals":{"cognito-identity.amazonaws.com:aud":"x"}}}`,
			"Federated cognito-identity.amazonaws.com sts:AssumeRoleWithWebIdentity cognito-identity.amazonaws.com:aud=x"},
		"two principals are two findings": {account, `{` + assume + `,"Principal":{"AWS":["999999999999","888888888888"]}}`, "AWS 888888888888 sts:AssumeRole; AWS 999999999999 sts:AssumeRole"},
		"the same grant twice is one":     {account, `{` + assume + `,` + other + `},{` + assume + `,` + other + `}`, "AWS arn:aws:iam::999999999999:root sts:AssumeRole"},
		"all but some are everyone":       {account, `{` + assume + `,"NotPrincipal":{"AWS":"` + owner + `"}}`, "AWS * sts:AssumeRole public"},
	} {
		t.Run(name, func(t *testing.T) {
			a := &inventory.Account{ID: owner, Partition: "aws", Roles: []*inventory.Role{{Name: "r", ID: "AROAR", Path: "/", ARN: "arn:aws:iam::" + owner + ":role/r",
				Trust: `{"Version":"2012-10-17","Statement":[` + c.trust + `]}`}}}
			a.Index()
			var got []string
			for _, seen := range ExamineTrust(a, c.zone, "", "") {
				if len(seen.Unjudged) > 0 {
					t.Fatal(seen.Unjudged)
				}
				for _, c := range seen.Conditions {
					line := ""
					for kind, who := range c.External.Principal {
						line = kind + " " + who + " " + strings.Join(c.External.Actions, ",")
					}
					for _, key := range slices.Sorted(maps.Keys(c.External.Condition)) {
						line += fmt.Sprint(" ", key, "=", c.External.Condition[key])
					}
					if c.External.Public {
						line += " public"
					}
					got = append(got, line)
				}
			}
			slices.Sort(got)
			if text := strings.Join(got, "; "); text != c.want {
				t.Errorf("%q, want %q", text, c.want)
			}
		})
	}
}

func TestATrustPolicyThatCannotBeReadIsNotJudged(t *testing.T) {
	a := &inventory.Account{ID: owner, Roles: []*inventory.Role{{Name: "r", Path: "/", ARN: "r", Trust: `{"Version":`}}}
	a.Index()
	if seen := ExamineTrust(a, Zone{Account: owner}, "", ""); len(seen) != 1 || len(seen[0].Unjudged) != 1 || len(seen[0].Conditions) > 0 {
		t.Errorf("%+v", seen)
	}
}
