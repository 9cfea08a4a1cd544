package organization

import "slices"

// Attach hangs a policy on a root, unit or account.
func (o *Organization) Attach(policyID, target string) error {
	p, ok := o.Policy(policyID)
	switch {
	case !ok:
		return ErrPolicyNotFound
	case !o.Has(target):
		return ErrTargetNotFound
	case !o.Enabled(p.Type):
		return ErrPolicyTypeNotEnabled
	case o.Attached(policyID, target):
		return ErrDuplicateAttachment
	case len(o.PoliciesOf(target, p.Type)) >= MaxAttached:
		return ErrTooManyAttachments
	}
	o.attach(policyID, target)
	return nil
}

func (o *Organization) attach(policyID, target string) {
	insert(&o.Attachments, Attachment{policyID, target}, byAttachment)
	o.changed()
}

// Detach takes a policy off a target. The last service control policy of a
// target cannot be taken off, nor RCPFullAWSAccess at all.
func (o *Organization) Detach(policyID, target string) error {
	p, ok := o.Policy(policyID)
	switch {
	case !ok:
		return ErrPolicyNotFound
	case !o.Has(target):
		return ErrTargetNotFound
	case !o.Attached(policyID, target):
		return ErrPolicyNotAttached
	case p.Type == SCP && len(o.PoliciesOf(target, SCP)) == 1:
		return ErrLastPolicy
	case policyID == ResourceFullAccess:
		return ErrManagedPolicy
	}
	remove(&o.Attachments, Attachment{policyID, target}, byAttachment)
	o.changed()
	return nil
}

// EnablePolicyType enables a type on the root and, for control policies, hangs
// AWS's policy that allows all on the root and everything below it (ORG-14).
func (o *Organization) EnablePolicyType(root, policyType string) error {
	switch {
	case root != o.Root.ID:
		return ErrRootNotFound
	case !IsPolicyType(policyType):
		return ErrPolicyTypeNotKnown
	case o.FeatureSet != AllFeatures:
		return ErrAllFeaturesNeeded
	case o.Enabled(policyType):
		return ErrPolicyTypeEnabled
	}
	o.Root.PolicyTypes = append(o.Root.PolicyTypes, policyType)
	slices.Sort(o.Root.PolicyTypes)
	if full := fullPolicy(policyType); full != "" {
		units, accounts := o.Under(root)
		for _, id := range slices.Concat([]string{root}, units, accounts) {
			o.Attachments = append(o.Attachments, Attachment{full, id})
		}
		slices.SortFunc(o.Attachments, byAttachment)
		o.Attachments = slices.Compact(o.Attachments)
	}
	o.changed()
	return nil
}

// DisablePolicyType disables a type and takes its policies off everything.
func (o *Organization) DisablePolicyType(root, policyType string) error {
	switch {
	case root != o.Root.ID:
		return ErrRootNotFound
	case !IsPolicyType(policyType):
		return ErrPolicyTypeNotKnown
	case !o.Enabled(policyType):
		return ErrPolicyTypeNotEnabled
	}
	o.Root.PolicyTypes = slices.DeleteFunc(o.Root.PolicyTypes, func(t string) bool { return t == policyType })
	ix := o.look()
	o.Attachments = slices.DeleteFunc(o.Attachments, func(a Attachment) bool {
		i, known := ix.policies[a.Policy]
		return known && o.Policies[i].Type == policyType
	})
	o.changed()
	return nil
}

// attachDefaults hangs AWS's policies that allow all on a new unit or account,
// as far as their types are enabled.
func (o *Organization) attachDefaults(id string) {
	for _, policyType := range o.Root.PolicyTypes {
		if full := fullPolicy(policyType); full != "" {
			o.attach(full, id)
		}
	}
}
