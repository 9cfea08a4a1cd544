package auth

import (
	"strings"

	"github.com/ebbmark/ebbmark/arn"
	"github.com/ebbmark/ebbmark/policy"
	"github.com/ebbmark/ebbmark/wire"
)

// denied words a refusal (LA-111, IAM-9).
func denied(c wire.Caller, action, resource string, d policy.Decision) error {
	resource = resourceText(action, resource)
	if d.Explicit {
		return wire.Errorf(403, "AccessDenied", "User: %s is not authorized to perform: %s on resource: %s with an explicit deny in %s %s",
			c.ARN, action, resource, article(d.By), d.By)
	}
	return wire.Errorf(403, "AccessDenied", "User: %s is not authorized to perform: %s on resource: %s because no %s allows the %s action",
		c.ARN, action, resource, d.By, action)
}

func article(k policy.Kind) string {
	if k == policy.Identity {
		return "an"
	}
	return "a"
}

// resourceText is how a refusal calls the resource that was decided on: IAM
// calls an entity "user NAME" (IAM-9), other services and some actions of IAM
// say its ARN. The name alone also keeps the path from those who may not see
// the entity.
func resourceText(action, resource string) string {
	a, err := arn.Parse(resource)
	if err != nil || a.Service != "iam" || !strings.HasPrefix(action, "iam:") || saysARN(action) {
		return resource
	}
	switch kind := a.Kind(); kind {
	case "user", "role", "group":
		return kind + " " + a.Name()
	case "instance-profile":
		return "instance profile " + a.Name()
	case "policy":
		return "policy " + strings.TrimPrefix(a.Resource, "policy/")
	}
	return resource
}

// saysARN reports whether refusals of an IAM action hold ARNs (LA-111): those
// whose input is an ARN of any kind of entity, and passing a role.
func saysARN(action string) bool {
	switch action {
	case "iam:GenerateServiceLastAccessedDetails", "iam:ListPoliciesGrantingServiceAccess",
		"iam:SimulatePrincipalPolicy", "iam:GetContextKeysForPrincipalPolicy", "iam:PassRole":
		return true
	}
	return false
}
