package iam

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ebbmark/ebbmark/arn"
	"github.com/ebbmark/ebbmark/inventory"
	"github.com/ebbmark/ebbmark/policy"
	"github.com/ebbmark/ebbmark/wire"
)

// simulationInput is what both simulations take, under the names of the API.
type simulationInput struct {
	policies, boundaries []string
	actions, resources   []string
	resourcePolicy       *string
	owner, caller        *string
	entries              []ContextEntry
	handling             *string
}

// entryCost is what an entry of the context costs an evaluation, in bytes of
// document.
const entryCost = 64

// simulation checks the input and makes the question of it. The account is where
// the caller is looked up; policies of the principal are added later.
func (in *simulationInput) simulation(account *inventory.Account) (*simulation, error) {
	s := &simulation{actions: in.actions, resources: in.resources, caller: policy.Caller{Account: account.ID}}
	if len(s.resources) == 0 {
		s.resources = []string{"*"}
	}
	if err := in.checkNames(s); err != nil {
		return nil, err
	}
	var err error
	if s.context, err = contextOf(in.entries); err != nil {
		return nil, err
	}
	s.size = len(s.context) * entryCost
	if in.caller != nil {
		if s.caller, err = simulatedCaller(*in.caller, account); err != nil {
			return nil, err
		}
	}
	if s.owner, err = in.ownerAccount(s); err != nil {
		return nil, err
	}
	return s, in.documents(s)
}

// checkNames refuses what is no action or no resource.
func (in *simulationInput) checkNames(s *simulation) error {
	for _, r := range s.resources {
		if s.named() && !isResource(r) {
			return invalidInput("ResourceNames are not in a valid ARN format: %s.", r)
		}
	}
	for _, action := range s.actions {
		if vendor, name, _ := strings.Cut(action, ":"); vendor == "" || name == "" {
			return invalidInput("The action is invalid since it is missing names")
		}
	}
	return in.checkHandling(s)
}

func isResource(text string) bool {
	a, err := arn.Parse(text)
	return err == nil && a.Partition != "" && a.Service != "" && a.Resource != ""
}

// handlingOptions are the scenarios of a simulation. All are of one action; the
// resources that they name may be incomplete.
var handlingOptions = [...]string{
	"EC2-Classic-InstanceStore", "EC2-Classic-EBS",
	"EC2-VPC-InstanceStore", "EC2-VPC-InstanceStore-Subnet", "EC2-VPC-EBS", "EC2-VPC-EBS-Subnet",
}

const handledAction = "ec2:RunInstances"

func (in *simulationInput) checkHandling(s *simulation) error {
	if in.handling == nil || !s.named() {
		return nil
	}
	for _, action := range s.actions {
		if !slices.Contains(handlingOptions[:], *in.handling) || !strings.EqualFold(action, handledAction) {
			return invalidInput("Invalid input resource handling options. Action does not support resource handling options: %s.", action)
		}
	}
	return nil
}

// ownerAccount is whose the resources are that do not say.
func (in *simulationInput) ownerAccount(s *simulation) (string, error) {
	if in.owner == nil {
		return s.caller.Account, nil
	}
	a, err := arn.Parse(*in.owner)
	if err != nil || a.Service != "iam" || a.Region != "" || !isAccount(a.Account) || a.Resource != "root" {
		return "", invalidInput("'%s' is not a valid as a Resource Owner.", *in.owner) // AWS's grammar
	}
	return a.Account, nil
}

func isAccount(text string) bool {
	return len(text) == 12 && strings.Trim(text, "0123456789") == ""
}

// documents parses the policies of the input.
func (in *simulationInput) documents(s *simulation) error {
	for i, text := range in.policies {
		doc, err := inputDocument(text, policy.Identity)
		if err != nil {
			return err
		}
		s.identity = append(s.identity, source{fmt.Sprintf("PolicyInputList.%d", i+1), doc})
		s.size += len(text)
	}
	if len(in.boundaries) > 1 {
		return invalidInput("The list of Permissions Boundary policies cannot exceed 1 items.")
	}
	for _, text := range in.boundaries {
		doc, err := inputDocument(text, policy.Boundary)
		if err != nil {
			return err
		}
		s.boundary = &source{"PermissionsBoundaryPolicyInputList.1", doc}
		s.size += len(text)
	}
	return in.ofResource(s)
}

