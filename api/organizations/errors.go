package organizations

import (
	"errors"
	"net/http"

	"github.com/ebbmark/ebbmark/organization"
	"github.com/ebbmark/ebbmark/wire"
)

func exception(name, format string, args ...any) *wire.Error {
	return wire.Errorf(http.StatusBadRequest, name, format, args...)
}

func because(reason string, e *wire.Error) *wire.Error {
	e.Reason = reason
	return e
}

// invalidInput is the exception for values of a request that cannot be right,
// whatever is in the organization.
func invalidInput(reason, message string) *wire.Error {
	return because(reason, exception("InvalidInputException", "%s", message))
}

// constraint is the exception for what a limit or a rule forbids.
func constraint(reason, message string) *wire.Error {
	return because(reason, exception("ConstraintViolationException", "%s", message))
}

// Who may not ask (ORG-44).
var (
	errNotInUse = exception("AWSOrganizationsNotInUseException", "Your account is not a member of an organization.")
	errNoAccess = exception("AccessDeniedException", "You don't have permissions to access this resource.")
)

var errToken = invalidInput("INVALID_NEXT_TOKEN", "You specified an invalid value.")

// invalid words broken constraints of an input (ORG-45): the first one counts.
func invalid(v wire.Violations) *wire.Error {
	switch one := v[0]; one.Constraint {
	case wire.Missing:
		return invalidInput("INPUT_REQUIRED", "You must include a value for all required parameters: "+one.At+" is missing.")
	case wire.TooShort:
		return invalidInput("MIN_LENGTH_EXCEEDED", "You provided a value for "+one.At+" that is too short.")
	case wire.TooLong:
		return invalidInput("MAX_LENGTH_EXCEEDED", "You provided a value for "+one.At+" that is too long.")
	case wire.TooSmall:
		return invalidInput("MIN_VALUE_EXCEEDED", "You provided a value for "+one.At+" that is too small.")
	case wire.TooLarge:
		return invalidInput("MAX_VALUE_EXCEEDED", "You provided a value for "+one.At+" that is too large.")
	case wire.Enum:
		if one.At == "filter" || one.At == "policyType" || one.At == "type" {
			return invalidInput("INVALID_ENUM_POLICY_TYPE", "You specified an invalid value.")
		}
		return invalidInput("INVALID_ENUM", "You specified an invalid value.")
	case wire.Member:
		return invalidInput("INVALID_LIST_MEMBER", "You provided a list that has an invalid value in "+one.At+".")
	}
	return invalidInput("INVALID_PATTERN", "You specified an invalid value.")
}

