package cloudtrail

import (
	"bytes"
	"cmp"
	"strings"
)

// The types of userIdentity that yield a principal (section 3).
const (
	typeUser      = "IAMUser"
	typeRoot      = "Root"
	typeRole      = "Role"
	typeAssumed   = "AssumedRole"
	typeFederated = "FederatedUser"
)

// The first letters of unique ids.
const (
	userPrefix = "AIDA"
	rolePrefix = "AROA"
	keyPrefix  = "AKIA"
)

// principal is who an attempt is credited to.
type principal struct {
	account string // 12 digits
	id      string // unique id, or ARN
}

// principal finds who made the call by userIdentity alone (CT-16), or the
// reason why it was nobody.
func (r *Record) principal() (who principal, reason string, err error) {
	u := &r.User
	switch u.Type {
	case typeUser:
		who, err = r.userOf(r.mem.text(u.PrincipalID), r.arnBeside(userPrefix), u.AccountID)
	case typeRoot:
		who, err = r.rootOf(r.mem.text(u.ARN), u.AccountID)
	case typeRole:
		who, err = r.roleOf(r.mem.text(u.PrincipalID), r.arnBeside(rolePrefix), u.AccountID)
	case typeAssumed:
		who, err = r.assumedRole()
	case typeFederated:
		return r.federated()
	default:
		return who, nobody(u), nil
	}
	return who, "", err
}

// nobody says why an identity of another type is no principal.
func nobody(u *Identity) string {
	const anonymous = "ANONYMOUS_PRINCIPAL"
	switch u.Type {
	case "AWSAccount":
		if string(u.PrincipalID) == anonymous || u.AccountID == anonymous || strings.EqualFold(u.AccountID, "anonymous") {
			return ReasonAnonymous
		}
		return ReasonOtherAccount
	case "AWSService":
		return ReasonService
	case "SAMLUser", "WebIdentityUser":
		return ReasonFederated
	}
	return ReasonNoPrincipal
}

// userOf is the user with the unique id, or with the ARN when there is no id (CT-14).
func (r *Record) userOf(id, arn, account string) (principal, error) {
	return r.entity(userPrefix, "user/", id, arn, account)
}

func (r *Record) roleOf(id, arn, account string) (principal, error) {
	id, _, _ = strings.Cut(id, ":")
	return r.entity(rolePrefix, "role/", id, arn, account)
}

// arnBeside is the identity's ARN, when the id and the account do not tell all.
func (r *Record) arnBeside(prefix string) string {
	if u := &r.User; u.AccountID == "" || !isUniqueID(u.PrincipalID, prefix) {
		return r.mem.text(u.ARN)
	}
	return ""
}

// lastRole is a role as a record named it, and who that was.
type lastRole struct {
	id, arn, account string
	who              principal
}

// roleOf is Record.roleOf, which neighbours in a log often ask of one role.
func (m *memory) roleOf(r *Record, id, arn, account string) (principal, error) {
	if m == nil {
		return r.roleOf(id, arn, account)
	}
	last := &m.role
	if last.id == id && last.arn == arn && last.account == account && last.who.id != "" {
		return last.who, nil
	}
	who, err := r.roleOf(id, arn, account)
	if err == nil {
		*last = lastRole{id, arn, account, who}
	}
	return who, err
}

// entity is the user or role with the id, which has to begin with prefix, or
// else with the ARN, whose resource has to begin with kind. The account of the
// ARN stands in for a missing one.
func (r *Record) entity(prefix, kind, id, arn, account string) (principal, error) {
	known := isUniqueID(id, prefix)
	if known && account != "" { // the usual case: no need of the ARN
		return principal{account, id}, r.checkAccount(account)
	}
	name := splitARN(arn)
	if !known {
		if id = arn; name.service != "iam" || len(name.resource) <= len(kind) || !strings.HasPrefix(name.resource, kind) {
			return principal{}, refuse(RefusedIdentity, "%s with neither a unique id nor the ARN of a %s: %s",
				r.User.Type, strings.TrimSuffix(kind, "/"), quote(arn))
		}
	}
	account = cmp.Or(account, name.account)
	return principal{account, id}, r.checkAccount(account)
}

