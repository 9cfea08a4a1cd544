package policy

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/ebbmark/ebbmark/arn"
)

// ErrMalformed is wrapped by every error of Validate. Its message is what AWS
// answers with the code MalformedPolicyDocument (IAM-25), without further words.
var ErrMalformed = errors.New("malformed policy document")

// malformed is an ErrMalformed with AWS's wording.
type malformed string

func (m malformed) Error() string { return string(m) }
func (malformed) Unwrap() error   { return ErrMalformed }

func malformedf(format string, args ...any) error { return malformed(fmt.Sprintf(format, args...)) }

// Validate says what AWS would refuse when a document of this kind is written;
// Parse alone accepts more.
//
// Accepted on purpose, because AWS accepts it: unknown namespaces and actions,
// resources of the wrong type, NotAction and NotResource (IAM-25).
func Validate(doc *Document, kind Kind) error {
	if len(doc.Statements) == 0 {
		return malformed("Syntax errors in policy.")
	}
	sids := map[string]bool{}
	for i := range doc.Statements {
		st := &doc.Statements[i]
		if err := validSid(st.Sid, kind, sids); err != nil {
			return err
		}
		if err := validStatement(st, kind); err != nil {
			return err
		}
	}
	return nil
}

// validSid checks one Sid; an empty one is none. The services that keep
// resource policies allow more characters, each its own.
func validSid(sid string, kind Kind, sids map[string]bool) error {
	if kind != Resource && !only(sid, "") {
		return malformed("Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*")
	}
	if sid != "" && sids[sid] {
		return malformed("Statement IDs (SID) in a single policy must be unique.")
	}
	sids[sid] = true
	return nil
}

func validStatement(st *Statement, kind Kind) error {
	checks := []func(*Statement) error{validActions, noPrincipal, validResources, validConditions}
	switch kind {
	case Trust:
		checks = []func(*Statement) error{validActions, assumesOnly, validPrincipals, noResource, validConditions}
	case Resource, RCP:
		checks = []func(*Statement) error{validActions, validPrincipals, validResources, validConditions}
	case Session:
		checks = append(checks, completeResources)
	}
	for _, check := range checks {
		if err := check(st); err != nil {
			return err
		}
	}
	return nil
}

func validActions(st *Statement) error {
	actions := slices.Concat(st.Action, st.NotAction)
	if len(actions) == 0 {
		return malformed("Policy statement must contain actions.")
	}
	for _, action := range actions {
		if err := validAction(action); err != nil {
			return err
		}
	}
	return nil
}

// validAction: "*", "*:*" (LA-11), or vendor:name with wildcards in the name
// only.
func validAction(action string) error {
	vendor, name, ok := strings.Cut(action, ":")
	switch {
	case action == "*" || action == "*:*":
		return nil
	case !ok || vendor == "":
		return malformed("Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.")
	case strings.ContainsAny(vendor, "*?"):
		return malformed("Action vendors (e.g., aws, ec2, etc.) must not contain wildcards.")
	case !only(vendor, "-"):
		return malformedf("Vendor %s is not valid", vendor)
	case name == "" || !only(name, "*?-_.:/"):
		return malformedf("The action %s is not valid", action)
	}
	return nil
}

// only reports whether s has letters, digits and characters of more.
func only(s, more string) bool {
	for i := range len(s) {
		c := lower(s[i])
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && strings.IndexByte(more, c) < 0 {
			return false
		}
	}
	return true
}

func assumesOnly(st *Statement) error {
	for _, action := range slices.Concat(st.Action, st.NotAction) {
		if vendor, _, _ := strings.Cut(action, ":"); !strings.EqualFold(vendor, "sts") {
			return malformed("AssumeRole policy may only specify STS AssumeRole actions.")
		}
	}
	return nil
}

func noPrincipal(st *Statement) error {
	if st.Principal != nil || st.NotPrincipal != nil {
		return malformed("Policy document should not specify a principal.")
	}
	return nil
}

func noResource(st *Statement) error {
	if st.Resource != nil || st.NotResource != nil {
		return malformed("Has prohibited field Resource")
	}
	return nil
}

func validResources(st *Statement) error {
	resources := slices.Concat(st.Resource, st.NotResource)
	if len(resources) == 0 {
		return malformed("Policy statement must contain resources.")
	}
	for _, r := range resources {
		if !strings.HasPrefix(r, "arn:") && !strings.HasPrefix(r, "*") {
			return malformedf("Resource %s must be in ARN format or \"*\".", r)
		}
	}
	return nil
}

// completeResources: session policies take no incomplete ARN.
func completeResources(st *Statement) error {
	for _, r := range slices.Concat(st.Resource, st.NotResource) {
		if CompleteARN(r) != r {
			return malformedf("Resource %s must be in ARN format or \"*\".", r)
		}
	}
	return nil
}

func validPrincipals(st *Statement) error {
	p := st.Principal
	if p == nil {
		p = st.NotPrincipal
	}
	if p == nil || !p.Any && len(p.Types) == 0 {
		return malformed("Missing required field Principal")
	}
	for _, kind := range slices.Sorted(maps.Keys(p.Types)) {
		names := p.Types[kind]
		if len(names) == 0 {
			return malformed("Missing required field Principal")
		}
		for _, name := range names {
			if !validPrincipal(kind, name) {
				return malformedf("Invalid principal in policy: %q:%q", kind, name)
			}
		}
	}
	return nil
}

func validPrincipal(kind, name string) bool {
	switch kind {
	case "AWS":
		return name == "*" || accountID(name) || uniqueID(name) || principalARN(name)
	case "Service":
		return strings.Contains(name, ".") && !strings.ContainsAny(name, "*?")
	case "Federated", "CanonicalUser":
		return name != "" && !strings.ContainsAny(name, "*?")
	}
	return false
}

func accountID(name string) bool { return len(name) == 12 && digits(name) == 12 }

// uniqueID reports whether name is the id of a user or role (IAM-10): what AWS
// shows in a trust policy once the principal is deleted.
func uniqueID(name string) bool {
	return len(name) >= 16 && only(name, "") && (strings.HasPrefix(name, "AIDA") || strings.HasPrefix(name, "AROA"))
}

// principalARN reports whether name is the ARN of an account, user, role or
// session, without wildcards.
func principalARN(name string) bool {
	a, err := arn.Parse(name)
	return err == nil && (a.Service == "iam" || a.Service == "sts") && a.Account != "" && a.Resource != "" &&
		!strings.ContainsAny(name, "*?")
}

func validConditions(st *Statement) error {
	for _, c := range st.Condition {
		if _, known := parseOperator(c.Operator); !known {
			return malformedf("Invalid Condition type : %s.", c.Operator)
		}
		if vendor, key, ok := strings.Cut(c.Key, ":"); !ok || vendor == "" || key == "" {
			return malformed("Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.")
		}
	}
	return nil
}
