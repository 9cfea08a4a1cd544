package format

import (
	"encoding/json"
	"io"
	"strings"

	"github.com/ebbmark/ebbmark/refine"
)

// CloudFormation writes a template whose resources can be imported into a stack: each
// has a DeletionPolicy, as an import asks. Policies of which nothing is left are named
// in its metadata.
func CloudFormation(w io.Writer, list []*refine.Proposal) error {
	type resource struct {
		Type           string
		DeletionPolicy string
		Properties     map[string]any
	}
	var t struct {
		AWSTemplateFormatVersion string
		Description              string
		Metadata                 map[string]any `json:",omitempty"`
		Resources                map[string]resource
	}
	t.AWSTemplateFormatVersion, t.Description = "2010-09-09", "Policies without the actions that nobody used"
	t.Resources = map[string]resource{}
	names := labels{}
	var gone, detach []string
	for _, p := range changed(list) {
		if p.Delete {
			gone = append(gone, Title(p))
			continue
		}
		if len(p.Parts) > 0 {
			for _, part := range p.Parts {
				t.Resources[names.of("Policy", policyName(part.ARN))] = resource{"AWS::IAM::ManagedPolicy", "Retain", replacement(p, part)}
			}
			detach = append(detach, detached(p)...)
			continue
		}
		document := json.RawMessage(p.Edited.Document)
		if p.Holder == "" {
			t.Resources[names.of("Policy", policyName(p.ID))] = resource{"AWS::IAM::ManagedPolicy", "Retain",
				map[string]any{"ManagedPolicyName": policyName(p.ID), "Path": policyPath(p.ID), "PolicyDocument": document}}
			continue
		}
		kind, name := holderOf(p.Holder)
		kind = strings.ToUpper(kind[:1]) + kind[1:]
		t.Resources[names.of(kind, name, p.ID)] = resource{"AWS::IAM::" + kind + "Policy", "Retain",
			map[string]any{"PolicyName": p.ID, kind + "Name": name, "PolicyDocument": document}}
	}
	t.Metadata = map[string]any{}
	if len(gone) > 0 {
		t.Metadata["NothingIsLeftOf"] = gone
	}
	if len(detach) > 0 {
		t.Metadata["DetachWhenTheStackIsMade"] = detach
	}
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(t)
}
