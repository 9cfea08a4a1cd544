package auth

import (
	"fmt"
	"maps"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/ebbmark/ebbmark/inventory"
	"github.com/ebbmark/ebbmark/wire"
)

// callerOf names the principal of a session by what the inventory says today. A
// user or role that is gone has no valid credentials.
func callerOf(account *inventory.Account, s Session) (wire.Caller, error) {
	c := wire.Caller{
		Account: s.Account, Partition: account.Partition, Entity: s.Role + s.User, SessionPolicies: s.policies(account),
		Temporary: !s.Expires.IsZero(), SourceIdentity: s.Source, Transitive: s.Transitive, MFA: s.MFA,
	}
	user := account.UserByID(s.User)
	if s.User != "" && user == nil {
		return wire.Caller{}, errInvalidToken
	}
	switch {
	case s.Federated:
		c.Kind, c.UserID = wire.FederatedCaller, s.Account+":"+s.Name
		c.ARN = fmt.Sprintf("arn:%s:sts::%s:federated-user/%s", account.Partition, s.Account, s.Name)
		c.Keys = federatedKeys(c.ARN, user)
	case s.Role != "":
		role := account.RoleByID(s.Role)
		if role == nil {
			return wire.Caller{}, errInvalidToken
		}
		c.Kind, c.UserID = wire.RoleCaller, s.Role+":"+s.Name
		c.ARN = fmt.Sprintf("arn:%s:sts::%s:assumed-role/%s/%s", account.Partition, s.Account, role.Name, s.Name)
		c.Keys = roleKeys(role)
	case s.User != "":
		c.Kind, c.UserID, c.ARN = wire.UserCaller, s.User, user.ARN
		c.Keys = userKeys(user)
	default:
		c.Kind, c.UserID = wire.RootCaller, s.Account
		c.ARN = fmt.Sprintf("arn:%s:iam::%s:root", account.Partition, s.Account)
		c.Keys = map[string][]string{"aws:PrincipalArn": {c.ARN}, "aws:PrincipalType": {"Account"}}
	}
	return c, nil
}

// policies are the texts of the session's policies. A managed one that is gone
// since allows nothing.
func (s *Session) policies(account *inventory.Account) []string {
	var texts []string
	if s.Policy != "" {
		texts = append(texts, s.Policy)
	}
	for _, name := range s.PolicyARNs {
		text := `{"Version":"2012-10-17","Statement":[]}`
		if p := account.Policy(name); p != nil {
			text = p.DefaultDocument()
		}
		texts = append(texts, text)
	}
	return texts
}

func userKeys(u *inventory.User) map[string][]string {
	keys := map[string][]string{
		"aws:PrincipalArn": {u.ARN}, "aws:PrincipalType": {"User"}, "aws:username": {u.Name},
	}
	return withTags(keys, u.Tags)
}

// roleKeys: for a role session aws:PrincipalArn is the role's ARN, not that of
// the session (IAM User Guide, "AWS global condition context keys").
func roleKeys(r *inventory.Role) map[string][]string {
	return withTags(map[string][]string{"aws:PrincipalArn": {r.ARN}, "aws:PrincipalType": {"AssumedRole"}}, r.Tags)
}

// federatedKeys: a federated user has the tags of the user who federated, nil
// for root, as far as the session has no tags of the same name.
func federatedKeys(name string, u *inventory.User) map[string][]string {
	keys := map[string][]string{"aws:PrincipalArn": {name}, "aws:PrincipalType": {"FederatedUser"}}
	if u == nil {
		return keys
	}
	return withTags(keys, u.Tags)
}

func withTags(keys map[string][]string, tags []inventory.Tag) map[string][]string {
	for _, tag := range tags {
		keys["aws:PrincipalTag/"+tag.Key] = []string{tag.Value}
	}
	return keys
}

// requestKeys adds what the request itself says.
func (a *Authenticator) requestKeys(c *wire.Caller, s Session, r *http.Request) {
	c.Keys["aws:userid"] = []string{c.UserID}
	c.Keys["aws:PrincipalAccount"] = []string{c.Account}
	c.Keys["aws:SecureTransport"] = []string{strconv.FormatBool(r.TLS != nil)}
	c.Keys["aws:CurrentTime"] = []string{a.Now().UTC().Format(time.RFC3339)}
	c.Keys["aws:EpochTime"] = []string{strconv.FormatInt(a.Now().Unix(), 10)}
	c.Keys["aws:UserAgent"] = []string{r.UserAgent()}
	c.Keys["aws:ViaAWSService"] = []string{"false"}
	c.Keys["aws:PrincipalIsAWSService"] = []string{"false"}
	if host, _, err := net.SplitHostPort(r.RemoteAddr); err == nil {
		c.Keys["aws:SourceIp"] = []string{host}
	}
	if !c.Temporary {
		return // long-term credentials have no MFA keys and no issue time
	}
	c.Keys["aws:TokenIssueTime"] = []string{s.Issued.UTC().Format(time.RFC3339)}
	SetMFA(c.Keys, s.MFA, a.Now())
	if s.Source != "" {
		c.Keys["aws:SourceIdentity"] = []string{s.Source}
	}
	setSessionTags(c.Keys, s.Tags)
}

// setSessionTags puts the tags of a session over those of its user or role. Tag
// keys ignore case: two spellings would be two values of one condition key.
func setSessionTags(keys map[string][]string, tags map[string]string) {
	for tag, value := range tags {
		key := "aws:PrincipalTag/" + tag
		maps.DeleteFunc(keys, func(other string, _ []string) bool { return strings.EqualFold(other, key) })
		keys[key] = []string{value}
	}
}
