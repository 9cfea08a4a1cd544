package inventory

import (
	"crypto/sha256"
	"encoding/base32"
	"slices"
	"time"

	"github.com/ebbmark/ebbmark/arn"
)

// builtIn is an AWS managed policy that every home has.
type builtIn struct {
	name, path, description, document string
}

// BuiltIn are the AWS managed policies of the program in a partition, by name:
// those whose document is a line or two. Their unique ids are made of their
// ARNs, because AWS's own are not known; their date is that of the policy
// language, because a date there must be.
func BuiltIn(partition string) []*Policy {
	created := time.Date(2012, time.October, 17, 0, 0, 0, 0, time.UTC)
	out := make([]*Policy, 0, len(builtIns))
	for _, b := range builtIns {
		name := "arn:" + partition + ":iam::" + awsAccount + ":policy" + b.path + b.name
		out = append(out, &Policy{
			Name: b.name, ID: derivedID(name), ARN: name, Path: b.path, Description: b.description, Default: "v1", Attachable: true,
			Versions: []PolicyVersion{{ID: "v1", Document: document2012(b.document), Created: created}},
			Created:  created, Updated: created,
		})
	}
	return out
}

// derivedID is a unique id of a policy that is always the same for an ARN.
func derivedID(arn string) string {
	sum := sha256.Sum256([]byte(arn))
	return PolicyID + base32.StdEncoding.EncodeToString(sum[:])[:17]
}

func document2012(statements string) string {
	return `{"Version":"2012-10-17","Statement":[` + statements + `]}`
}

// AddBuiltIn gives the account the policies of BuiltIn that it does not have
// yet: one that was imported says more. The account is not indexed after it.
func (a *Account) AddBuiltIn() {
	has := make(map[string]bool, len(builtIns))
	for _, p := range a.Policies {
		if IsAWSManaged(p.ARN) {
			has[p.ARN] = true
		}
	}
	for _, p := range BuiltIn(a.Partition) {
		if !has[p.ARN] {
			a.Policies = append(a.Policies, p)
		}
	}
}

// DropBuiltIn takes the policies of BuiltIn away that nobody uses: a mirror has
// only what it was given. The account is indexed, and not any more after it.
func (a *Account) DropBuiltIn() {
	own := WithoutBuiltIn(a.Partition, a.Policies)
	for _, p := range a.Policies {
		if a.uses(p.ARN) && !slices.Contains(own, p) {
			own = append(own, p)
		}
	}
	a.Policies = own
}

// uses reports whether something has the policy attached or as boundary.
func (a *Account) uses(policyARN string) bool {
	return a.index.attached.get(policyARN) != nil || a.index.boundaries.get(policyARN) != nil
}

// TakeManaged takes in AWS managed policies that were imported by themselves: a
// home all of them, a mirror those that it uses and does not hold, because what
// its snapshot says is nearer to the truth. It tells what differs now. The
// account is indexed, and not any more after it. Those of other partitions are
// passed over.
func (a *Account) TakeManaged(list []*Policy, home bool) (c Change) {
	for _, p := range list {
		name, err := arn.Parse(p.ARN)
		had := a.Policy(p.ARN)
		if err != nil || name.Partition != a.Partition || !home && (had != nil || !a.uses(p.ARN)) {
			continue
		}
		switch {
		case had == nil:
			a.Policies = append(a.Policies, p.Clone())
			c.Added++
		case !had.Equal(p):
			*had = *p.Clone()
			c.Changed++
		}
	}
	return c
}

// WithoutBuiltIn is the list without those that AddBuiltIn would add as they
// are. It does not change the list.
func WithoutBuiltIn(partition string, list []*Policy) []*Policy {
	known := make(map[string]*Policy, len(builtIns))
	for _, p := range BuiltIn(partition) {
		known[p.ARN] = p
	}
	out := make([]*Policy, 0, len(list))
	for _, p := range list {
		if b := known[p.ARN]; b == nil || !b.Equal(p) {
			out = append(out, p)
		}
	}
	return out
}

// allowAll is a statement that allows actions, quoted and separated by commas, on
// everything.
func allowAll(actions string) string {
	return `{"Effect":"Allow","Action":[` + actions + `],"Resource":"*"}`
}