// answers are what the API says of the errors of package organization, in AWS's
// texts where they are known (ORG-46).
var answers = []struct {
	err    error
	answer *wire.Error
}{
	{organization.ErrParentNotFound, exception("ParentNotFoundException", "You specified a parent that doesn't exist.")},
	{organization.ErrSourceNotFound, exception("SourceParentNotFoundException", "You specified a source parent that doesn't exist.")},
	{organization.ErrDestinationNotFound, exception("DestinationParentNotFoundException", "You specified a destination parent that doesn't exist.")},
	{organization.ErrUnitNotFound, exception("OrganizationalUnitNotFoundException", "You specified an organizational unit that doesn't exist.")},
	{organization.ErrAccountNotFound, exception("AccountNotFoundException", "You specified an account that doesn't exist.")},
	{organization.ErrPolicyNotFound, exception("PolicyNotFoundException", "You specified a policy that doesn't exist.")},
	{organization.ErrTargetNotFound, exception("TargetNotFoundException", "You specified a target that doesn't exist.")},
	{organization.ErrRootNotFound, exception("RootNotFoundException", "You specified a root that doesn't exist.")},
	{organization.ErrChildNotFound, exception("ChildNotFoundException", "You specified a child that doesn't exist.")},
	{organization.ErrStatusNotFound, exception("CreateAccountStatusNotFoundException", "You specified a create account request that doesn't exist.")},
	{organization.ErrDuplicateUnit, exception("DuplicateOrganizationalUnitException", "An OU with the same name already exists.")},
	{organization.ErrDuplicateAccount, exception("DuplicateAccountException", "The account is already present in the specified destination.")},
	{organization.ErrDuplicatePolicy, exception("DuplicatePolicyException", "A policy with the specified name and type already exists.")},
	{organization.ErrDuplicateAttachment, exception("DuplicatePolicyAttachmentException", "The specified policy is already attached to the specified target.")},
	{organization.ErrUnitNotEmpty, exception("OrganizationalUnitNotEmptyException", "The organizational unit isn't empty. Move or remove its accounts and delete the OUs below it first.")},
	{organization.ErrOrganizationNotEmpty, exception("OrganizationNotEmptyException", "To delete an organization you must first remove all member accounts (except the master), and delete its OUs and policies.")},
	{organization.ErrPolicyInUse, exception("PolicyInUseException", "The policy is attached to one or more entities. Detach it from all roots, OUs, and accounts first.")},
	{organization.ErrPolicyNotAttached, exception("PolicyNotAttachedException", "The specified policy isn't attached to the specified target.")},
	{organization.ErrPolicyTypeNotEnabled, exception("PolicyTypeNotEnabledException", "This operation can be performed only for enabled policy types.")},
	{organization.ErrPolicyTypeEnabled, exception("PolicyTypeAlreadyEnabledException", "The specified policy type is already enabled.")},
	{organization.ErrPolicyTypeNotKnown, invalidInput("INVALID_ENUM_POLICY_TYPE", "You specified an invalid value.")},
	{organization.ErrAllFeaturesNeeded, exception("PolicyTypeNotAvailableForOrganizationException", "The policy type isn't available: the organization doesn't have all features enabled.")},
	{organization.ErrManagedPolicy, invalidInput("IMMUTABLE_POLICY", "You specified a policy that is managed by AWS and can't be modified.")},
	{organization.ErrLastPolicy, constraint("MIN_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED", "You cannot remove the last policy attached to the specified target. You must have at least one attached at all times.")},
	{organization.ErrTooManyUnits, constraint("OU_NUMBER_LIMIT_EXCEEDED", "You have exceeded the number of OUs that you can have in an organization.")},
	{organization.ErrTooDeep, constraint("OU_DEPTH_LIMIT_EXCEEDED", "You have exceeded the number of levels of nested OUs.")},
	{organization.ErrTooManyAccounts, constraint("ACCOUNT_NUMBER_LIMIT_EXCEEDED", "You have exceeded the allowed number of AWS accounts.")},
	{organization.ErrTooManyPolicies, constraint("POLICY_NUMBER_LIMIT_EXCEEDED", "You have exceeded the number of policies that you can have in an organization.")},
	{organization.ErrTooManyAttachments, constraint("MAX_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED", "You have attached the maximum number of policies to the specified target.")},
	{organization.ErrTooManyTags, constraint("MAX_TAG_LIMIT_EXCEEDED", "You have exceeded the number of tags allowed on this resource.")},
	{organization.ErrContentTooLong, constraint("POLICY_CONTENT_LIMIT_EXCEEDED", "You have exceeded the maximum size of a policy document.")},
	{organization.ErrAlreadyRegistered, exception("AccountAlreadyRegisteredException", "The provided account is already a delegated administrator for your organization.")},
	{organization.ErrNotRegistered, exception("AccountNotRegisteredException", "The provided account is not a registered delegated administrator for your organization.")},
	{organization.ErrManagementAccount, constraint("ACCOUNT_CANNOT_LEAVE_ORGANIZATION", "You can't do this to the management account.")},
	{organization.ErrInvalid, invalidInput("INVALID_PATTERN", "You specified an invalid value.")},
	{organization.ErrDelegatedAccount, constraint("CANNOT_REMOVE_DELEGATED_ADMINISTRATOR_FROM_ORG", "The account is a delegated administrator. Deregister it first.")},
}

// answer is what the API says of an error. Errors it does not know stay as they
// are.
func answer(err error) error {
	if _, ours := errors.AsType[*wire.Error](err); ours || err == nil {
		return err
	}
	if errors.Is(err, organization.ErrMalformedPolicy) {
		return exception("MalformedPolicyDocumentException", "The provided policy document does not meet the requirements of the specified policy type: %v", err)
	}
	for _, row := range answers {
		if errors.Is(err, row.err) {
			return row.answer
		}
	}
	return err
}

// mirrored is the refusal to change what AWS keeps.
func mirrored(caller wire.Caller, id string) error {
	return exception("AccessDeniedException",
		"User: %s cannot change organization %s here: it is a mirror of AWS, and the next import would undo the change. Change it in AWS and import it again.", caller.ARN, id)
}
