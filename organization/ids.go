package organization

import (
	"fmt"
	"io"
	"regexp"
	"strings"
)

// Forms of ids (section 3 of the specification).
var (
	organizationForm = regexp.MustCompile(`^o-[a-z0-9]{10,32}$`)
	rootForm         = regexp.MustCompile(`^r-[0-9a-z]{4,32}$`)
	unitForm         = regexp.MustCompile(`^ou-[0-9a-z]{4,32}-[a-z0-9]{8,32}$`)
	accountForm      = regexp.MustCompile(`^[0-9]{12}$`)
	policyForm       = regexp.MustCompile(`^p-[0-9a-zA-Z_]{8,128}$`)
)

// IsOrganizationID and its like report whether an id has the form of its kind.
func IsOrganizationID(id string) bool { return organizationForm.MatchString(id) }

// IsRootID: see IsOrganizationID.
func IsRootID(id string) bool { return rootForm.MatchString(id) }

// IsUnitID: see IsOrganizationID.
func IsUnitID(id string) bool { return unitForm.MatchString(id) }

// IsAccountID: see IsOrganizationID.
func IsAccountID(id string) bool { return accountForm.MatchString(id) }

// IsPolicyID: see IsOrganizationID.
func IsPolicyID(id string) bool { return policyForm.MatchString(id) }

// NewOrganizationID and its like make ids from a source of randomness, whose
// errors are the only ones.
func NewOrganizationID(random io.Reader) (string, error) {
	return newID(random, "o-", alphanumeric, 10)
}

// NewRootID: see NewOrganizationID.
func NewRootID(random io.Reader) (string, error) { return newID(random, "r-", alphanumeric, 4) }

// NewUnitID is an id of a unit below the root: it carries the root's.
func NewUnitID(random io.Reader, root string) (string, error) {
	return newID(random, "ou-"+strings.TrimPrefix(root, "r-")+"-", alphanumeric, 8)
}

// NewPolicyID: see NewOrganizationID.
func NewPolicyID(random io.Reader) (string, error) { return newID(random, "p-", alphanumeric, 10) }

// NewAccountID never begins with a zero, which people lose in spreadsheets.
func NewAccountID(random io.Reader) (string, error) {
	first, err := newID(random, "", "123456789", 1)
	if err != nil {
		return "", err
	}
	return newID(random, first, "0123456789", 11)
}

// NewStatusID: see NewOrganizationID.
func NewStatusID(random io.Reader) (string, error) {
	return newID(random, "car-", "0123456789abcdef", 32)
}

const alphanumeric = "0123456789abcdefghijklmnopqrstuvwxyz"

// newID appends n characters of the alphabet, all equally likely.
func newID(random io.Reader, prefix, alphabet string, n int) (string, error) {
	id := []byte(prefix)
	fair := 256 - 256%len(alphabet) // bytes from here on would favour the first letters
	for b := make([]byte, 1); len(id) < len(prefix)+n; {
		if _, err := io.ReadFull(random, b); err != nil {
			return "", fmt.Errorf("make an id: %w", err)
		}
		if int(b[0]) < fair {
			id = append(id, alphabet[int(b[0])%len(alphabet)])
		}
	}
	return string(id), nil
}

func (o *Organization) arn(account, rest string) string {
	return "arn:" + o.Partition + ":organizations::" + account + ":" + rest
}

// ARN is the organization's own.
func (o *Organization) ARN() string { return o.arn(o.ManagementAccount, "organization/"+o.ID) }

// RootARN is that of the root.
func (o *Organization) RootARN() string {
	return o.arn(o.ManagementAccount, "root/"+o.ID+"/"+o.Root.ID)
}

// UnitARN is that of a unit, whether it exists or not.
func (o *Organization) UnitARN(id string) string {
	return o.arn(o.ManagementAccount, "ou/"+o.ID+"/"+id)
}

// AccountARN is that of an account, whether it exists or not.
func (o *Organization) AccountARN(id string) string {
	return o.arn(o.ManagementAccount, "account/"+o.ID+"/"+id)
}

// PolicyARN is that of a policy.
func (o *Organization) PolicyARN(p Policy) string {
	if kind := strings.ToLower(p.Type); p.AWSManaged {
		return o.arn("aws", "policy/"+kind+"/"+p.ID)
	} else {
		return o.arn(o.ManagementAccount, "policy/"+o.ID+"/"+kind+"/"+p.ID)
	}
}

// TargetARN is that of a root, unit or account, by the form of the id.
func (o *Organization) TargetARN(id string) string {
	switch KindOf(id) {
	case KindRoot:
		return o.RootARN()
	case KindUnit:
		return o.UnitARN(id)
	}
	return o.AccountARN(id)
}
