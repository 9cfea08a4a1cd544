package pull

import (
	"encoding/json"

	"github.com/aws/aws-sdk-go-v2/service/organizations/types"
)

// export is an organization in the form that "ebbmark import" reads: the
// members that the operations of Organizations answer, and what these leave out
// (docs/import.md). The SDK's names of members are those of the API.
type export struct {
	Organization            *types.Organization
	Roots                   []types.Root
	OrganizationalUnits     []exportUnit
	Accounts                []types.Account
	Parents                 map[string]string // account → root or unit
	Policies                []exportPolicy
	Tags                    map[string][]types.Tag `json:",omitempty"` // by id
	DelegatedAdministrators []exportDelegated      `json:",omitempty"`

	EnabledServicePrincipals []types.EnabledServicePrincipal `json:",omitempty"`
}

type exportUnit struct {
	types.OrganizationalUnit
	ParentId string
}

type exportPolicy struct {
	PolicySummary *types.PolicySummary
	Content       string
	Targets       []string
}

type exportDelegated struct {
	types.DelegatedAdministrator
	DelegatedServices []types.DelegatedService
}

func (e *export) text() ([]byte, error) { return json.Marshal(e) }
