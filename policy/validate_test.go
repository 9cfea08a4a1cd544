package policy

import (
	"errors"
	"testing"
)

func TestValidate(t *testing.T) {
	const (
		vendors   = "Action vendors (e.g., aws, ec2, etc.) must not contain wildcards."
		prefaced  = "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc."
		unique    = "Statement IDs (SID) in a single policy must be unique."
		alnum     = "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*"
		principal = "Policy document should not specify a principal."
		resources = "Policy statement must contain resources."
		actions   = "Policy statement must contain actions."
		assume    = "AssumeRole policy may only specify STS AssumeRole actions."
		missing   = "Missing required field Principal"
	)
	for name, c := range map[string]struct {
		kind Kind
		text string
		want string // empty: valid
	}{
		"plain":                            {Identity, `{"Version":"2012-10-17","Statement":{"Sid":"A1","Effect":"Allow","Action":"s3:GetObject","Resource":"*"}}`, ""},
		"no version":                       {Identity, `{"Statement":{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}}`, ""},
		"no statements":                    {Identity, `{"Statement":[]}`, "Syntax errors in policy."},
		"wildcard in the vendor":           {Identity, `{"Statement":{"Effect":"Allow","Action":"iam*:GetUser","Resource":"*"}}`, vendors},
		"question mark in the vendor":      {Identity, `{"Statement":{"Effect":"Allow","Action":["s3:*","ia?:GetUser"],"Resource":"*"}}`, vendors},
		"wildcard vendor in NotAction":     {Identity, `{"Statement":{"Effect":"Deny","NotAction":"*3:*","Resource":"*"}}`, vendors},
		"star vendor and a name":           {Identity, `{"Statement":{"Effect":"Allow","Action":"*:GetUser","Resource":"*"}}`, vendors},
		"star alone":                       {Identity, `{"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}`, ""},
		"star colon star":                  {Identity, `{"Statement":{"Effect":"Allow","Action":"*:*","Resource":"*"}}`, ""},
		"wildcards in the name":            {Identity, `{"Statement":{"Effect":"Allow","Action":"s3:?et*","Resource":"*"}}`, ""},
		"unknown namespace and action":     {Identity, `{"Statement":{"Effect":"Allow","Action":"no-such:Thing","Resource":"*"}}`, ""},
		"action without vendor":            {Identity, `{"Statement":{"Effect":"Allow","Action":"GetUser","Resource":"*"}}`, prefaced},
		"action with empty vendor":         {Identity, `{"Statement":{"Effect":"Allow","Action":":GetUser","Resource":"*"}}`, prefaced},
		"action without name":              {Identity, `{"Statement":{"Effect":"Allow","Action":"iam:","Resource":"*"}}`, "The action iam: is not valid"},
		"vendor with a space":              {Identity, `{"Statement":{"Effect":"Allow","Action":"i m:GetUser","Resource":"*"}}`, "Vendor i m is not valid"},
		"no actions":                       {Identity, `{"Statement":{"Effect":"Allow","Action":[],"Resource":"*"}}`, actions},
		"NotAction, NotResource":           {Identity, `{"Statement":{"Effect":"Allow","NotAction":"iam:*","NotResource":"arn:aws:s3:::b"}}`, ""},
		"no Resource":                      {Identity, `{"Statement":{"Effect":"Allow","Action":"s3:GetObject"}}`, resources},
		"empty Resource":                   {Identity, `{"Statement":{"Effect":"Allow","Action":"s3:GetObject","Resource":[]}}`, resources},
		"resource that is no ARN":          {Identity, `{"Statement":{"Effect":"Allow","Action":"s3:GetObject","Resource":"bucket"}}`, `Resource bucket must be in ARN format or "*".`},
		"resource of the wrong type":       {Identity, `{"Statement":{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:iam::111122223333:user/x"}}`, ""},
		"incomplete ARN":                   {Identity, `{"Statement":{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3"}}`, ""},
		"incomplete ARN in a session":      {Session, `{"Statement":{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3"}}`, `Resource arn:aws:s3 must be in ARN format or "*".`},
		"a principal":                      {Identity, `{"Statement":{"Effect":"Allow","Action":"s3:GetObject","Resource":"*","Principal":"*"}}`, principal},
		"a NotPrincipal":                   {Boundary, `{"Statement":{"Effect":"Allow","Action":"s3:GetObject","Resource":"*","NotPrincipal":"*"}}`, principal},
		"a principal in an SCP":            {SCP, `{"Statement":{"Effect":"Deny","Action":"s3:GetObject","Resource":"*","Principal":"*"}}`, principal},
		"Sid with other characters":        {Identity, `{"Statement":{"Sid":"a b","Effect":"Allow","Action":"s3:GetObject","Resource":"*"}}`, alnum},
		"such a Sid in a resource policy":  {Resource, `{"Statement":{"Sid":"a b","Effect":"Allow","Action":"s3:GetObject","Resource":"*","Principal":"*"}}`, ""},
		"Sid twice":                        {Identity, `{"Statement":[{"Sid":"A","Effect":"Allow","Action":"s3:*","Resource":"*"},{"Sid":"A","Effect":"Deny","Action":"s3:*","Resource":"*"}]}`, unique},
		"Sid twice in other case":          {Identity, `{"Statement":[{"Sid":"A","Effect":"Allow","Action":"s3:*","Resource":"*"},{"Sid":"a","Effect":"Deny","Action":"s3:*","Resource":"*"}]}`, ""},
		"no Sid twice":                     {Identity, `{"Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"},{"Sid":"","Effect":"Deny","Action":"s3:*","Resource":"*"}]}`, ""},
		"unknown operator":                 {Identity, `{"Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*","Condition":{"StringResembles":{"aws:a":"b"}}}}`, "Invalid Condition type : StringResembles."},
		"NullIfExists":                     {Identity, `{"Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*","Condition":{"NullIfExists":{"aws:a":"true"}}}}`, "Invalid Condition type : NullIfExists."},
		"known operators":                  {Identity, `{"Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*","Condition":{"ForAllValues:StringNotLikeIfExists":{"aws:TagKeys":"b"},"bool":{"aws:SecureTransport":true}}}}`, ""},
		"condition key without vendor":     {Identity, `{"Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*","Condition":{"Bool":{"SecureTransport":"true"}}}}`, prefaced},
		"trust":                            {Trust, `{"Statement":{"Effect":"Allow","Action":["sts:AssumeRole","sts:TagSession"],"Principal":{"AWS":["111122223333","arn:aws:iam::111122223333:user/dev/bob"],"Service":"ec2.amazonaws.com"}}}`, ""},
		"trust of everyone":                {Trust, `{"Statement":{"Effect":"Allow","Action":"sts:AssumeRole","Principal":"*"}}`, ""},
		"trust of a deleted user":          {Trust, `{"Statement":{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"AWS":"AIDABOBEXAMPLE0000001"}}}`, ""},
		"trust of a provider":              {Trust, `{"Statement":{"Effect":"Allow","Action":"sts:AssumeRoleWithSAML","Principal":{"Federated":"arn:aws:iam::111122223333:saml-provider/corp"}}}`, ""},
		"trust with Resource":              {Trust, `{"Statement":{"Effect":"Allow","Action":"sts:AssumeRole","Principal":"*","Resource":"*"}}`, "Has prohibited field Resource"},
		"trust without Principal":          {Trust, `{"Statement":{"Effect":"Allow","Action":"sts:AssumeRole"}}`, missing},
		"trust with an empty Principal":    {Trust, `{"Statement":{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{}}}`, missing},
		"trust with an empty list":         {Trust, `{"Statement":{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"AWS":[]}}}`, missing},
		"trust of other actions":           {Trust, `{"Statement":{"Effect":"Allow","Action":"s3:GetObject","Principal":"*"}}`, assume},
		"trust of all actions":             {Trust, `{"Statement":{"Effect":"Allow","Action":"*","Principal":"*"}}`, assume},
		"trust of half a name":             {Trust, `{"Statement":{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"AWS":"arn:aws:iam::111122223333:user/*"}}}`, `Invalid principal in policy: "AWS":"arn:aws:iam::111122223333:user/*"`},
		"trust of no principal at all":     {Trust, `{"Statement":{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"AWS":"bob"}}}`, `Invalid principal in policy: "AWS":"bob"`},
		"trust of an unknown type":         {Trust, `{"Statement":{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"Azure":"bob"}}}`, `Invalid principal in policy: "Azure":"bob"`},
		"trust of no service":              {Trust, `{"Statement":{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"Service":"ec2"}}}`, `Invalid principal in policy: "Service":"ec2"`},
		"resource policy without Resource": {Resource, `{"Statement":{"Effect":"Allow","Action":"s3:*","Principal":"*"}}`, resources},
	} {
		t.Run(name, func(t *testing.T) {
			err := Validate(mustParse(t, c.text), c.kind)
			switch {
			case c.want == "" && err != nil:
				t.Errorf("got %v, want none", err)
			case c.want != "" && (!errors.Is(err, ErrMalformed) || err.Error() != c.want):
				t.Errorf("got  %v\nwant %s", err, c.want)
			}
		})
	}
}
