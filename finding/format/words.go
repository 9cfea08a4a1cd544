package format

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/ebbmark/ebbmark/finding"
)

// severity is how urgent a finding is, in OCSF's numbers. AWS gives its findings
// none: these are ours.
type severity int

const (
	low    severity = 2
	medium severity = 3
	high   severity = 4
)

// severityOf: credentials that nobody uses can be stolen without being missed;
// a permission too many needs a caller first; a role open to everyone needs none.
func severityOf(f *finding.Detailed) severity {
	switch {
	case f.Type == finding.UnusedPermission:
		return low
	case f.Type == finding.ExternalAccess && f.External != nil && f.External.Public:
		return high
	}
	return medium
}

// title says in a few words what a finding is about.
func title(f *finding.Detailed) string {
	who := kind(f) + " " + resourceName(f.Resource)
	switch f.Type {
	case finding.UnusedIAMRole:
		return who + " is not used"
	case finding.UnusedIAMUserAccessKey:
		return "Access key " + f.Key + " of " + lower(who) + " is not used"
	case finding.UnusedIAMUserPassword:
		return "The password of " + lower(who) + " is not used"
	case finding.UnusedPermission:
		return who + " does not use all of its permissions"
	}
	if f.External != nil && f.External.Public {
		return who + " can be assumed by everyone"
	}
	return who + " can be assumed from outside the zone of trust"
}

// description says it in a sentence or two.
func description(f *finding.Detailed) string {
	switch f.Type {
	case finding.UnusedPermission:
		text := fmt.Sprintf("%s may use services or actions that it did not use in the tracking period: %d services, and %d actions of services that it used.",
			f.Resource, wholly(f), f.Actions)
		if names := namespaces(f); len(names) > 0 {
			text += " Services: " + strings.Join(names, ", ") + "."
		}
		return text
	case finding.ExternalAccess:
		return fmt.Sprintf("The trust policy of %s lets %s in (%s).", f.Resource, principal(f.External), actionList(f.External))
	}
	return fmt.Sprintf("%s. Resource: %s. Last use: %s.", title(f), f.Resource, lastUse(f.LastAccessed))
}

// advice is what the owner can do.
func advice(t finding.Type) string {
	switch t {
	case finding.UnusedIAMRole:
		return "Delete the role, or archive the finding if the role must stay."
	case finding.UnusedIAMUserAccessKey:
		return "Deactivate the access key, and delete it when nobody misses it."
	case finding.UnusedIAMUserPassword:
		return "Delete the user's password."
	case finding.UnusedPermission:
		return "Ask for a recommendation (GenerateFindingRecommendation) and take the unused permissions away."
	}
	return "Narrow the trust policy, or archive the finding if the access is meant."
}

func lastUse(t time.Time) string {
	if t.IsZero() {
		return "none known"
	}
	return stamp(t)
}

func kind(f *finding.Detailed) string {
	if f.ResourceType == finding.UserResource {
		return "User"
	}
	return "Role"
}

// lower makes the first letter small; it is one of kind's.
func lower(s string) string { return strings.ToLower(s[:1]) + s[1:] }

// resourceName is the name in an ARN of IAM, without its path.
func resourceName(arn string) string { return arn[strings.LastIndexByte(arn, '/')+1:] }

// wholly counts the services that were not used at all.
func wholly(f *finding.Detailed) (n int) {
	for _, d := range f.Details {
		if d.Permission != nil && len(d.Permission.Actions) == 0 {
			n++
		}
	}
	return n
}

func namespaces(f *finding.Detailed) (list []string) {
	for _, d := range f.Details {
		if d.Permission != nil {
			list = append(list, d.Permission.Namespace)
		}
	}
	return list
}

// principal is who is let in: "AWS arn:…".
func principal(e *finding.External) string {
	if e == nil {
		return ""
	}
	for kind, who := range e.Principal { // there is one
		return kind + " " + who
	}
	return ""
}

func actionList(e *finding.External) string {
	if e == nil {
		return ""
	}
	return strings.Join(e.Actions, ", ")
}

// clip shortens a text to at most n characters; the last one says so then.
func clip(text string, n int) string {
	if utf8.RuneCountInString(text) <= n {
		return text
	}
	return string([]rune(text)[:n-1]) + "…"
}
