package organization

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

const (
	root       = "r-ab12"
	management = "111111111111"
	one        = "222222222222"
	two        = "333333333333"
	prod       = "ou-ab12-prod0001"
	dev        = "ou-ab12-dev00001"
	inner      = "ou-ab12-inner001"
	denyAll    = `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"sqs:*","Resource":"*"}]}`
)

// must ends the test on an error.
func must(t testing.TB, errs ...error) {
	t.Helper()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
}

func member(id, parent string) Account {
	return Account{ID: id, Parent: parent, Name: "a" + id, Email: id + "@example.com", Status: Active, JoinedMethod: Created, JoinedTimestamp: time.Date(2025, 1, 2, 3, 4, 5, 678e6, time.UTC)}
}

// small is root{management, prod{one, inner{two}}, dev}, with SCPs enabled.
func small(t testing.TB) *Organization {
	t.Helper()
	o := New("o-exampleorg1", root, Account{ID: management, Name: "management", Email: "m@example.com", Status: Active, JoinedMethod: Invited})
	must(t, o.EnablePolicyType(root, SCP),
		o.CreateUnit(Unit{prod, root, "prod"}), o.CreateUnit(Unit{dev, root, "dev"}), o.CreateUnit(Unit{inner, prod, "inner"}),
		o.AddAccount(member(one, prod)), o.AddAccount(member(two, inner)),
		o.CreatePolicy(Policy{ID: "p-denysqs001", Name: "denysqs", Type: SCP, Content: denyAll}))
	must(t, o.Check())
	return o
}

func asText(t testing.TB, o *Organization) string {
	t.Helper()
	b, err := json.Marshal(o)
	must(t, err)
	return string(b)
}

func TestLookUps(t *testing.T) {
	o := small(t)
	for id, want := range map[string]string{
		root: "o-exampleorg1/r-ab12", prod: "o-exampleorg1/r-ab12/" + prod, two: "o-exampleorg1/r-ab12/" + prod + "/" + inner + "/" + two,
		management: "o-exampleorg1/r-ab12/111111111111", "999999999999": "", "r-zzzz": "",
	} {
		if got := o.Path(id); got != want {
			t.Errorf("path of %s: %q, want %q", id, got, want)
		}
		if found, kind, ok := o.Find(want); want != "" && (!ok || found != id || kind != KindOf(id)) {
			t.Errorf("find %q: %q, %d, %v", want, found, kind, ok)
		}
	}
	for _, path := range []string{"", "/", "o-exampleorg1", "o-exampleorg1/", "o-otherorg001/r-ab12", "o-exampleorg1/r-ab12/", "o-exampleorg1/r-zzzz",
		"o-exampleorg1/r-ab12/" + inner, "o-exampleorg1/r-ab12/" + dev + "/" + one, "o-exampleorg1/r-ab12/" + prod + "/" + prod, one} {
		if id, _, ok := o.Find(path); ok {
			t.Errorf("%q is %s", path, id)
		}
	}
	if got := o.AccountsUnder(root); !slices.Equal(got, []string{management, one, two}) {
		t.Errorf("under the root: %q", got)
	}
	if got := o.MembersUnder(root); !slices.Equal(got, []string{one, two}) {
		t.Errorf("members under the root: %q", got)
	}
	if got := o.AccountsUnder(inner); !slices.Equal(got, []string{two}) {
		t.Errorf("under the inner unit: %q", got)
	}
	if units, accounts := o.Children(prod); !slices.Equal(units, []string{inner}) || !slices.Equal(accounts, []string{one}) {
		t.Errorf("children %q, %q", units, accounts)
	}
	if parent, ok := o.Parent(one); parent != prod || !ok {
		t.Errorf("parent %q", parent)
	}
	if _, ok := o.Parent(root); ok {
		t.Error("the root has a parent")
	}
	if got := o.TargetsOf(FullAccess); len(got) != 7 {
		t.Errorf("FullAWSAccess hangs on %q", got)
	}
	if o.PolicyARN(o.PoliciesOf(one, SCP)[0]) != "arn:aws:organizations::aws:policy/service_control_policy/p-FullAWSAccess" ||
		o.TargetARN(prod) != "arn:aws:organizations::111111111111:ou/o-exampleorg1/ou-ab12-prod0001" {
		t.Errorf("ARNs %s, %s", o.PolicyARN(o.PoliciesOf(one, SCP)[0]), o.TargetARN(prod))
	}
}

