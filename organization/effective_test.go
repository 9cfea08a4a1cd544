package organization

import (
	"errors"
	"strings"
	"testing"
)

// TestEffectivePolicy merges policies on the root, a unit and an account, as the
// user guide's page on inheritance operators describes.
func TestEffectivePolicy(t *testing.T) {
	const root = `{"tags":{"CostCenter":{"tag_key":{"@@assign":"CostCenter"},"tag_value":{"@@assign":["a","b"]}}}}`
	for name, c := range map[string]struct {
		root, unit, account string
		want                string
	}{
		"one level":                         {root, "", "", `{"tags":{"CostCenter":{"tag_key":"CostCenter","tag_value":["a","b"]}}}`},
		"a child assigns anew":              {root, `{"tags":{"CostCenter":{"tag_value":{"@@assign":["c"]}}}}`, "", `{"tags":{"CostCenter":{"tag_key":"CostCenter","tag_value":["c"]}}}`},
		"a child appends, each value once":  {root, `{"tags":{"CostCenter":{"tag_value":{"@@append":["b","c"]}}}}`, "", `{"tags":{"CostCenter":{"tag_key":"CostCenter","tag_value":["a","b","c"]}}}`},
		"a child removes":                   {root, "", `{"tags":{"CostCenter":{"tag_value":{"@@remove":["a"]}}}}`, `{"tags":{"CostCenter":{"tag_key":"CostCenter","tag_value":["b"]}}}`},
		"a child adds a key":                {root, `{"tags":{"Team":{"tag_key":{"@@assign":"Team"}}}}`, "", `{"tags":{"CostCenter":{"tag_key":"CostCenter","tag_value":["a","b"]},"Team":{"tag_key":"Team"}}}`},
		"a parent that allows none":         {`{"tags":{"A":{"tag_key":{"@@assign":"A","@@operators_allowed_for_child_policies":["@@none"]}}}}`, `{"tags":{"A":{"tag_key":{"@@assign":"a"}}}}`, "", `{"tags":{"A":{"tag_key":"A"}}}`},
		"a parent that allows appending":    {`{"tags":{"A":{"tag_value":{"@@assign":["x"],"@@operators_allowed_for_child_policies":["@@append"]}}}}`, `{"tags":{"A":{"tag_value":{"@@assign":["y"],"@@append":["z"]}}}}`, "", `{"tags":{"A":{"tag_value":["x","z"]}}}`},
		"a limit above holds for all below": {`{"tags":{"@@operators_allowed_for_child_policies":["@@none"],"A":{"tag_key":{"@@assign":"A"}}}}`, `{"tags":{"A":{"tag_key":{"@@assign":"a"}},"B":{"tag_key":{"@@assign":"b"}}}}`, "", `{"tags":{"A":{"tag_key":"A"},"B":{"tag_key":{}}}}`},
		"a child cannot lift a limit":       {`{"tags":{"A":{"tag_key":{"@@assign":"A","@@operators_allowed_for_child_policies":["@@none"]}}}}`, `{"tags":{"A":{"tag_key":{"@@operators_allowed_for_child_policies":["@@all"]}}}}`, `{"tags":{"A":{"tag_key":{"@@assign":"a"}}}}`, `{"tags":{"A":{"tag_key":"A"}}}`},
		"a value without an operator":       {`{"services":{"default":{"opt_out_policy":"optOut"}}}`, "", "", `{"services":{"default":{"opt_out_policy":"optOut"}}}`},
		"nothing":                           {"", "", "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			o := New("o-exampleorg1", "r-ab12", Account{ID: "111111111111", Name: "management", Status: Active})
			steps := []error{
				o.EnablePolicyType("r-ab12", "TAG_POLICY"),
				o.CreateUnit(Unit{ID: "ou-ab12-prod0001", Parent: "r-ab12", Name: "prod"}),
				o.AddAccount(Account{ID: "222222222222", Parent: "ou-ab12-prod0001", Name: "two", Status: Active}),
			}
			for target, text := range map[string]string{"r-ab12": c.root, "ou-ab12-prod0001": c.unit, "222222222222": c.account} {
				if text == "" {
					continue
				}
				id := "p-tags" + strings.ReplaceAll(target, "-", "_")
				steps = append(steps, o.CreatePolicy(Policy{ID: id, Name: id, Type: "TAG_POLICY", Content: text}), o.Attach(id, target))
			}
			if err := errors.Join(steps...); err != nil {
				t.Fatal(err)
			}
			got, ok, err := o.EffectivePolicy("222222222222", "TAG_POLICY")
			if err != nil || got != c.want || ok != (c.want != "") {
				t.Errorf("got %s, %v, %v\nwant %s", got, ok, err, c.want)
			}
		})
	}
}

func TestEffectivePolicyOfADisabledType(t *testing.T) {
	o := New("o-exampleorg1", "r-ab12", Account{ID: "111111111111", Name: "management", Status: Active})
	if _, ok, err := o.EffectivePolicy("111111111111", "TAG_POLICY"); ok || err != nil {
		t.Errorf("got %v, %v", ok, err)
	}
}
