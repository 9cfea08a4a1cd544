package sts

import (
	"bytes"
	"compress/flate"
	"fmt"
	"maps"
	"slices"

	"github.com/ebbmark/ebbmark/auth"
	"github.com/ebbmark/ebbmark/inventory"
	"github.com/ebbmark/ebbmark/policy"
	"github.com/ebbmark/ebbmark/wire"
)

// maxPacked is the room for the policies and tags of a session in bytes:
// policies as they are written, and both together when packed.
const maxPacked = 2048

// SessionPolicies are policies that a session must keep to besides those of its
// role or user. Embed it.
type SessionPolicies struct {
	Policy     string             `min:"1" max:"2048" pattern:"[\\u0009\\u000A\\u000D\\u0020-\\u00FF]+"`
	PolicyArns []PolicyDescriptor `max:"10"`
}

// PolicyDescriptor names a managed policy.
type PolicyDescriptor struct {
	Arn string `wire:"arn" min:"20" max:"2048"`
}

// set gives a session the policies of the request, which must exist in the
// account.
func (in *SessionPolicies) set(s *auth.Session, account *inventory.Account) error {
	size := len(in.Policy)
	if err := checkSessionPolicy(in.Policy); err != nil {
		return err
	}
	for _, p := range in.PolicyArns {
		if account.Policy(p.Arn) == nil {
			return wire.Errorf(400, "MalformedPolicyDocument", "The policy %s does not exist or is not attachable.", p.Arn)
		}
		size += len(p.Arn)
		s.PolicyARNs = append(s.PolicyARNs, p.Arn)
	}
	if size > maxPacked {
		return tooLarge(size)
	}
	s.Policy = in.Policy
	return nil
}

// checkSessionPolicy refuses text that is no session policy; empty is none.
func checkSessionPolicy(text string) error {
	if text == "" {
		return nil
	}
	doc, err := policy.ParseString(text)
	if err == nil {
		err = policy.Validate(doc, policy.Session)
	}
	if err != nil {
		return wire.Errorf(400, "MalformedPolicyDocument", "%v", err)
	}
	return nil
}

func tooLarge(size int) error {
	return wire.Errorf(400, "PackedPolicyTooLarge", "Packed size of session policies and session tags consumes %d%% of allotted space.", percent(size))
}

// percent is the share of the room that a size takes, rounded up.
func percent(size int) int { return (size*100 + maxPacked - 1) / maxPacked }

// packedSize is the share of the room for policies and tags that a session
// takes, in percent; nil: it has none.
func packedSize(s *auth.Session) (*int, error) {
	if s.Policy == "" && len(s.PolicyARNs) == 0 && len(s.Tags) == 0 {
		return nil, nil
	}
	var packed bytes.Buffer
	w, err := flate.NewWriter(&packed, flate.BestCompression)
	if err != nil {
		return nil, err
	}
	fmt.Fprint(w, s.Policy, s.PolicyARNs) // a buffer takes all
	for _, key := range slices.Sorted(maps.Keys(s.Tags)) {
		fmt.Fprintln(w, key, s.Tags[key])
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	if packed.Len() > maxPacked {
		return nil, tooLarge(packed.Len())
	}
	share := percent(packed.Len())
	return &share, nil
}