func TestLevels(t *testing.T) {
	o := small(t)
	must(t, o.Attach("p-denysqs001", prod))
	if levels := o.Levels(two); len(levels) != 4 || len(levels[1]) != 2 || len(levels[0])+len(levels[2])+len(levels[3]) != 3 {
		t.Errorf("levels of a member: %v", levels)
	}
	if o.Levels(management) != nil || o.Levels("999999999999") != nil {
		t.Error("policies bind the management account, or a stranger")
	}
	if o.ResourceLevels(two) != nil {
		t.Error("resource control policies bind while they are not enabled")
	}
	must(t, o.EnablePolicyType(root, RCP))
	o.Attachments = slices.DeleteFunc(o.Attachments, func(a Attachment) bool { return a.Policy == ResourceFullAccess && a.Target == prod })
	o.changed()
	if levels := o.ResourceLevels(two); len(levels) != 4 || len(levels[1]) != 1 || !levels[1][0].Statements[0].Allow {
		t.Errorf("an export without RCPFullAWSAccess: %v", levels)
	}
	must(t, o.DisablePolicyType(root, SCP))
	if o.Levels(two) != nil || len(o.PoliciesOf(prod, SCP)) != 0 {
		t.Error("policies of a type that was disabled")
	}
}

// TestChangesAreRefused: each refused change leaves the organization as it was.
func TestChangesAreRefused(t *testing.T) {
	name := func(s string) PolicyChange { return PolicyChange{Name: &s} }
	content := func(s string) PolicyChange { return PolicyChange{Content: &s} }
	for sentence, c := range map[string]struct {
		change func(o *Organization) error
		want   error
	}{
		"a unit below nothing":            {func(o *Organization) error { return o.CreateUnit(Unit{"ou-ab12-x0000001", "ou-ab12-nope0001", "x"}) }, ErrParentNotFound},
		"a unit below an account":         {func(o *Organization) error { return o.CreateUnit(Unit{"ou-ab12-x0000001", one, "x"}) }, ErrParentNotFound},
		"a unit of a name that is there":  {func(o *Organization) error { return o.CreateUnit(Unit{"ou-ab12-x0000001", root, "prod"}) }, ErrDuplicateUnit},
		"a unit without name":             {func(o *Organization) error { return o.CreateUnit(Unit{"ou-ab12-x0000001", root, ""}) }, ErrInvalid},
		"a unit of an id that is there":   {func(o *Organization) error { return o.CreateUnit(Unit{prod, root, "x"}) }, ErrDuplicateID},
		"a unit of no id":                 {func(o *Organization) error { return o.CreateUnit(Unit{"x", root, "x"}) }, ErrInvalid},
		"another name for no unit":        {func(o *Organization) error { return o.RenameUnit("ou-ab12-nope0001", "x") }, ErrUnitNotFound},
		"a name that a sibling has":       {func(o *Organization) error { return o.RenameUnit(dev, "prod") }, ErrDuplicateUnit},
		"deleting a unit with accounts":   {func(o *Organization) error { return o.DeleteUnit(prod) }, ErrUnitNotEmpty},
		"deleting no unit":                {func(o *Organization) error { return o.DeleteUnit(root) }, ErrUnitNotFound},
		"an account that is there":        {func(o *Organization) error { return o.AddAccount(member(one, root)) }, ErrDuplicateAccount},
		"an account below nothing":        {func(o *Organization) error { return o.AddAccount(member("444444444444", "r-zzzz")) }, ErrParentNotFound},
		"moving nobody":                   {func(o *Organization) error { return o.MoveAccount("999999999999", root, dev) }, ErrAccountNotFound},
		"moving from where it is not":     {func(o *Organization) error { return o.MoveAccount(one, dev, root) }, ErrSourceNotFound},
		"moving to nowhere":               {func(o *Organization) error { return o.MoveAccount(one, prod, "ou-ab12-nope0001") }, ErrDestinationNotFound},
		"moving to where it is":           {func(o *Organization) error { return o.MoveAccount(one, prod, prod) }, ErrDuplicateAccount},
		"closing the management account":  {func(o *Organization) error { return o.CloseAccount(management) }, ErrManagementAccount},
		"removing the management account": {func(o *Organization) error { return o.RemoveAccount(management) }, ErrManagementAccount},
		"removing a delegated administrator": {func(o *Organization) error {
			return errors.Join(o.RegisterDelegated(one, "x.amazonaws.com", time.Time{}), o.RemoveAccount(one), o.DeregisterDelegated(one, "x.amazonaws.com"))
		}, ErrDelegatedAccount},
		"a policy of no type": {func(o *Organization) error {
			return o.CreatePolicy(Policy{ID: "p-aaaaaaaa", Name: "x", Type: "X", Content: "{}"})
		}, ErrPolicyTypeNotKnown},
		"a policy of a name that is there": {func(o *Organization) error {
			return o.CreatePolicy(Policy{ID: "p-aaaaaaaa", Name: "denysqs", Type: SCP, Content: denyAll})
		}, ErrDuplicatePolicy},
		"a policy with a principal": {func(o *Organization) error {
			return o.UpdatePolicy("p-denysqs001", content(`{"Statement":[{"Effect":"Deny","Principal":"*","Action":"*","Resource":"*"}]}`))
		}, ErrMalformedPolicy},
		"a policy that is no JSON": {func(o *Organization) error { return o.UpdatePolicy("p-denysqs001", content(`{`)) }, ErrMalformedPolicy},
		"a policy that is too long": {func(o *Organization) error {
			return o.UpdatePolicy("p-denysqs001", content(strings.Repeat("x", MaxContent+1)))
		}, ErrContentTooLong},
		"changing AWS's policy":                {func(o *Organization) error { return o.UpdatePolicy(FullAccess, name("x")) }, ErrManagedPolicy},
		"a name of another policy":             {func(o *Organization) error { return o.UpdatePolicy("p-denysqs001", name("FullAWSAccess")) }, ErrDuplicatePolicy},
		"deleting AWS's policy":                {func(o *Organization) error { return o.DeletePolicy(FullAccess) }, ErrManagedPolicy},
		"deleting no policy":                   {func(o *Organization) error { return o.DeletePolicy("p-nosuch01") }, ErrPolicyNotFound},
		"attaching no policy":                  {func(o *Organization) error { return o.Attach("p-nosuch01", one) }, ErrPolicyNotFound},
		"attaching to nothing":                 {func(o *Organization) error { return o.Attach("p-denysqs001", "999999999999") }, ErrTargetNotFound},
		"attaching twice":                      {func(o *Organization) error { return o.Attach(FullAccess, one) }, ErrDuplicateAttachment},
		"attaching a type that is off":         {func(o *Organization) error { return o.Attach(ResourceFullAccess, one) }, ErrPolicyTypeNotEnabled},
		"detaching what does not hang there":   {func(o *Organization) error { return o.Detach("p-denysqs001", one) }, ErrPolicyNotAttached},
		"detaching the last policy":            {func(o *Organization) error { return o.Detach(FullAccess, one) }, ErrLastPolicy},
		"enabling a type twice":                {func(o *Organization) error { return o.EnablePolicyType(root, SCP) }, ErrPolicyTypeEnabled},
		"enabling on another root":             {func(o *Organization) error { return o.EnablePolicyType("r-zzzz", RCP) }, ErrRootNotFound},
		"disabling what is off":                {func(o *Organization) error { return o.DisablePolicyType(root, RCP) }, ErrPolicyTypeNotEnabled},
		"tagging nothing":                      {func(o *Organization) error { return o.Tag("999999999999", nil) }, ErrTargetNotFound},
		"a tag of AWS's":                       {func(o *Organization) error { return o.Tag(one, []Tag{{"AWS:x", ""}}) }, ErrInvalid},
		"tagging AWS's policy":                 {func(o *Organization) error { return o.Tag(FullAccess, nil) }, ErrManagedPolicy},
		"the management account as a delegate": {func(o *Organization) error { return o.RegisterDelegated(management, "x.amazonaws.com", time.Time{}) }, ErrManagementAccount},
		"ending what was not registered":       {func(o *Organization) error { return o.DeregisterDelegated(one, "x.amazonaws.com") }, ErrNotRegistered},
	} {
		o := small(t)
		before := asText(t, o)
		if err := c.change(o); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", sentence, err, c.want)
		}
		if after := asText(t, o); after != before {
			t.Errorf("%s: changed\n%s\nto\n%s", sentence, before, after)
		}
	}
}

