package inventory

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/ebbmark/ebbmark/arn"
)

// The constraints of IAM-11 and IAM-14 that identify things. Others, such as
// the length of a tag, do no harm and are not checked. Lengths are compared and
// not part of the patterns: a counted repetition of 128 costs more to compile
// than most commands take to start.
var (
	accountForm = regexp.MustCompile(`^[0-9]{12}$`)
	idForm      = regexp.MustCompile(`^\w+$`)
	nameForm    = regexp.MustCompile(`^[\w+=,.@-]+$`)
	pathForm    = regexp.MustCompile(`^/([!-~]+/)?$`)
	versionForm = regexp.MustCompile(`^v[1-9][0-9]*(\.[A-Za-z0-9-]*)?$`)
)

func isID(id string) bool     { return len(id) >= 16 && len(id) <= 128 && idForm.MatchString(id) }
func isName(name string) bool { return len(name) <= 128 && nameForm.MatchString(name) }
func isPath(path string) bool { return len(path) <= 512 && pathForm.MatchString(path) }

// awsAccount stands in the account field of AWS managed policies.
const awsAccount = "aws"

// IsAWSManaged reports whether the ARN is that of an AWS managed policy.
func IsAWSManaged(policyARN string) bool {
	a, err := arn.Parse(policyARN)
	return err == nil && a.Service == "iam" && a.Account == awsAccount
}

// owner is whose page it is, as its ARNs say. Empty fields: not yet known.
type owner struct{ account, partition string }

// admit takes the owner from a first ARN and holds every other one against it.
func (o *owner) admit(a arn.ARN) error {
	if o.partition == "" {
		o.partition = a.Partition
	}
	if a.Partition != o.partition {
		return fmt.Errorf("%s is of partition %s, others of the page are of %s", a, a.Partition, o.partition)
	}
	if a.Account == awsAccount {
		return nil
	}
	if o.account == "" {
		o.account = a.Account
	}
	if a.Account != o.account {
		return fmt.Errorf("%s is of account %s, others of the page are of %s: a page is of one account", a, a.Account, o.account)
	}
	return nil
}

// resource parses the ARN of an IAM resource of the kind ("user", …) that
// belongs to the page's account or, a policy, to AWS.
func (o *owner) resource(text, kind string) (arn.ARN, error) {
	a, err := arn.Parse(text)
	if err != nil || len(text) > 2048 {
		return a, fmt.Errorf("its Arn %q is no ARN", clip(text))
	}
	if a.Service != "iam" || a.Region != "" || a.Kind() != kind || a.Partition == "" || a.Name() == "" {
		return a, fmt.Errorf("its Arn %q is not that of a %s", clip(text), kind)
	}
	if !accountForm.MatchString(a.Account) && (kind != "policy" || a.Account != awsAccount) {
		return a, fmt.Errorf("its Arn %q has no account id of 12 digits", clip(text))
	}
	return a, o.admit(a)
}

// identity checks what names an entity and returns its path.
func (o *owner) identity(kind, name, id, arnText, path string) (string, error) {
	if !isName(name) {
		return "", fmt.Errorf("%q is no name", clip(name))
	}
	a, err := o.resource(arnText, kind)
	if err != nil {
		return "", err
	}
	if !isID(id) {
		return "", fmt.Errorf("%q is no unique id", clip(id))
	}
	if a.Name() != name {
		return "", fmt.Errorf("the Arn %s names %s, not %s", arnText, a.Name(), name)
	}
	if path == "" {
		path = a.Path()
	}
	if path != a.Path() || !isPath(path) {
		return "", fmt.Errorf("the path %q is not the one of the Arn %s", clip(path), arnText)
	}
	return path, nil
}

// dated is a date of an entity: required means that AWS always says it.
func dated(member string, s stamp, required bool) (time.Time, error) {
	if s.bad != "" {
		return s.Time, fmt.Errorf("%s: %s is no date like 2024-01-01T00:00:00Z", member, clip(s.bad))
	}
	if required && s.IsZero() {
		return s.Time, errors.New(member + " is missing")
	}
	return s.Time, nil
}

// label is how an error calls an entity: by its ARN's resource ("role
// service/app") when there is one, else by what it says of itself.
func label(kind, arnText, name string) string {
	if a, err := arn.Parse(arnText); err == nil && a.Kind() == kind && a.Name() != "" {
		return kind + " " + clip(strings.TrimPrefix(a.Resource, kind+"/"))
	}
	if name == "" {
		return kind + " without a name"
	}
	return kind + " " + clip(name)
}
