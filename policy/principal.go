package policy

import (
	"strings"

	"github.com/ebbmark/ebbmark/arn"
)

// Caller is who makes a request. The zero Caller is an anonymous one; a Caller
// with nothing but an Account is some principal of it, nobody knows which.
type Caller struct {
	ARN     string // as GetCallerIdentity answers it (IAM-50); empty: no AWS principal
	Account string // 12 digits
	UserID  string // as GetCallerIdentity answers it
	// Issuer is the ARN, with path, of the role behind a role session or of the
	// user behind a federated user. Empty for users and root.
	Issuer string
	// Service is the name of an AWS service that calls for itself, such as
	// "ec2.amazonaws.com".
	Service string
	// Provider is the identity provider of a caller that signs in with SAML or a
	// web identity: the provider's ARN or host name.
	Provider string
}

// Root reports whether the caller is the root user of its account.
func (c *Caller) Root() bool { return c.kind() == "root" }

// kind is "root", "user", "assumed-role", "federated-user", or empty.
func (c *Caller) kind() string {
	a, err := arn.Parse(c.ARN)
	if err != nil {
		return ""
	}
	return a.Kind()
}

// hasIdentity reports whether the caller is an AWS principal, who has identity
// policies: services, federated and anonymous callers have none.
func (c *Caller) hasIdentity() bool {
	return c.ARN != "" || c.Account != "" && c.Service == "" && c.Provider == ""
}

// Keys are the condition keys, in lower case, that follow from who calls (User
// Guide, "Properties of the principal").
func (c *Caller) Keys() map[string]string {
	keys := map[string]string{}
	set := func(key, value string) {
		if value != "" {
			keys[key] = value
		}
	}
	kind, principal := c.kind(), c.ARN
	if kind == "assumed-role" {
		principal = c.Issuer // the role, not the session
	}
	set("aws:principalarn", principal)
	set("aws:principalaccount", c.Account)
	set("aws:userid", c.UserID)
	switch kind {
	case "root":
		set("aws:principaltype", "Account")
	case "user":
		set("aws:principaltype", "User")
		set("aws:username", c.ARN[strings.LastIndexByte(c.ARN, '/')+1:])
	case "assumed-role":
		set("aws:principaltype", "AssumedRole")
	case "federated-user":
		set("aws:principaltype", "FederatedUser")
	case "":
		if *c == (Caller{}) {
			set("aws:principaltype", "Anonymous")
		}
	}
	return keys
}

// reach says how directly a Principal element names the caller. The more
// directly, the fewer other policies are asked in the same account (User Guide,
// "Policy evaluation for requests within a single account").
type reach uint8

const (
	notNamed   reach = iota
	viaAccount       // the account: its identity policies decide who in it may
	viaRole          // the role of a session, or everyone: boundary and session policies still limit
	itself           // the user or the session: no implicit deny limits it
)

// reaches finds the most direct way in which p names the caller.
func (p *Principal) reaches(c *Caller) reach {
	if p.Any {
		return viaRole
	}
	best := notNamed
	for kind, names := range p.Types {
		for _, name := range names {
			best = max(best, named(kind, name, c))
		}
	}
	return best
}

// named compares one name. Stars inside a name mean nothing: only "*" alone is
// everyone.
func named(kind, name string, c *Caller) reach {
	switch kind {
	case "AWS":
		return namedAWS(name, c)
	case "Service":
		return whole(name == "*" && c.Service != "" || c.Service != "" && equalFold(name, c.Service))
	case "Federated":
		return whole(c.Provider != "" && (name == "*" || name == c.Provider))
	}
	return notNamed
}

func whole(yes bool) reach {
	if yes {
		return itself
	}
	return notNamed
}

func namedAWS(name string, c *Caller) reach {
	role, _, session := strings.Cut(c.UserID, ":")
	switch {
	case name == "*":
		return viaRole
	case name == "" || !c.hasIdentity():
		return notNamed
	case name == c.Account, isRoot(name, c.Account):
		return viaAccount
	case name == c.ARN, name == c.UserID:
		return itself
	case name == c.Issuer, session && name == role:
		return viaRole
	}
	return notNamed
}

// isRoot reports whether name is the ARN of the account: arn:P:iam::ACCT:root.
func isRoot(name, account string) bool {
	a, err := arn.Parse(name)
	return err == nil && a.Service == "iam" && a.Account == account && a.Resource == "root"
}

// namedBy is how the statement's Principal or NotPrincipal takes the caller in;
// notNamed: the statement is not about this caller. bounded: the caller has a
// permissions boundary.
func (st *Statement) namedBy(c *Caller, bounded bool) reach {
	switch {
	case st.Principal != nil:
		return st.Principal.reaches(c)
	case st.NotPrincipal == nil:
		return notNamed
	}
	except := st.NotPrincipal.reaches(c)
	if st.Allow {
		return through(except == notNamed)
	}
	// A Deny spares only who is named itself, not everyone in a named account,
	// and nobody with a boundary (User Guide, "Permissions boundaries").
	named := except > viaAccount || except == viaAccount && c.Root()
	return through(!named || bounded)
}

func through(yes bool) reach {
	if yes {
		return viaRole
	}
	return notNamed
}
