package organization

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/ebbmark/ebbmark/policy"
)

// Check is what is wrong with an organization that was not made by this room's
// own changes: ids, duplicates, orphans, cycles, depth, policies and what they
// hang on. Nil: every look-up can rely on it.
func (o *Organization) Check() error {
	for _, check := range []func() error{o.checkSelf, o.checkUnits, o.checkAccounts, o.checkDepth, o.checkPolicies, o.checkAttachments, o.checkRest} {
		if err := check(); err != nil {
			return err
		}
	}
	return nil
}

func (o *Organization) checkSelf() error {
	switch {
	case !IsOrganizationID(o.ID):
		return fmt.Errorf("%.60q is no id of an organization (o-…)", o.ID)
	case !IsRootID(o.Root.ID):
		return fmt.Errorf("%.60q is no id of a root (r-…)", o.Root.ID)
	case !IsAccountID(o.ManagementAccount):
		return fmt.Errorf("%.60q is no id of a management account (12 digits)", o.ManagementAccount)
	case o.FeatureSet != AllFeatures && o.FeatureSet != ConsolidatedBilling:
		return fmt.Errorf("%.60q is no feature set", o.FeatureSet)
	}
	for _, t := range o.Root.PolicyTypes {
		if t == "" || len(t) > maxImportedText {
			return fmt.Errorf("root %s: %.60q is no policy type", o.Root.ID, t)
		}
	}
	return checkTexts("organization "+o.ID, o.ManagementEmail, o.Root.Name, o.Partition)
}

// checkTexts: what people wrote must be text of bounded size.
func checkTexts(of string, texts ...string) error {
	for _, t := range texts {
		if len(t) > maxImportedText || !utf8.ValidString(t) {
			return fmt.Errorf("%s: %.60q is no text of up to %d bytes", of, t, maxImportedText)
		}
	}
	return nil
}

func (o *Organization) checkUnits() error {
	for i, u := range o.Units {
		switch {
		case !IsUnitID(u.ID):
			return fmt.Errorf("%.60q is no id of an organizational unit (ou-…)", u.ID)
		case i > 0 && o.Units[i-1].ID == u.ID:
			return fmt.Errorf("organizational unit %s is there twice", u.ID)
		}
		if err := o.checkParent("organizational unit "+u.ID, u.Parent); err != nil {
			return err
		}
		if err := checkTexts("organizational unit "+u.ID, u.Name); err != nil {
			return err
		}
	}
	return nil
}

func (o *Organization) checkParent(of, parent string) error {
	switch {
	case parent == "":
		return fmt.Errorf("%s has no parent: give it a ParentId, or name it in Parents", of)
	case !o.isParent(parent):
		return fmt.Errorf("%s is below %.60q, which is neither the root nor a unit of the organization", of, parent)
	}
	return nil
}

func (o *Organization) checkAccounts() error {
	for i, a := range o.Accounts {
		switch {
		case !IsAccountID(a.ID):
			return fmt.Errorf("%.60q is no id of an account (12 digits)", a.ID)
		case i > 0 && o.Accounts[i-1].ID == a.ID:
			return fmt.Errorf("account %s is there twice", a.ID)
		}
		if err := o.checkParent("account "+a.ID, a.Parent); err != nil {
			return err
		}
		if err := checkTexts("account "+a.ID, a.Name, a.Email, a.Status, a.JoinedMethod); err != nil {
			return err
		}
	}
	if _, ok := o.Account(o.ManagementAccount); !ok {
		return fmt.Errorf("management account %s is not among the accounts", o.ManagementAccount)
	}
	return nil
}

