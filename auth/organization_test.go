package auth_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/ebbmark/ebbmark/inventory"
	"github.com/ebbmark/ebbmark/policy"
	"github.com/ebbmark/ebbmark/wire"
)

// levels are service control policies, one per level.
func levels(t *testing.T, texts ...string) func(context.Context, string) ([][]*policy.Document, error) {
	t.Helper()
	var out [][]*policy.Document
	for _, text := range texts {
		doc, err := policy.ParseString(text)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, []*policy.Document{doc})
	}
	return func(_ context.Context, id string) ([][]*policy.Document, error) {
		if id != account {
			return nil, nil
		}
		return out, nil
	}
}

const (
	everything = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}`
	noLists    = `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"iam:ListUsers","Resource":"*"}]}`
	onlyS3     = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}`
)

func callers() (alice, root, session, linked wire.Caller) {
	base := wire.Caller{Account: account, Partition: "aws", Keys: map[string][]string{}}
	alice, root, session, linked = base, base, base, base
	alice.Kind, alice.Entity, alice.UserID, alice.ARN = wire.UserCaller, "AIDAALICE0000000000001", "AIDAALICE0000000000001", "arn:aws:iam::111122223333:user/alice"
	root.Kind, root.UserID, root.ARN = wire.RootCaller, account, "arn:aws:iam::111122223333:root"
	session.Kind, session.Entity, session.UserID, session.ARN = wire.RoleCaller, "AROAOPS00000000000001", "AROAOPS00000000000001:s", "arn:aws:sts::111122223333:assumed-role/ops/s"
	session.Keys = map[string][]string{"aws:PrincipalArn": {"arn:aws:iam::111122223333:role/x/ops"}}
	linked.Kind, linked.Entity, linked.UserID, linked.ARN = wire.RoleCaller, "AROALINKED0000000001", "AROALINKED0000000001:s", "arn:aws:sts::111122223333:assumed-role/AWSServiceRoleForX/s"
	linked.Keys = map[string][]string{"aws:PrincipalArn": {"arn:aws:iam::111122223333:role/aws-service-role/x.amazonaws.com/AWSServiceRoleForX"}}
	return alice, root, session, linked
}

func TestTheOrganizationBindsEveryPrincipal(t *testing.T) {
	h := newHouse(t)
	h.update(t, func(a *inventory.Account) {
		lists := []inventory.Inline{{Name: "p", Document: `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iam:List*","Resource":"*"}]}`}}
		a.RoleByID("AROAOPS00000000000001").Inline = lists
		a.Roles = append(a.Roles, &inventory.Role{Name: "AWSServiceRoleForX", ID: "AROALINKED0000000001", Path: "/aws-service-role/x.amazonaws.com/",
			ARN: "arn:aws:iam::111122223333:role/aws-service-role/x.amazonaws.com/AWSServiceRoleForX", Inline: lists})
	})
	alice, root, session, linked := callers()
	const deny = "with an explicit deny in a service control policy"
	const silent = "because no service control policy allows the iam:ListUsers action"
	for name, test := range map[string]struct {
		caller wire.Caller
		levels []string
		want   string // end of the refusal; empty: allowed
	}{
		"a user, levels that allow":       {alice, []string{everything, everything}, ""},
		"a user, a level that denies":     {alice, []string{everything, noLists}, deny},
		"a user, a level that is silent":  {alice, []string{onlyS3, everything}, silent},
		"a role, a level that denies":     {session, []string{noLists, everything}, deny},
		"root, a level that is silent":    {root, []string{everything, onlyS3}, silent},
		"root, levels that allow":         {root, []string{everything}, ""},
		"a service-linked role is exempt": {linked, []string{onlyS3, noLists}, ""},
		"no levels":                       {alice, nil, ""},
	} {
		t.Run(name, func(t *testing.T) {
			h.OrganizationPolicies = levels(t, test.levels...)
			err := h.Guard(t.Context(), test.caller, "iam:ListUsers", "*")
			if test.want == "" && err != nil || test.want != "" && (err == nil || !strings.HasSuffix(err.Error(), test.want)) {
				t.Errorf("got %v, want %q", err, test.want)
			}
		})
	}
}

// TestAnUnreadableOrganizationRefuses: what binds the caller is not known, so
// nothing is allowed.
func TestAnUnreadableOrganizationRefuses(t *testing.T) {
	h := newHouse(t)
	broken := errors.New("store is down")
	h.OrganizationPolicies = func(context.Context, string) ([][]*policy.Document, error) { return nil, broken }
	alice, root, _, _ := callers()
	for _, c := range []wire.Caller{alice, root} {
		if err := h.Guard(t.Context(), c, "iam:ListUsers", "*"); !errors.Is(err, broken) {
			t.Errorf("%s: got %v", c.ARN, err)
		}
	}
}

// TestOwnActionsAreNotBound: an organization that denies all services but some
// has never heard of ebbmark's own API. The caller's own policies still decide.
func TestOwnActionsAreNotBound(t *testing.T) {
	h := newHouse(t)
	const denyOthers = `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","NotAction":["iam:*"],"Resource":"*"}]}`
	h.OrganizationPolicies = levels(t, denyOthers, denyOthers)
	alice, root, _, _ := callers()
	if err := h.Guard(t.Context(), root, "ebbmark:GetStatus", "*"); err != nil {
		t.Errorf("root: %v", err)
	}
	if err := h.Guard(t.Context(), root, "s3:ListAllMyBuckets", "*"); err == nil {
		t.Error("an action of AWS is not bound")
	}
	if err := h.Guard(t.Context(), alice, "ebbmark:GetStatus", "*"); err == nil || !strings.Contains(err.Error(), "no identity-based policy allows the ebbmark:GetStatus action") {
		t.Errorf("a user without the permission: %v", err)
	}
}