// rootOf is the root of an account. Its ARN is made anew, as the recorded one
// may be missing.
func (r *Record) rootOf(arn, account string) (principal, error) {
	name := splitARN(arn)
	account = cmp.Or(account, name.account)
	if err := r.checkAccount(account); err != nil {
		return principal{}, err
	}
	return principal{account, r.mem.joined("arn:", r.partition(name), ":iam::", account, ":root")}, nil
}

// assumedRole is the role of a session. Where the session issuer is missing
// (CT-11), the id before the session name in principalId tells the role, and
// else the role's name in the session's ARN: a provisional ARN without the
// path, which nothing in the record tells (CT-10).
func (r *Record) assumedRole() (principal, error) {
	u, issuer := &r.User, &r.User.Issuer
	id := issuer.PrincipalID
	if id == "" {
		of, _, _ := bytes.Cut(u.PrincipalID, []byte(":")) // before the name of the session
		id = r.mem.text(of)
	}
	account := cmp.Or(issuer.AccountID, u.AccountID)
	if issuer.ARN != "" {
		return r.mem.roleOf(r, id, issuer.ARN, account)
	}
	session, arn := splitARN(r.mem.text(u.ARN)), ""
	account = cmp.Or(account, session.account)
	if role, ok := sessionRole(session); ok {
		arn = r.mem.joined("arn:", r.partition(session), ":iam::", account, ":role/", role)
	}
	return r.roleOf(id, arn, account)
}

// sessionRole is ROLENAME of arn:P:sts::ACCT:assumed-role/ROLENAME/SESSION.
func sessionRole(n name) (string, bool) {
	rest, ok := strings.CutPrefix(n.resource, "assumed-role/")
	role, _, _ := strings.Cut(rest, "/")
	return role, ok && n.service == "sts" && role != ""
}

// federated is the issuer of a GetFederationToken session: a user or the root.
func (r *Record) federated() (who principal, reason string, err error) {
	i := &r.User.Issuer
	switch i.Type {
	case typeUser:
		who, err = r.userOf(i.PrincipalID, i.ARN, i.AccountID)
	case typeRoot:
		who, err = r.rootOf(i.ARN, i.AccountID)
	default:
		return who, ReasonNoPrincipal, nil
	}
	return who, "", err
}

// usesLongTermKey reports whether the call was signed with a long-term access
// key of a user or the root (CT-41).
func (r *Record) usesLongTermKey() bool {
	return (r.User.Type == typeUser || r.User.Type == typeRoot) && isUniqueID(r.User.AccessKeyID, keyPrefix)
}

func (r *Record) checkAccount(account string) error {
	if len(account) != 12 || !isDigits(account) {
		return refuse(RefusedIdentity, "%s of account %s", quote(r.User.Type), quote(account))
	}
	return nil
}

// partition is that of the ARN, or the Region's when there is no ARN.
func (r *Record) partition(n name) string {
	switch {
	case n.partition != "" && len(n.partition) <= maxRegionBytes:
		return n.partition
	case strings.HasPrefix(r.Region, "cn-"):
		return "aws-cn"
	case strings.HasPrefix(r.Region, "us-gov-"):
		return "aws-us-gov"
	}
	return "aws"
}

// isUniqueID reports whether s is an IAM id that begins with prefix.
func isUniqueID[T string | Text](s T, prefix string) bool {
	if len(s) < minUniqueID || len(s) > maxUniqueID || string(s[:len(prefix)]) != prefix {
		return false
	}
	for i := range len(s) {
		if c := s[i]; !isLetter(c) && !isDigit(c) && c != '_' {
			return false
		}
	}
	return true
}

// name is an ARN in its parts, those that matter here.
type name struct{ partition, service, account, resource string }

// splitARN is the zero name for what is no ARN. Room arn does the same with an
// allocation, too much for every record.
func splitARN(arn string) (n name) {
	rest, ok := strings.CutPrefix(arn, "arn:")
	n.partition, rest, _ = strings.Cut(rest, ":")
	n.service, rest, _ = strings.Cut(rest, ":")
	_, rest, _ = strings.Cut(rest, ":")
	n.account, n.resource, _ = strings.Cut(rest, ":")
	if !ok || n.resource == "" {
		return name{}
	}
	return n
}