// ofResource parses the policy of the resources.
func (in *simulationInput) ofResource(s *simulation) error {
	switch {
	case in.resourcePolicy == nil:
		return nil
	case s.caller.ARN == "":
		return invalidInput("Invalid caller - Caller cannot be null or empty.")
	case !s.named():
		return invalidInput("Invalid Entity Arn: * does not clearly define entity type and name.")
	}
	doc, err := policy.ParseString(*in.resourcePolicy)
	if err == nil {
		kind := policy.Resource
		if isTrust(doc) {
			kind = policy.Trust
		}
		err = policy.Validate(doc, kind)
	}
	if err != nil {
		return malformedInput(err)
	}
	s.resource = &source{"ResourcePolicy", doc}
	s.size += len(*in.resourcePolicy)
	return nil
}

// inputDocument parses a policy of the request, which must be one that could be
// stored.
func inputDocument(text string, kind policy.Kind) (*policy.Document, error) {
	doc, err := policy.ParseString(text)
	if err == nil {
		err = policy.Validate(doc, kind)
	}
	if err != nil {
		return nil, malformedInput(err)
	}
	return doc, nil
}

func malformedInput(err error) error { return invalidInput("%s", err) }

// simulatedSession names the session in which a simulated role acts.
const simulatedSession = "simulation"

// simulatedCaller is the user, group or role that is to act. It need not exist;
// if it does, its unique id is known too.
func simulatedCaller(text string, account *inventory.Account) (policy.Caller, error) {
	a, err := arn.Parse(text)
	kind := a.Kind()
	entity := kind == "user" || kind == "group" || kind == "role"
	if err != nil || a.Service != "iam" || a.Region != "" || !isAccount(a.Account) || !entity || a.Path() == "" || a.Name() == "" {
		return policy.Caller{}, invalidInput("Invalid caller - Caller must be an IAM user, role or group in this context.")
	}
	c := policy.Caller{ARN: text, Account: a.Account}
	switch kind {
	case "user":
		if u := account.UserByName(a.Name()); u != nil && u.ARN == text {
			c.UserID = u.ID
		}
	case "role": // it is sessions that act; what names the role limits them less than what names them
		c.Issuer = text
		c.ARN = "arn:" + a.Partition + ":sts::" + a.Account + ":assumed-role/" + a.Name() + "/" + simulatedSession
		if r := account.RoleByName(a.Name()); r != nil && r.ARN == text {
			c.UserID = r.ID + ":" + simulatedSession
		}
	}
	return c, nil
}

// missing are the context keys that the policies ask about and nothing gives.
func (s *simulation) missing() []string {
	if s.asked != nil {
		return s.asked
	}
	var docs []*policy.Document
	for _, p := range s.identity {
		docs = append(docs, p.doc)
	}
	for _, p := range []*source{s.boundary, s.resource} {
		if p != nil {
			docs = append(docs, p.doc)
		}
	}
	follows := s.caller.Keys()
	s.asked = []string{}
	for _, key := range policy.ContextKeys(docs...) {
		low := strings.ToLower(key)
		if _, known := follows[low]; !known && len(s.context[low]) == 0 {
			s.asked = append(s.asked, key)
		}
	}
	return s.asked
}

// checkPolicySource refuses what is no ARN of a user, group or role.
func checkPolicySource(text string, caller wire.Caller) error {
	a, err := arn.Parse(text)
	kind := a.Kind()
	if err != nil || a.Service != "iam" || a.Region != "" || a.Account == "" ||
		kind != "user" && kind != "group" && kind != "role" || a.Path() == "" || a.Name() == "" {
		return invalidInput("Invalid Entity Arn: %s does not clearly define entity type and name.", text)
	}
	if a.Partition != caller.Partition {
		return validationError("Invalid ARN partition")
	}
	return nil
}
