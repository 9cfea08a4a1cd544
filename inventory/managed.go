package inventory

import (
	"errors"
	"fmt"
	"maps"
	"slices"
)

// AWS managed policies by themselves, without an account that they belong to.

// joinVersions puts policies together that were printed by "aws iam get-policy"
// and, after it, by "aws iam get-policy-version", as often as there are
// versions. Policies of an account come with its snapshot only: a file with one
// of them would pass for the whole account.
func (f *file) joinVersions() error {
	var of *policyDetail
	for _, p := range f.pages {
		switch {
		case p.managed != nil:
			of = p.managed
			if !IsAWSManaged(of.Arn) {
				return fmt.Errorf("%s: not a policy of AWS: those of an account come with its snapshot; %s", label("policy", of.Arn, of.PolicyName), takeSnapshot)
			}
			if p.version != nil {
				of.PolicyVersionList = append(of.PolicyVersionList, *p.version)
			}
		case p.version != nil && of == nil:
			return errors.New("a policy version without its policy: print the policy first, with aws iam get-policy")
		case p.version != nil:
			of.PolicyVersionList = append(of.PolicyVersionList, *p.version)
		default:
			of = nil
		}
	}
	for _, p := range f.pages {
		if p.managed == nil {
			continue
		}
		p.managed.AttachmentCount = nil // that of the account that was asked
		if name, err := p.policy(p.managed, f.docs); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	f.pages = slices.DeleteFunc(f.pages, func(p *page) bool { return p.version != nil && p.managed == nil })
	return nil
}

// Managed are the AWS managed policies of files that say nothing of any
// account, by ARN: policy files. It fails when they say different things of one
// policy. Of other files, Accounts makes something.
func (s *Snapshot) Managed() ([]*Policy, error) {
	found := map[string]origin[*Policy]{}
	var all problems
	for _, p := range s.pages {
		if p.account != "" {
			return nil, nil
		}
		for _, m := range p.policies {
			if was, ok := found[m.ARN]; ok && !was.entity.Equal(m) {
				all = append(all, &FileError{p.file, fmt.Errorf("policy %s is not the same as in %s: take one", m.ARN, was.file)})
				continue
			}
			found[m.ARN] = origin[*Policy]{m, p.file}
		}
	}
	var out []*Policy
	for _, arn := range slices.Sorted(maps.Keys(found)) {
		out = append(out, found[arn].entity)
	}
	return out, all.err()
}
