package organization

import "github.com/ebbmark/ebbmark/policy"

// Levels are the service control policies that bind an account, from the root
// to the account, a list per level; every level must allow (ORG-12). Nil when
// none bind it: it is the management account, none of this organization, or the
// type is not enabled. Documents are parsed once and must not be changed.
func (o *Organization) Levels(account string) [][]*policy.Document {
	if account == o.ManagementAccount {
		return nil
	}
	return o.ControlLevels(account, SCP)
}

// ResourceLevels are likewise the resource control policies that bind what an
// account owns. RCPFullAWSAccess is on every level, listed or not: AWS lets
// nobody detach it.
func (o *Organization) ResourceLevels(account string) [][]*policy.Document {
	if account == o.ManagementAccount {
		return nil
	}
	return o.ControlLevels(account, RCP)
}

// ControlLevels are the control policies of a type on the way from the root to
// a root, unit or account; nil when the type is not enabled or the tree has no
// such id.
func (o *Organization) ControlLevels(id, policyType string) [][]*policy.Document {
	if !o.Enabled(policyType) || !isControl(policyType) {
		return nil
	}
	line := o.Line(id)
	if line == nil {
		return nil
	}
	byTarget := o.look().control[policyType]
	levels := make([][]*policy.Document, len(line))
	for i, target := range line {
		levels[i] = byTarget[target]
		if policyType == RCP && !o.Attached(ResourceFullAccess, target) {
			levels[i] = append([]*policy.Document{fullAccess(RCP)}, levels[i]...)
		}
	}
	return levels
}

// Document is a control policy, parsed; nil: there is no such policy, or it is
// of another type. Not to be changed.
func (o *Organization) Document(policyID string) *policy.Document {
	return o.look().documents[policyID]
}

// fullAccess is the document of AWS's own policy that allows all.
func fullAccess(policyType string) *policy.Document {
	doc, _ := policy.ParseString(fullAccessText(policyType)) // a literal of ours
	return doc
}