func TestChanges(t *testing.T) {
	o := small(t)
	before := o.Clone()
	text := asText(t, before)
	must(t, o.Attach("p-denysqs001", one), o.Detach(FullAccess, one), o.Tag(one, []Tag{{"team", "a"}, {"cost", "1"}}), o.Tag(one, []Tag{{"team", "b"}}),
		o.RegisterDelegated(one, "guardduty.amazonaws.com", time.Time{}), o.RenameUnit(dev, "development"), o.MoveAccount(two, inner, dev), o.DeleteUnit(inner), o.CloseAccount(two))
	if asText(t, before) != text {
		t.Error("a change reached a clone")
	}
	must(t, o.Check())
	if got := o.PoliciesOf(one, SCP); len(got) != 1 || got[0].ID != "p-denysqs001" {
		t.Errorf("on the account: %v", got)
	}
	if tags, _ := o.TagsOf(one); !slices.Equal(tags, []Tag{{"cost", "1"}, {"team", "b"}}) {
		t.Errorf("tags %v", tags)
	}
	if a, _ := o.Account(two); a.Parent != dev || a.Status != PendingClosure {
		t.Errorf("moved and closed: %+v", a)
	}
	if !o.IsDelegated(one) || len(o.TargetsOf(FullAccess)) != 5 {
		t.Errorf("delegated %v, FullAWSAccess on %q", o.IsDelegated(one), o.TargetsOf(FullAccess))
	}
	must(t, o.DeregisterDelegated(one, "guardduty.amazonaws.com"), o.Untag(one, []string{"cost", "team"}), o.RemoveAccount(one), o.DeletePolicy("p-denysqs001"))
	if len(o.Tags) != 0 || o.Deletable() == nil {
		t.Errorf("tags %v, deletable %v", o.Tags, o.Deletable())
	}
	must(t, o.RemoveAccount(two), o.DeleteUnit(dev), o.DeleteUnit(prod), o.Deletable(), o.Check())
}

