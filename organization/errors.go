package organization

import "errors"

// What a change is refused for. The Organizations API answers each with AWS's
// exception of like name.
var (
	ErrParentNotFound       = errors.New("there is no such parent")
	ErrSourceNotFound       = errors.New("the account is not below that source parent")
	ErrDestinationNotFound  = errors.New("there is no such destination parent")
	ErrUnitNotFound         = errors.New("there is no such organizational unit")
	ErrAccountNotFound      = errors.New("there is no such account in the organization")
	ErrPolicyNotFound       = errors.New("there is no such policy")
	ErrTargetNotFound       = errors.New("there is no such root, organizational unit or account")
	ErrRootNotFound         = errors.New("there is no such root")
	ErrChildNotFound        = errors.New("there is no such organizational unit or account")
	ErrStatusNotFound       = errors.New("there is no such request to make an account")
	ErrDuplicateUnit        = errors.New("the parent has an organizational unit of that name")
	ErrDuplicateAccount     = errors.New("the account is there already")
	ErrDuplicatePolicy      = errors.New("there is a policy of that type and name")
	ErrDuplicateAttachment  = errors.New("the policy is attached to the target already")
	ErrDuplicateID          = errors.New("the id is taken")
	ErrUnitNotEmpty         = errors.New("the organizational unit is not empty")
	ErrOrganizationNotEmpty = errors.New("the organization has other accounts, units or policies")
	ErrPolicyInUse          = errors.New("the policy is attached to a target")
	ErrPolicyNotAttached    = errors.New("the policy is not attached to the target")
	ErrPolicyTypeNotEnabled = errors.New("the policy type is not enabled on the root")
	ErrPolicyTypeEnabled    = errors.New("the policy type is enabled on the root already")
	ErrPolicyTypeNotKnown   = errors.New("there is no such policy type")
	ErrAllFeaturesNeeded    = errors.New("the organization has consolidated billing only, and policies need all features")
	ErrManagedPolicy        = errors.New("the policy is AWS's own and cannot be changed")
	ErrMalformedPolicy      = errors.New("malformed policy")
	ErrLastPolicy           = errors.New("it is the last policy of its type on the target")
	ErrManagementAccount    = errors.New("that cannot be done to the management account")
	ErrDelegatedAccount     = errors.New("the account is a delegated administrator")
	ErrAlreadyRegistered    = errors.New("the account is registered for the service already")
	ErrNotRegistered        = errors.New("the account is not registered for the service")
	ErrAccountNotActive     = errors.New("the account is not active")
	ErrInvalid              = errors.New("invalid value")

	ErrTooManyUnits       = errors.New("too many organizational units")
	ErrTooDeep            = errors.New("too many organizational units below each other")
	ErrTooManyAccounts    = errors.New("too many accounts")
	ErrTooManyPolicies    = errors.New("too many policies of the type")
	ErrTooManyAttachments = errors.New("too many policies of the type on the target")
	ErrTooManyTags        = errors.New("too many tags")
	ErrContentTooLong     = errors.New("the policy is too long")
)

// ErrBadExport is wrapped by every error of ReadExport that is the text's.
var ErrBadExport = errors.New("not a usable organization export")
