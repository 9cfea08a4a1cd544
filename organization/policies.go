package organization

import (
	"encoding/json"
	"fmt"
	"unicode/utf8"

	"github.com/ebbmark/ebbmark/policy"
)

// CreatePolicy adds a policy of the customer.
func (o *Organization) CreatePolicy(p Policy) error {
	switch {
	case !IsPolicyID(p.ID):
		return fmt.Errorf("policy id %q: %w", p.ID, ErrInvalid)
	case !IsPolicyType(p.Type):
		return ErrPolicyTypeNotKnown
	case p.AWSManaged:
		return ErrManagedPolicy
	case o.FeatureSet != AllFeatures:
		return ErrAllFeaturesNeeded
	case o.countOwn(p.Type) >= MaxPolicies:
		return ErrTooManyPolicies
	}
	if err := o.checkPolicy(p); err != nil {
		return err
	}
	if !insert(&o.Policies, p, byPolicy) {
		return ErrDuplicateID
	}
	o.changed()
	return nil
}

func (o *Organization) countOwn(policyType string) (n int) {
	for _, p := range o.Policies {
		if p.Type == policyType && !p.AWSManaged {
			n++
		}
	}
	return n
}

// checkPolicy checks what a customer writes.
func (o *Organization) checkPolicy(p Policy) error {
	if err := validName(p.Name, MaxPolicyName); err != nil {
		return err
	}
	if utf8.RuneCountInString(p.Description) > MaxDescription {
		return fmt.Errorf("a description has at most %d characters: %w", MaxDescription, ErrInvalid)
	}
	for _, other := range o.Policies {
		if other.Type == p.Type && other.Name == p.Name && other.ID != p.ID {
			return ErrDuplicatePolicy
		}
	}
	return checkContent(p.Type, p.Content)
}

// checkContent checks the text of a policy as it is written. Of types that are
// not control policies only the form is known: a JSON object.
func checkContent(policyType, text string) error {
	if utf8.RuneCountInString(text) > MaxContent {
		return ErrContentTooLong
	}
	if !isControl(policyType) {
		var object map[string]json.RawMessage
		if json.Unmarshal([]byte(text), &object) != nil || object == nil {
			return fmt.Errorf("%w: it is no JSON object", ErrMalformedPolicy)
		}
		return nil
	}
	doc, err := policy.ParseString(text)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrMalformedPolicy, err)
	}
	kind := policy.SCP
	if policyType == RCP {
		kind = policy.RCP
	}
	if err := policy.Validate(doc, kind); err != nil {
		return fmt.Errorf("%w: %w", ErrMalformedPolicy, err)
	}
	if policyType == RCP {
		return denyOnly(doc)
	}
	return nil
}

// denyOnly: resource control policies of customers only deny, and to everyone.
func denyOnly(doc *policy.Document) error {
	for i, s := range doc.Statements {
		if s.Allow || s.Principal == nil || !s.Principal.Any {
			return fmt.Errorf(`%w: statement %d of a resource control policy must have Effect Deny and Principal "*"`, ErrMalformedPolicy, i+1)
		}
	}
	return nil
}

// PolicyChange is what UpdatePolicy changes; nil leaves a part as it is.
type PolicyChange struct{ Name, Description, Content *string }

// UpdatePolicy changes a policy of the customer.
func (o *Organization) UpdatePolicy(id string, c PolicyChange) error {
	p, err := o.ownPolicy(id)
	if err != nil {
		return err
	}
	for field, value := range map[*string]*string{&p.Name: c.Name, &p.Description: c.Description, &p.Content: c.Content} {
		if value != nil {
			*field = *value
		}
	}
	if err := o.checkPolicy(p); err != nil {
		return err
	}
	*at(o.Policies, p, byPolicy) = p
	o.changed()
	return nil
}

// DeletePolicy removes a policy of the customer that hangs nowhere.
func (o *Organization) DeletePolicy(id string) error {
	p, err := o.ownPolicy(id)
	switch {
	case err != nil:
		return err
	case len(o.TargetsOf(id)) > 0:
		return ErrPolicyInUse
	}
	remove(&o.Policies, p, byPolicy)
	o.forget(id)
	o.changed()
	return nil
}

// ownPolicy is a policy that is not AWS's.
func (o *Organization) ownPolicy(id string) (Policy, error) {
	p, ok := o.Policy(id)
	switch {
	case !ok:
		return p, ErrPolicyNotFound
	case p.AWSManaged:
		return p, ErrManagedPolicy
	}
	return p, nil
}