func TestLimits(t *testing.T) {
	o := small(t)
	parent := root
	for i := range MaxDepth {
		id := fmt.Sprintf("ou-ab12-depth%03d", i)
		must(t, o.CreateUnit(Unit{id, parent, "deep"}))
		parent = id
	}
	if err := o.CreateUnit(Unit{"ou-ab12-deeper01", parent, "deeper"}); !errors.Is(err, ErrTooDeep) {
		t.Errorf("one deeper: %v", err)
	}
	for i := range MaxAttached {
		id := fmt.Sprintf("p-attach%04d", i)
		must(t, o.CreatePolicy(Policy{ID: id, Name: id, Type: SCP, Content: denyAll}))
		if err := o.Attach(id, one); (err == nil) != (i < MaxAttached-1) || err != nil && !errors.Is(err, ErrTooManyAttachments) {
			t.Errorf("policy %d beside FullAWSAccess: %v", i+1, err)
		}
	}
	var tags []Tag
	for i := range MaxTags + 1 {
		tags = append(tags, Tag{fmt.Sprint(i), ""})
	}
	if err := o.Tag(one, tags); !errors.Is(err, ErrTooManyTags) {
		t.Errorf("tags: %v", err)
	}
	for i := range MaxCreateStatuses + 5 {
		o.AddCreateStatus(CreateAccountStatus{ID: fmt.Sprintf("car-%08d", i), State: map[bool]string{true: InProgress, false: Failed}[i == 2]})
	}
	_, kept := o.CreateStatus("car-00000002")
	if _, gone := o.CreateStatus("car-00000000"); gone || !kept || len(o.CreateStatuses) != MaxCreateStatuses {
		t.Errorf("%d statuses, the oldest %v, the one in progress %v", len(o.CreateStatuses), gone, kept)
	}
}

func TestSplitAndJoin(t *testing.T) {
	o := small(t)
	for i := range 3000 {
		must(t, o.AddAccount(member(fmt.Sprintf("5%011d", i), dev)))
		if i > 500 {
			break
		}
	}
	o.AddCreateStatus(CreateAccountStatus{ID: "car-bbbbbbbb"})
	o.AddCreateStatus(CreateAccountStatus{ID: "car-aaaaaaaa"})
	parts := o.Split()
	if back := Join(parts); asText(t, back) != asText(t, o) || len(parts) < 5 {
		t.Errorf("%d parts joined are another organization", len(parts))
	}
	must(t, Join(parts).Check())
}
