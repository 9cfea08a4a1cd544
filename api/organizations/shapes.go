package organizations

import (
	"time"

	"github.com/ebbmark/ebbmark/organization"
)

// Organization as answers show it.
type Organization struct {
	Id, Arn              string
	FeatureSet           string
	MasterAccountArn     string
	MasterAccountId      string
	MasterAccountEmail   string
	AvailablePolicyTypes []PolicyType
}

// PolicyType is the state of a policy type on the root.
type PolicyType struct{ Type, Status string }

const enabled = "ENABLED"

// newOrganization shows an organization. Which types are available is what AWS
// shows there for ever: it points to ListRoots for the truth.
func newOrganization(o *organization.Organization) *Organization {
	shown := &Organization{
		Id: o.ID, Arn: o.ARN(), FeatureSet: o.FeatureSet,
		MasterAccountId: o.ManagementAccount, MasterAccountArn: o.AccountARN(o.ManagementAccount), MasterAccountEmail: o.ManagementEmail,
		AvailablePolicyTypes: []PolicyType{},
	}
	if o.FeatureSet == organization.AllFeatures {
		shown.AvailablePolicyTypes = append(shown.AvailablePolicyTypes, PolicyType{organization.SCP, enabled})
	}
	return shown
}

// Root as answers show it.
type Root struct {
	Id, Arn, Name string
	PolicyTypes   []PolicyType
}

func newRoot(o *organization.Organization) *Root {
	r := &Root{Id: o.Root.ID, Arn: o.RootARN(), Name: o.Root.Name, PolicyTypes: []PolicyType{}}
	for _, t := range o.Root.PolicyTypes {
		r.PolicyTypes = append(r.PolicyTypes, PolicyType{t, enabled})
	}
	return r
}

// OrganizationalUnit as answers show it.
type OrganizationalUnit struct{ Id, Arn, Name, Path string }

func newUnit(o *organization.Organization, id string) *OrganizationalUnit {
	u, _ := o.Unit(id)
	return &OrganizationalUnit{u.ID, o.UnitARN(u.ID), u.Name, o.Path(u.ID) + "/"}
}

// Account as answers show it.
type Account struct {
	Id, Arn         string
	Email           string
	Name            string
	Status, State   string
	Paths           []string
	JoinedMethod    string
	JoinedTimestamp time.Time
}

func newAccount(o *organization.Organization, id string) Account {
	a, _ := o.Account(id)
	return Account{
		Id: a.ID, Arn: o.AccountARN(a.ID), Email: a.Email, Name: a.Name, Status: a.Status, State: state(a.Status),
		Paths: []string{o.Path(a.ID) + "/"}, JoinedMethod: a.JoinedMethod, JoinedTimestamp: a.JoinedTimestamp,
	}
}

// state is what AWS newly calls a status. The old word does not tell accounts
// that were closed from the few that AWS has suspended.
func state(status string) string {
	if status == organization.Suspended {
		return "CLOSED"
	}
	return status
}

// PolicySummary is a policy without its content.
type PolicySummary struct {
	Id, Arn     string
	Name        string
	Description string `wire:",always"`
	Type        string
	AwsManaged  bool
}

func newPolicySummary(o *organization.Organization, p organization.Policy) PolicySummary {
	return PolicySummary{p.ID, o.PolicyARN(p), p.Name, p.Description, p.Type, p.AWSManaged}
}

// Policy is a policy with its content.
type Policy struct {
	PolicySummary PolicySummary
	Content       string
}

func newPolicy(o *organization.Organization, id string) *Policy {
	p, _ := o.Policy(id)
	return &Policy{newPolicySummary(o, p), p.Content}
}

// CreateAccountStatus as answers show it.
type CreateAccountStatus struct {
	Id                 string
	AccountName        string
	State              string
	RequestedTimestamp time.Time
	CompletedTimestamp time.Time
	AccountId          string
	FailureReason      string
}

// newStatus shows no account id before the account is there.
func newStatus(s organization.CreateAccountStatus) *CreateAccountStatus {
	shown := &CreateAccountStatus{
		Id: s.ID, AccountName: s.Name, State: s.State, RequestedTimestamp: s.Requested, CompletedTimestamp: s.Completed, FailureReason: s.Reason,
	}
	if s.State == organization.Succeeded {
		shown.AccountId = s.Account
	}
	return shown
}
