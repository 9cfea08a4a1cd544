package iam

import (
	"testing"

	"github.com/ebbmark/ebbmark/wire"
)

// Whatever a simulation is asked, it answers one of the three decisions or an
// error that the client may see.
func FuzzSimulation(f *testing.F) {
	doc := `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::b/${aws:username}"}}`
	f.Add(doc, "s3:GetObject", "arn:aws:s3:::b/alice", alice, f1Prefix+"root", "aws:SourceIp", "ip", "10.0.0.1", teamEc2)
	f.Add(doc, "s3:*", "*", f1Prefix+"role/service/app", "111122223333", "a:bcd", "dateList", "2026", "arn:aws:iam::aws:policy/*")
	f.Add("{}", ":", ":::::", "arn:::::", "", "", "booleanList", "", "arn:aws:iam::1:policy/")
	w := newWorld(f)
	f.Fuzz(func(t *testing.T, doc, action, resource, caller, owner, key, kind, value, excluded string) {
		entries := []ContextEntry{{&key, []string{value}, &kind}}
		custom := &SimulateCustomPolicyInput{PolicyInputList: []string{doc}, ActionNames: []string{action}, ResourceArns: []string{resource},
			CallerArn: &caller, ResourceOwner: &owner, ContextEntries: entries}
		principal := &SimulatePrincipalPolicyInput{PolicySourceArn: caller, PolicyInputList: []string{doc}, ActionNames: []string{action},
			ResourceArns: []string{resource, resource}, ContextEntries: entries, PolicyExclusionList: []PolicyIdentifier{{PolicyArn: &excluded}}}
		judge := func(out *SimulatePolicyOutput, err error) {
			if err != nil {
				if _, ok := err.(*wire.Error); !ok {
					t.Errorf("no answer for a client: %v", err)
				}
				return
			}
			for _, r := range out.EvaluationResults {
				if r.EvalDecision != allowed && r.EvalDecision != implicitDeny && r.EvalDecision != explicitDeny {
					t.Errorf("decision %q", r.EvalDecision)
				}
			}
		}
		if custom.Check(auditor()) == nil {
			judge(w.SimulateCustomPolicy(t.Context(), auditor(), custom))
		}
		if principal.Check(auditor()) == nil {
			judge(w.SimulatePrincipalPolicy(t.Context(), auditor(), principal))
		}
	})
}
