package iam

import (
	"net/http"
	"slices"
	"strings"
	"unicode"

	"github.com/ebbmark/ebbmark/inventory"
	"github.com/ebbmark/ebbmark/policy"
	"github.com/ebbmark/ebbmark/wire"
)

// Policies of users, groups and roles, as all three are written.

// The quotas of AWS (IAM User Guide, "IAM and AWS STS quotas"). Sizes are in
// characters without white space, of all inline policies of an entity together.
const (
	attachedQuota    = 10
	userInlineQuota  = 2048
	groupInlineQuota = 5120
	roleInlineQuota  = 10240
)

// checkDocument refuses a policy document that AWS would not store (IAM-25). It
// looks at the input only, so an input's Check may ask it.
func checkDocument(text string, kind policy.Kind) error {
	doc, err := policy.ParseString(text)
	if err == nil {
		err = policy.Validate(doc, kind)
	} else {
		err = syntaxError{err}
	}
	if err != nil {
		return wire.Errorf(http.StatusBadRequest, "MalformedPolicyDocument", "%s", err)
	}
	return nil
}

// syntaxError words an error of the parser: AWS's own text, and what is wrong
// where, which AWS does not say.
type syntaxError struct{ error }

func (e syntaxError) Error() string { return "Syntax errors in policy. " + e.error.Error() }

// policySize is the number of characters that count for a quota.
func policySize(text string) int {
	n := 0
	for _, c := range text {
		if !unicode.IsSpace(c) {
			n++
		}
	}
	return n
}

// putInline adds or replaces an inline policy of an entity ("user", "group" or
// "role" and its name).
func putInline(list *[]inventory.Inline, p inventory.Inline, quota int, kind, name string) error {
	size := policySize(p.Document)
	at := -1
	for i, q := range *list {
		if sameName(q.Name, p.Name) {
			at = i
		} else {
			size += policySize(q.Document)
		}
	}
	if size > quota {
		return wire.Errorf(http.StatusConflict, "LimitExceeded", "Maximum policy size of %d bytes exceeded for %s %s", quota, kind, name)
	}
	if at >= 0 {
		(*list)[at] = p
	} else {
		*list = append(*list, p)
	}
	return nil
}

// deleteInline removes an inline policy of an entity of the kind.
func deleteInline(list *[]inventory.Inline, name, kind string) error {
	n := len(*list)
	*list = slices.DeleteFunc(*list, func(p inventory.Inline) bool { return sameName(p.Name, name) })
	if len(*list) == n {
		return noSuchEntity("The %s policy with name %s cannot be found.", kind, name)
	}
	return nil
}

// attach adds a managed policy to a list of those attached; quota is the name
// of the one for them. Again is no error.
func attach(account *inventory.Account, list *[]string, policyARN, quota string) error {
	if err := attachable(account, policyARN); err != nil {
		return err
	}
	if slices.Contains(*list, policyARN) {
		return nil
	}
	if len(*list) >= attachedQuota {
		return overQuota(quota, attachedQuota)
	}
	*list = append(*list, policyARN)
	return nil
}

// attachable refuses what is no managed policy that the account may attach.
func attachable(account *inventory.Account, policyARN string) error {
	if err := checkPolicyARN(policyARN); err != nil {
		return err
	}
	if p := account.Policy(policyARN); p == nil || !p.Attachable {
		return noSuchEntity("Policy %s does not exist or is not attachable.", policyARN)
	}
	return nil
}

// checkPolicyARN refuses an ARN that is none of a managed policy.
func checkPolicyARN(text string) error {
	if !strings.HasPrefix(text, "arn:") || !strings.Contains(text, ":policy/") {
		return invalidInput("ARN %s is not valid.", text)
	}
	return nil
}

// detach removes a managed policy from a list of those attached.
func detach(list *[]string, policyARN string) error {
	if err := checkPolicyARN(policyARN); err != nil {
		return err
	}
	i := slices.Index(*list, policyARN)
	if i < 0 {
		return noSuchEntity("Policy %s was not found.", policyARN)
	}
	*list = slices.Delete(*list, i, i+1)
	return nil
}

// checkBoundary refuses what cannot be a permissions boundary.
func checkBoundary(account *inventory.Account, policyARN string) error {
	if err := checkPolicyARN(policyARN); err != nil {
		return err
	}
	if account.Policy(policyARN) == nil {
		return noSuchEntity("Scope ARN: %s does not exist or is not attachable.", policyARN)
	}
	return nil
}