// checkDepth walks from every unit to the root: the way is at most MaxDepth
// long, so a cycle shows as one that is longer.
func (o *Organization) checkDepth() error {
	for _, u := range o.Units {
		at, steps := u, 1
		for at.Parent != o.Root.ID {
			at, _ = o.Unit(at.Parent)
			if steps++; at.ID == u.ID {
				return fmt.Errorf("organizational unit %s is below itself", u.ID)
			}
			if steps > len(o.Units) {
				return fmt.Errorf("organizational unit %s is below a unit that is below itself", u.ID)
			}
		}
		if steps > MaxDepth {
			return fmt.Errorf("organizational unit %s is %d units deep, and AWS allows %d", u.ID, steps, MaxDepth)
		}
	}
	return nil
}

func (o *Organization) checkPolicies() error {
	for i, p := range o.Policies {
		switch {
		case !IsPolicyID(p.ID):
			return fmt.Errorf("%.60q is no id of a policy (p-…)", p.ID)
		case i > 0 && o.Policies[i-1].ID == p.ID:
			return fmt.Errorf("policy %s is there twice", p.ID)
		case p.Type == "":
			return fmt.Errorf("policy %s (%.60s) has no Type", p.ID, p.Name)
		}
		if err := checkTexts("policy "+p.ID, p.Name, p.Description, p.Type); err != nil {
			return err
		}
		if err := checkReadable(p); err != nil {
			return fmt.Errorf("policy %s (%.60s): %w", p.ID, p.Name, err)
		}
	}
	return nil
}

// checkReadable: a control policy must say something. Whether AWS would accept
// it today does not matter, it did.
func checkReadable(p Policy) error {
	if !isControl(p.Type) {
		return nil
	}
	if strings.TrimSpace(p.Content) == "" {
		return errors.New("it has no Content (aws organizations describe-policy)")
	}
	doc, err := policy.ParseString(p.Content)
	switch {
	case err != nil:
		return fmt.Errorf("malformed policy document: %w", err)
	case len(doc.Statements) == 0:
		return errors.New("malformed policy document: it has no statement")
	}
	return nil
}

func (o *Organization) checkAttachments() error {
	for i, a := range o.Attachments {
		p, ok := o.Policy(a.Policy)
		switch {
		case !ok:
			return fmt.Errorf("policy %.60q is attached to %.60s, but is not among the policies", a.Policy, a.Target)
		case !o.Has(a.Target):
			return fmt.Errorf("policy %s (%.60s) is attached to %.60q, which is no root, unit or account of the organization", a.Policy, p.Name, a.Target)
		case i > 0 && o.Attachments[i-1] == a:
			return fmt.Errorf("policy %s (%.60s) is attached to %s twice", a.Policy, p.Name, a.Target)
		}
	}
	return nil
}

// checkRest checks tags and delegations.
func (o *Organization) checkRest() error {
	for id, tags := range o.Tags {
		if _, isPolicy := o.Policy(id); !isPolicy && !o.Has(id) {
			return fmt.Errorf("tags are on %.60q, which is nothing of the organization", id)
		}
		for i, t := range tags {
			if i > 0 && tags[i-1].Key == t.Key {
				return fmt.Errorf("%s has the tag %.60q twice", id, t.Key)
			}
			if err := checkTexts("tag of "+id, t.Key, t.Value); err != nil {
				return err
			}
		}
	}
	for i, d := range o.Delegated {
		switch _, ok := o.Account(d.Account); {
		case !ok:
			return fmt.Errorf("delegated administrator %.60q is no account of the organization", d.Account)
		case i > 0 && o.Delegated[i-1].Account == d.Account && o.Delegated[i-1].Service == d.Service:
			return fmt.Errorf("account %s is delegated administrator of %.60q twice", d.Account, d.Service)
		}
		if err := checkTexts("delegated administrator "+d.Account, d.Service); err != nil {
			return err
		}
	}
	for i, s := range o.TrustedServices {
		if i > 0 && o.TrustedServices[i-1].Service == s.Service {
			return fmt.Errorf("trusted service %.60q is there twice", s.Service)
		}
		if err := checkTexts("trusted service", s.Service); err != nil {
			return err
		}
	}
	return nil
}
