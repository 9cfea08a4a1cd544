package iam

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
)

// crowd makes calls from 50 clients at once and counts the answers, by error or
// "OK".
func (w *world) crowd(call func(client int) []string) map[string]int {
	w.t.Helper()
	var mu sync.Mutex
	answers := map[string]int{}
	var all sync.WaitGroup
	for client := range 50 {
		all.Go(func() {
			pairs := call(client)
			status, answer := w.call(auditor(), pairs[0], pairs[1:]...)
			said := "OK"
			if status != 200 {
				e := answer.(map[string]any)["Error"].(map[string]any)
				said = fmt.Sprintf("%d %v: %v", status, e["Code"], e["Message"])
			}
			mu.Lock()
			defer mu.Unlock()
			answers[said]++
		})
	}
	all.Wait()
	return answers
}

// answered checks what a crowd was told.
func answered(t *testing.T, got, want map[string]int) {
	t.Helper()
	for said, n := range got {
		if want[said] != n {
			t.Errorf("%d × %s, want %d", n, said, want[said])
		}
		delete(want, said)
	}
	for said, n := range want {
		t.Errorf("0 × %s, want %d", said, n)
	}
}

func TestACrowdKeepsToTheLimits(t *testing.T) {
	w := newHome(t)
	for i := range 12 {
		w.get("CreatePolicy", "PolicyName", fmt.Sprintf("p%d", i), "PolicyDocument", doc)
		w.get("CreateGroup", "GroupName", fmt.Sprintf("g%d", i))
	}
	w.get("CreateRole", "RoleName", "busy", "AssumeRolePolicyDocument", trust)

	answered(t, w.crowd(func(int) []string {
		return []string{"CreatePolicyVersion", "PolicyArn", f1Prefix + "policy/p0", "PolicyDocument", doc}
	}),
		map[string]int{"OK": 4, "409 LimitExceeded: A managed policy can have up to 5 versions. Before you create a new version, you must delete an existing version.": 46})
	if p := w.home().Policy(f1Prefix + "policy/p0"); len(p.Versions) != 5 || p.Versions[0].ID != "v5" || p.Default != "v1" {
		t.Errorf("got %+v", p)
	}

	answered(t, w.crowd(func(i int) []string {
		return []string{"CreateRole", "RoleName", "One", "AssumeRolePolicyDocument", trust, "Description", fmt.Sprint(i)}
	}),
		map[string]int{"OK": 1, "409 EntityAlreadyExists: Role with name One already exists.": 49})

	// 50 clients attach 12 policies: ten are taken, whichever come first.
	attached := w.crowd(func(i int) []string {
		return []string{"AttachRolePolicy", "RoleName", "busy", "PolicyArn", fmt.Sprintf("%spolicy/p%d", f1Prefix, i%12)}
	})
	if list := w.home().RoleByName("busy").Attached; len(list) != 10 || len(slices.Compact(slices.Clone(list))) != 10 {
		t.Errorf("attached: %q", list)
	}
	if attached["OK"]+attached["409 LimitExceeded: Cannot exceed quota for PoliciesPerRole: 10"] != 50 || attached["OK"] == 50 {
		t.Errorf("answers: %v", attached)
	}

	joined := w.crowd(func(i int) []string {
		return []string{"AddUserToGroup", "GroupName", fmt.Sprintf("g%d", i%12), "UserName", "auditor"}
	})
	if n := len(w.home().UserByName("auditor").Groups); n != 10 {
		t.Errorf("the auditor is in %d groups", n)
	}
	if joined["OK"]+joined["409 LimitExceeded: Cannot exceed quota for GroupsPerUser: 10"] != 50 {
		t.Errorf("answers: %v", joined)
	}

	list := w.home().RoleByName("busy").Attached
	answered(t, w.crowd(func(int) []string { return []string{"DetachRolePolicy", "RoleName", "busy", "PolicyArn", list[0]} }),
		map[string]int{"OK": 1, "404 NoSuchEntity: Policy " + list[0] + " was not found.": 49})
}

// Clients that make, fill, empty and delete one role at once get answers that
// AWS could have given, and what is left holds together.
func TestACrowdOnOneRole(t *testing.T) {
	w := newHome(t)
	w.get("CreatePolicy", "PolicyName", "shared", "PolicyDocument", doc)
	shared := f1Prefix + "policy/shared"
	steps := [][]string{
		{"CreateRole", "RoleName", "one", "AssumeRolePolicyDocument", trust},
		{"AttachRolePolicy", "RoleName", "one", "PolicyArn", shared},
		{"PutRolePolicy", "RoleName", "one", "PolicyName", "p", "PolicyDocument", doc},
		{"DeleteRole", "RoleName", "one"},
		{"DeletePolicy", "PolicyArn", shared},
		{"CreatePolicy", "PolicyName", "shared", "PolicyDocument", doc},
		{"DetachRolePolicy", "RoleName", "one", "PolicyArn", shared},
		{"DeleteRolePolicy", "RoleName", "one", "PolicyName", "p"},
		{"DeleteRole", "RoleName", "one"},
	}
	for round := range 8 {
		for said := range w.crowd(func(i int) []string { return steps[(i+round)%len(steps)] }) {
			code, _, _ := strings.Cut(said, ":")
			switch code {
			case "OK", "409 EntityAlreadyExists", "404 NoSuchEntity", "409 DeleteConflict", "409 ConcurrentModification":
			default:
				t.Errorf("answer %s", said)
			}
		}
		home := w.home()
		if r := home.RoleByName("one"); r != nil && slices.Contains(r.Attached, shared) && home.Policy(shared) == nil {
			t.Error("the role has a policy that was deleted")
		}
	}
}
