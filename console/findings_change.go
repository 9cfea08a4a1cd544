package console

import (
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// policyChange is what a recommendation does with one policy: it goes, or another
// one takes its place.
type policyChange struct {
	Step     int // number of its first step
	Policy   string
	ARN      string    // empty: inline
	Updated  time.Time // of a managed policy, when the recommendation was made
	Steps    []string
	Before   string // documents, with line breaks; Before is empty when it cannot be told
	After    string // empty: nothing takes its place
	Rows     []diffRow
	Removed  []removedAction
	Through  []string // groups that the principal has the policy from
	Direct   bool     // the principal has it itself
	Foreign  bool     // a managed policy of another account, which cannot be read here
	Stale    bool     // the policy was changed after the recommendation was made
	Several  bool     // more than one inline policy has this name: Before may be another
	Commands []string
	Download string
}

// policyChanges adds what the steps mean for each policy: its document now and then,
// the evidence, and the commands.
func (q *request) policyChanges(v *recommendationView) error {
	if v.Advice.Status != "SUCCEEDED" || len(v.Advice.Steps) == 0 {
		return nil
	}
	has, err := q.policiesOf(v.Kind, v.Name)
	if err != nil && !missing(err) { // of a principal that is gone the steps still show
		return err
	}
	var unused []unusedPermission
	for _, d := range v.Finding.Details {
		if d.Permission != nil {
			unused = append(unused, *d.Permission)
		}
	}
	for _, c := range changesOf(v.Advice) {
		if err := q.existing(&c, has); err != nil {
			return err
		}
		c.Removed = removed(unused, c.Before, c.After)
		if c.Before != "" && c.After != "" {
			c.Rows = sideBySide(c.Before, c.After)
		}
		if c.After != "" {
			c.Download = v.Analyzer.At("findings/recommendation/policy", "id", v.Finding.ID, "step", strconv.Itoa(c.Step))
		}
		for _, words := range c.commands(v.Kind, v.Name, v.Finding.Resource) {
			c.Commands = append(c.Commands, q.changeLine(v.Mirror, words))
		}
		v.Changes = append(v.Changes, c)
	}
	return nil
}

// changeLine is a line for a shell that changes IAM: here, or in AWS when the account
// is a copy of one there.
func (q *request) changeLine(mirror bool, words []string) string {
	if !mirror {
		return q.cli(words...)
	}
	line := "aws"
	for _, w := range words {
		line += " " + quoted(w)
	}
	return line
}

// changesOf puts the steps about one policy together: a DETACH_POLICY that
// follows a CREATE_POLICY is about the same one (AA-45).
func changesOf(r recommendation) (list []policyChange) {
	for i, s := range r.Steps {
		step := s.Step
		if n := len(list); n > 0 && step.RecommendedPolicy == "" && len(list[n-1].Steps) == 1 && list[n-1].After != "" && r.Steps[i-1].Step.ExistingPolicyID == step.ExistingPolicyID {
			list[n-1].Steps = append(list[n-1].Steps, step.RecommendedAction)
			continue
		}
		c := policyChange{Step: i + 1, Policy: step.ExistingPolicyID, Updated: step.PolicyUpdatedAt, Steps: []string{step.RecommendedAction}}
		if strings.HasPrefix(step.ExistingPolicyID, "arn:") {
			c.ARN, c.Policy = step.ExistingPolicyID, step.ExistingPolicyID[strings.LastIndex(step.ExistingPolicyID, "/")+1:]
		}
		if step.RecommendedPolicy != "" {
			c.After = indented(step.RecommendedPolicy)
		}
		list = append(list, c)
	}
	return list
}

// policiesOf are the policies of a user or role, with those of its groups.
func (q *request) policiesOf(k kind, name string) ([]grantedBy, error) {
	e := &entity{}
	switch k.Slug {
	case "roles":
		err := q.granted("Role", name, "", &e.Policies)
		return e.Policies, err
	case "users":
		if err := q.granted("User", name, "", &e.Policies); err != nil {
			return nil, err
		}
		err := q.groupsOf(name, e)
		return e.Policies, err
	}
	return nil, nil
}

// existing adds the document that the policy has now, and from where the
// principal has it.
func (q *request) existing(c *policyChange, has []grantedBy) error {
	documents := map[string]bool{}
	for _, p := range has {
		if p.ARN != c.ARN || p.Name != c.Policy {
			continue
		}
		if p.Via == "" {
			c.Direct = true
		} else {
			c.Through = append(c.Through, p.Via)
		}
		if p.ARN == "" && (c.Before == "" || p.Via == "") {
			c.Before = p.Document
		}
		documents[p.Document] = true
	}
	c.Several = c.ARN == "" && len(documents) > 1
	c.Foreign = foreign(c.ARN, q.visit.Account)
	if c.ARN == "" || c.Foreign {
		return nil
	}
	document, updated, err := q.managedDocument(c.ARN)
	c.Before, c.Stale = document, !updated.IsZero() && !updated.Truncate(time.Second).Equal(c.Updated.Truncate(time.Second))
	return err
}

// foreign reports whether a policy is neither of the account nor of AWS.
func foreign(arn, account string) bool {
	parts := strings.SplitN(arn, ":", 6)
	return len(parts) == 6 && parts[4] != account && parts[4] != "aws"
}

// missing reports whether the API does not have what was asked for.
func missing(err error) bool {
	e, ours := errors.AsType[*apiError](err)
	return ours && e.Status == http.StatusNotFound
}

// managedDocument is the default version of a managed policy and when the policy
// was changed; empty when it is gone or the caller may not see it.
func (q *request) managedDocument(arn string) (text string, updated time.Time, err error) {
	out, err := ask[struct{ Policy policy }](q.Context(), q.client, "iam", "GetPolicy", "PolicyArn", arn)
	if missing(err) {
		return "", updated, nil
	}
	if ok, err := q.try(err); !ok {
		return "", updated, err
	}
	version, err := ask[struct{ PolicyVersion policyVersion }](q.Context(), q.client, "iam", "GetPolicyVersion", "PolicyArn", arn, "VersionId", out.Policy.DefaultVersionId)
	if ok, err := q.try(err); !ok {
		return "", updated, err
	}
	return document(version.PolicyVersion.Document), out.Policy.UpdateDate, nil
}

// commands are what makes the change, in an order in which the principal is never
// without what it uses. What a group has stays as it is: others are in it. There
// are none when it is not sure which policy is meant.
func (c policyChange) commands(k kind, name, arn string) (list [][]string) {
	if k.Slug == "" || c.Several || c.Stale || !c.Attached() {
		return nil
	}
	// A value that begins with a hyphen is only taken for one behind "=".
	do := func(verb string, words ...string) {
		list = append(list, append([]string{"iam", verb + "-" + k.One + "-policy", "--" + k.One + "-name=" + name}, words...))
	}
	inline, old, file := "--policy-name="+c.Policy, "--policy-arn="+c.ARN, "--policy-document=file://"+policyFile(c.Step)
	switch {
	case c.After != "" && c.ARN == "":
		do("put", inline, file)
	case c.After != "":
		made := c.Policy[:min(len(c.Policy), maxPolicyName-len(recommendedSuffix))] + recommendedSuffix
		list = append(list, []string{"iam", "create-policy", "--policy-name=" + made, file})
		owner := strings.SplitN(arn, ":", 6)
		do("attach", "--policy-arn="+strings.Join([]string{"arn", owner[1], "iam", "", owner[4], "policy/" + made}, ":"))
		if c.Direct {
			do("detach", old)
		}
	case c.Direct && c.ARN == "":
		do("delete", inline)
	case c.Direct:
		do("detach", old)
	}
	return list
}

// Attached reports whether the principal has the policy, itself or from a group.
func (c policyChange) Attached() bool { return c.Direct || len(c.Through) > 0 }
