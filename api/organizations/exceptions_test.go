package organizations

import (
	"fmt"
	"strings"
	"testing"

	"github.com/ebbmark/ebbmark/organization"
)

// step is a request of the management account, and what it must answer: "" is
// success.
type step struct{ operation, body, want string }

// TestExceptions has every exception that the operations can answer, on F2.
func TestExceptions(t *testing.T) {
	const content = `"{\"Version\":\"2012-10-17\",\"Statement\":{\"Effect\":\"Deny\",\"Action\":\"sqs:*\",\"Resource\":\"*\"}}"`
	policy := func(name, content string) string {
		return `{"Name":"` + name + `","Description":"","Type":"SERVICE_CONTROL_POLICY","Content":` + content + `}`
	}
	for name, steps := range map[string][]step{
		"an account that is absent":               {{"DescribeAccount", `{"AccountId":"999999999999"}`, "AccountNotFoundException"}},
		"an account outside":                      {{"DescribeAccount", `{"AccountId":"444444444444"}`, "AccountNotFoundException"}},
		"to move an absent account":               {{"MoveAccount", `{"AccountId":"999999999999","SourceParentId":"r-ab12","DestinationParentId":"ou-ab12-prod0001"}`, "AccountNotFoundException"}},
		"to move from elsewhere":                  {{"MoveAccount", `{"AccountId":"222222222222","SourceParentId":"ou-ab12-dev00001","DestinationParentId":"r-ab12"}`, "SourceParentNotFoundException"}},
		"to move from nowhere":                    {{"MoveAccount", `{"AccountId":"222222222222","SourceParentId":"ou-ab12-nope0001","DestinationParentId":"r-ab12"}`, "SourceParentNotFoundException"}},
		"to move to nowhere":                      {{"MoveAccount", `{"AccountId":"222222222222","SourceParentId":"ou-ab12-prod0001","DestinationParentId":"ou-ab12-nope0001"}`, "DestinationParentNotFoundException"}},
		"to move to another root":                 {{"MoveAccount", `{"AccountId":"222222222222","SourceParentId":"ou-ab12-prod0001","DestinationParentId":"r-zz99"}`, "DestinationParentNotFoundException"}},
		"to move where it is":                     {{"MoveAccount", `{"AccountId":"222222222222","SourceParentId":"ou-ab12-prod0001","DestinationParentId":"ou-ab12-prod0001"}`, "DuplicateAccountException"}},
		"to close the management account":         {{"CloseAccount", `{"AccountId":"111111111111"}`, "ConstraintViolationException CANNOT_CLOSE_MANAGEMENT_ACCOUNT"}},
		"to close twice":                          {{"CloseAccount", `{"AccountId":"222222222222"}`, ""}, {"CloseAccount", `{"AccountId":"222222222222"}`, "AccountAlreadyClosedException"}},
		"to close an absent account":              {{"CloseAccount", `{"AccountId":"999999999999"}`, "AccountNotFoundException"}},
		"to remove the management account":        {{"RemoveAccountFromOrganization", `{"AccountId":"111111111111"}`, "MasterCannotLeaveOrganizationException"}},
		"to remove an absent account":             {{"RemoveAccountFromOrganization", `{"AccountId":"999999999999"}`, "AccountNotFoundException"}},
		"to remove a delegated administrator":     {{"RemoveAccountFromOrganization", `{"AccountId":"333333333333"}`, "ConstraintViolationException CANNOT_REMOVE_DELEGATED_ADMINISTRATOR_FROM_ORG"}},
		"a request that was never made":           {{"DescribeCreateAccountStatus", `{"CreateAccountRequestId":"car-00000000"}`, "CreateAccountStatusNotFoundException"}},
		"a role that is AWS's":                    {{"CreateAccount", `{"AccountName":"x","Email":"x@example.com","RoleName":"AWSServiceRoleForX"}`, "InvalidInputException INVALID_ROLE_NAME"}},
		"a unit that is absent":                   {{"DescribeOrganizationalUnit", `{"OrganizationalUnitId":"ou-ab12-nope0001"}`, "OrganizationalUnitNotFoundException"}},
		"to rename an absent unit":                {{"UpdateOrganizationalUnit", `{"OrganizationalUnitId":"ou-ab12-nope0001","Name":"x"}`, "OrganizationalUnitNotFoundException"}},
		"to delete an absent unit":                {{"DeleteOrganizationalUnit", `{"OrganizationalUnitId":"ou-ab12-nope0001"}`, "OrganizationalUnitNotFoundException"}},
		"to delete a unit with accounts":          {{"DeleteOrganizationalUnit", `{"OrganizationalUnitId":"ou-ab12-prod0001"}`, "OrganizationalUnitNotEmptyException"}},
		"a unit below nothing":                    {{"CreateOrganizationalUnit", `{"ParentId":"ou-ab12-nope0001","Name":"x"}`, "ParentNotFoundException"}},
		"a unit whose name is taken":              {{"CreateOrganizationalUnit", `{"ParentId":"r-ab12","Name":"prod"}`, "DuplicateOrganizationalUnitException"}},
		"to rename to a name that is taken":       {{"UpdateOrganizationalUnit", `{"OrganizationalUnitId":"ou-ab12-dev00001","Name":"prod"}`, "DuplicateOrganizationalUnitException"}},
		"to rename to the same name":              {{"UpdateOrganizationalUnit", `{"OrganizationalUnitId":"ou-ab12-dev00001","Name":"dev"}`, ""}},
		"to rename to nothing":                    {{"UpdateOrganizationalUnit", `{"OrganizationalUnitId":"ou-ab12-dev00001"}`, ""}},
		"children of nothing":                     {{"ListChildren", `{"ParentId":"ou-ab12-nope0001","ChildType":"ACCOUNT"}`, "ParentNotFoundException"}},
		"children of another root":                {{"ListChildren", `{"ParentId":"r-zz99","ChildType":"ACCOUNT"}`, "ParentNotFoundException"}},
		"accounts of nothing":                     {{"ListAccountsForParent", `{"ParentId":"r-zz99"}`, "ParentNotFoundException"}},
		"units of nothing":                        {{"ListOrganizationalUnitsForParent", `{"ParentId":"r-zz99"}`, "ParentNotFoundException"}},
		"the parent of nobody":                    {{"ListParents", `{"ChildId":"999999999999"}`, "ChildNotFoundException"}},
		"O11: a policy that is absent":            {{"DescribePolicy", `{"PolicyId":"p-missing001"}`, "PolicyNotFoundException"}},
		"to update an absent policy":              {{"UpdatePolicy", `{"PolicyId":"p-missing001","Name":"x"}`, "PolicyNotFoundException"}},
		"to delete an absent policy":              {{"DeletePolicy", `{"PolicyId":"p-missing001"}`, "PolicyNotFoundException"}},
		"to attach an absent policy":              {{"AttachPolicy", `{"PolicyId":"p-missing001","TargetId":"r-ab12"}`, "PolicyNotFoundException"}},
		"to detach an absent policy":              {{"DetachPolicy", `{"PolicyId":"p-missing001","TargetId":"r-ab12"}`, "PolicyNotFoundException"}},
		"targets of an absent policy":             {{"ListTargetsForPolicy", `{"PolicyId":"p-missing001"}`, "PolicyNotFoundException"}},
		"policies of nothing":                     {{"ListPoliciesForTarget", `{"TargetId":"999999999999","Filter":"SERVICE_CONTROL_POLICY"}`, "TargetNotFoundException"}},
		"to attach to nothing":                    {{"AttachPolicy", `{"PolicyId":"p-unused0001","TargetId":"ou-ab12-nope0001"}`, "TargetNotFoundException"}},
		"to detach from nothing":                  {{"DetachPolicy", `{"PolicyId":"p-unused0001","TargetId":"ou-ab12-nope0001"}`, "TargetNotFoundException"}},
		"to attach twice":                         {{"AttachPolicy", `{"PolicyId":"p-denysqs001","TargetId":"ou-ab12-dev00001"}`, "DuplicatePolicyAttachmentException"}},
		"to detach what is not attached":          {{"DetachPolicy", `{"PolicyId":"p-unused0001","TargetId":"r-ab12"}`, "PolicyNotAttachedException"}},
		"to detach the last policy":               {{"DetachPolicy", `{"PolicyId":"p-allowlist1","TargetId":"ou-ab12-prod0001"}`, "ConstraintViolationException MIN_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED"}},
		"to detach AWS's resource policy":         {{"EnablePolicyType", `{"RootId":"r-ab12","PolicyType":"RESOURCE_CONTROL_POLICY"}`, ""}, {"DetachPolicy", `{"PolicyId":"p-RCPFullAWSAccess","TargetId":"r-ab12"}`, "InvalidInputException NON_DETACHABLE_POLICY"}},
		"to attach a policy of a disabled type":   {{"DisablePolicyType", `{"RootId":"r-ab12","PolicyType":"SERVICE_CONTROL_POLICY"}`, ""}, {"AttachPolicy", `{"PolicyId":"p-unused0001","TargetId":"r-ab12"}`, "PolicyTypeNotEnabledException"}},
		"to delete a policy in use":               {{"DeletePolicy", `{"PolicyId":"p-denysqs001"}`, "PolicyInUseException"}},
		"to change a policy of AWS":               {{"UpdatePolicy", `{"PolicyId":"p-FullAWSAccess","Name":"x"}`, "InvalidInputException IMMUTABLE_POLICY"}, {"DeletePolicy", `{"PolicyId":"p-FullAWSAccess"}`, "InvalidInputException IMMUTABLE_POLICY"}},
		"a policy whose name is taken":            {{"CreatePolicy", policy("denysqs001", content), "DuplicatePolicyException"}},
		"to rename a policy to a name in use":     {{"UpdatePolicy", `{"PolicyId":"p-unused0001","Name":"denysqs001"}`, "DuplicatePolicyException"}},
		"a policy that is no JSON":                {{"CreatePolicy", policy("x", `"{"`), "MalformedPolicyDocumentException"}},
		"a policy with a principal":               {{"CreatePolicy", policy("x", `"{\"Version\":\"2012-10-17\",\"Statement\":{\"Effect\":\"Deny\",\"Principal\":\"*\",\"Action\":\"*\",\"Resource\":\"*\"}}"`), "MalformedPolicyDocumentException"}},
		"a policy without an effect":              {{"CreatePolicy", policy("x", `"{\"Version\":\"2012-10-17\",\"Statement\":{\"Action\":\"*\",\"Resource\":\"*\"}}"`), "MalformedPolicyDocumentException"}},
		"to make a policy malformed":              {{"UpdatePolicy", `{"PolicyId":"p-unused0001","Content":"[]"}`, "MalformedPolicyDocumentException"}},
		"a policy that is too long":               {{"CreatePolicy", policy("x", `"`+strings.Repeat(" ", organization.MaxContent+1)+`"`), "ConstraintViolationException POLICY_CONTENT_LIMIT_EXCEEDED"}},
		"a tag policy that is no object":          {{"CreatePolicy", `{"Name":"x","Description":"","Type":"TAG_POLICY","Content":"[]"}`, "MalformedPolicyDocumentException"}},
		"to enable a type twice":                  {{"EnablePolicyType", `{"RootId":"r-ab12","PolicyType":"SERVICE_CONTROL_POLICY"}`, "PolicyTypeAlreadyEnabledException"}},
		"to disable what is not enabled":          {{"DisablePolicyType", `{"RootId":"r-ab12","PolicyType":"TAG_POLICY"}`, "PolicyTypeNotEnabledException"}},
		"policy types of another root":            {{"EnablePolicyType", `{"RootId":"r-zz99","PolicyType":"TAG_POLICY"}`, "RootNotFoundException"}, {"DisablePolicyType", `{"RootId":"r-zz99","PolicyType":"SERVICE_CONTROL_POLICY"}`, "RootNotFoundException"}},
		"tags of nothing":                         {{"ListTagsForResource", `{"ResourceId":"999999999999"}`, "TargetNotFoundException"}, {"TagResource", `{"ResourceId":"ou-ab12-nope0001","Tags":[{"Key":"a","Value":"b"}]}`, "TargetNotFoundException"}, {"UntagResource", `{"ResourceId":"p-missing001","TagKeys":["a"]}`, "TargetNotFoundException"}},
		"a tag key twice":                         {{"TagResource", `{"ResourceId":"r-ab12","Tags":[{"Key":"a","Value":"b"},{"Key":"a","Value":"c"}]}`, "InvalidInputException DUPLICATE_TAG_KEY"}},
		"a tag key of AWS":                        {{"TagResource", `{"ResourceId":"r-ab12","Tags":[{"Key":"aws:x","Value":"b"}]}`, "InvalidInputException INVALID_SYSTEM_TAGS_PARAMETER"}, {"UntagResource", `{"ResourceId":"r-ab12","TagKeys":["AWS:x"]}`, "InvalidInputException INVALID_SYSTEM_TAGS_PARAMETER"}},
		"too many tags":                           {{"TagResource", `{"ResourceId":"r-ab12","Tags":[` + manyTags(51) + `]}`, "ConstraintViolationException MAX_TAG_LIMIT_EXCEEDED"}},
		"tags of a policy of AWS":                 {{"TagResource", `{"ResourceId":"p-FullAWSAccess","Tags":[{"Key":"a","Value":"b"}]}`, "InvalidInputException IMMUTABLE_POLICY"}},
		"to register the management account":      {{"RegisterDelegatedAdministrator", `{"AccountId":"111111111111","ServicePrincipal":"guardduty.amazonaws.com"}`, "ConstraintViolationException CANNOT_REGISTER_MASTER_AS_DELEGATED_ADMINISTRATOR"}},
		"to register an absent account":           {{"RegisterDelegatedAdministrator", `{"AccountId":"999999999999","ServicePrincipal":"guardduty.amazonaws.com"}`, "AccountNotFoundException"}},
		"to register twice":                       {{"RegisterDelegatedAdministrator", `{"AccountId":"333333333333","ServicePrincipal":"guardduty.amazonaws.com"}`, "AccountAlreadyRegisteredException"}},
		"to register a closed account":            {{"CloseAccount", `{"AccountId":"222222222222"}`, ""}, {"RegisterDelegatedAdministrator", `{"AccountId":"222222222222","ServicePrincipal":"guardduty.amazonaws.com"}`, "ConstraintViolationException CANNOT_REGISTER_SUSPENDED_ACCOUNT_AS_DELEGATED_ADMINISTRATOR"}},
		"to register for a service without trust": {{"RegisterDelegatedAdministrator", `{"AccountId":"222222222222","ServicePrincipal":"config.amazonaws.com"}`, "ConstraintViolationException SERVICE_ACCESS_NOT_ENABLED"}},
		"to deregister who is not registered":     {{"DeregisterDelegatedAdministrator", `{"AccountId":"222222222222","ServicePrincipal":"guardduty.amazonaws.com"}`, "AccountNotRegisteredException"}},
		"to deregister an absent account":         {{"DeregisterDelegatedAdministrator", `{"AccountId":"999999999999","ServicePrincipal":"guardduty.amazonaws.com"}`, "AccountNotFoundException"}},
		"services of no administrator":            {{"ListDelegatedServicesForAccount", `{"AccountId":"222222222222"}`, "AccountNotRegisteredException"}, {"ListDelegatedServicesForAccount", `{"AccountId":"999999999999"}`, "AccountNotFoundException"}},
		"to distrust a service in use":            {{"DisableAWSServiceAccess", `{"ServicePrincipal":"guardduty.amazonaws.com"}`, "ConstraintViolationException DELEGATED_ADMINISTRATOR_EXISTS_FOR_THIS_SERVICE"}},
		"a second organization":                   {{"CreateOrganization", `{}`, "AlreadyInOrganizationException"}},
		"to delete an organization with members":  {{"DeleteOrganization", `{}`, "OrganizationNotEmptyException"}},
		"a delegation policy":                     {{"DescribeResourcePolicy", `{}`, "ResourcePolicyNotFoundException"}},
		"an effective policy that is not there":   {{"DescribeEffectivePolicy", `{"PolicyType":"TAG_POLICY","TargetId":"222222222222"}`, "EffectivePolicyNotFoundException"}},
		"the effective policy of nobody":          {{"DescribeEffectivePolicy", `{"PolicyType":"TAG_POLICY","TargetId":"999999999999"}`, "TargetNotFoundException"}},
		"the effective policy of a unit":          {{"DescribeEffectivePolicy", `{"PolicyType":"TAG_POLICY","TargetId":"ou-ab12-prod0001"}`, "InvalidInputException TARGET_NOT_SUPPORTED"}},
		"an effective control policy":             {{"DescribeEffectivePolicy", `{"PolicyType":"SERVICE_CONTROL_POLICY"}`, "InvalidInputException INVALID_ENUM_POLICY_TYPE"}},
		"an operation that AWS has and we do not": {{"InviteAccountToOrganization", `{}`, "UnknownOperationException"}},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, false)
			for _, s := range steps {
				before := w.must("ListTargetsForPolicy", `{"PolicyId":"p-FullAWSAccess"}`)
				answer := w.ask(mgmt, s.operation, s.body)
				if got := failure(answer); got != s.want {
					t.Errorf("%s: got %q, want %q: %s", s.operation, got, s.want, answer.Body)
				}
				if after := w.must("ListTargetsForPolicy", `{"PolicyId":"p-FullAWSAccess"}`); s.want != "" && before != after {
					t.Errorf("%s failed and changed something", s.operation)
				}
			}
		})
	}
}

func manyTags(n int) string {
	all := make([]string, n)
	for i := range all {
		all[i] = fmt.Sprintf(`{"Key":"k%d","Value":""}`, i)
	}
	return strings.Join(all, ",")
}

// TestLimits fills what is limited.
func TestLimits(t *testing.T) {
	w := newWorld(t, false)
	parent := rootID
	for depth := 1; depth <= 5; depth++ {
		parent = value(t, w.must("CreateOrganizationalUnit", `{"ParentId":"`+parent+`","Name":"deep"}`), "OrganizationalUnit", "Id")
	}
	if got := failure(w.ask(mgmt, "CreateOrganizationalUnit", `{"ParentId":"`+parent+`","Name":"deep"}`)); got != "ConstraintViolationException OU_DEPTH_LIMIT_EXCEEDED" {
		t.Errorf("a sixth level: %q", got)
	}
	for i := 1; ; i++ { // FullAWSAccess hangs there already
		id := value(t, w.must("CreatePolicy", fmt.Sprintf(`{"Name":"n%d","Description":"","Type":"SERVICE_CONTROL_POLICY","Content":"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Deny\",\"Action\":\"a4b:*\",\"Resource\":\"*\"}]}"}`, i)), "Policy", "PolicySummary", "Id")
		got := failure(w.ask(mgmt, "AttachPolicy", `{"PolicyId":"`+id+`","TargetId":"`+parent+`"}`))
		if i < organization.MaxAttached && got == "" {
			continue
		}
		if i != organization.MaxAttached || got != "ConstraintViolationException MAX_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED" {
			t.Errorf("policy %d: %q", i, got)
		}
		break
	}
}

// TestConstraints has each constraint of the inputs once (ORG-45).
func TestConstraints(t *testing.T) {
	const (
		missing = "InvalidInputException INPUT_REQUIRED"
		pattern = "InvalidInputException INVALID_PATTERN"
		enum    = "InvalidInputException INVALID_ENUM"
		kind    = "InvalidInputException INVALID_ENUM_POLICY_TYPE"
		long    = "InvalidInputException MAX_LENGTH_EXCEEDED"
		short   = "InvalidInputException MIN_LENGTH_EXCEEDED"
	)
	x := func(n int) string { return strings.Repeat("x", n) }
	w := newWorld(t, false)
	for _, s := range []step{
		{"DescribeAccount", `{}`, missing},
		{"DescribeAccount", `{"AccountId":"12345678901"}`, pattern},
		{"DescribeAccount", `{"AccountId":"1234567890123"}`, long},
		{"DescribeOrganizationalUnit", `{}`, missing},
		{"DescribeOrganizationalUnit", `{"OrganizationalUnitId":"r-ab12"}`, pattern},
		{"DescribePolicy", `{"PolicyId":"p-short"}`, pattern},
		{"DescribePolicy", `{"PolicyId":"p-` + x(129) + `"}`, long},
		{"ListParents", `{"ChildId":"r-ab12"}`, pattern},
		{"ListParents", `{"ChildId":"222222222222 ou-ab12-prod0001"}`, pattern},
		{"ListChildren", `{"ParentId":"222222222222","ChildType":"ACCOUNT"}`, pattern},
		{"ListChildren", `{"ParentId":"r-ab12"}`, missing},
		{"ListChildren", `{"ParentId":"r-ab12","ChildType":"ROOT"}`, enum},
		{"ListAccountsForParent", `{"ParentId":"x"}`, pattern},
		{"ListPolicies", `{}`, missing},
		{"ListPolicies", `{"Filter":"NOSUCH_POLICY"}`, kind},
		{"ListPolicies", `{"Filter":"SERVICE_CONTROL_POLICY","MaxResults":0}`, "InvalidInputException MIN_VALUE_EXCEEDED"},
		{"ListPolicies", `{"Filter":"SERVICE_CONTROL_POLICY","MaxResults":21}`, "InvalidInputException MAX_VALUE_EXCEEDED"},
		{"ListPolicies", `{"Filter":"SERVICE_CONTROL_POLICY","NextToken":"` + x(100001) + `"}`, long},
		{"ListPoliciesForTarget", `{"Filter":"SERVICE_CONTROL_POLICY","TargetId":"o-exampleorg1"}`, pattern},
		{"DescribeEffectivePolicy", `{}`, missing},
		{"ListTagsForResource", `{"ResourceId":"o-exampleorg1"}`, pattern},
		{"ListDelegatedAdministrators", `{"ServicePrincipal":"a b"}`, pattern},
		{"ListDelegatedAdministrators", `{"ServicePrincipal":""}`, short},
		{"ListCreateAccountStatus", `{"States":["DONE"]}`, "InvalidInputException INVALID_LIST_MEMBER"},
		{"DescribeCreateAccountStatus", `{"CreateAccountRequestId":"x"}`, pattern},
		{"CreateOrganizationalUnit", `{"ParentId":"r-ab12"}`, missing},
		{"CreateOrganizationalUnit", `{"ParentId":"r-ab12","Name":""}`, short},
		{"CreateOrganizationalUnit", `{"ParentId":"r-ab12","Name":"` + x(129) + `"}`, long},
		{"CreateOrganizationalUnit", `{"ParentId":"r-ab12","Name":"x","Tags":[{"Key":"a"}]}`, missing},
		{"CreateOrganizationalUnit", `{"ParentId":"r-ab12","Name":"x","Tags":[{"Key":"a!","Value":""}]}`, pattern},
		{"UpdateOrganizationalUnit", `{"OrganizationalUnitId":"ou-ab12-prod0001","Name":""}`, short},
		{"CreatePolicy", `{"Name":"x","Type":"SERVICE_CONTROL_POLICY","Content":"{}"}`, missing},
		{"CreatePolicy", `{"Name":"x","Description":"` + x(513) + `","Type":"SERVICE_CONTROL_POLICY","Content":"{}"}`, long},
		{"CreatePolicy", `{"Name":"x","Description":"","Type":"SCP","Content":"{}"}`, kind},
		{"CreatePolicy", `{"Name":"x","Description":"","Type":"SERVICE_CONTROL_POLICY","Content":""}`, short},
		{"UpdatePolicy", `{"PolicyId":"p-unused0001","Name":""}`, short},
		{"AttachPolicy", `{"PolicyId":"p-unused0001"}`, missing},
		{"EnablePolicyType", `{"RootId":"r-ab12","PolicyType":"X"}`, kind},
		{"EnablePolicyType", `{"RootId":"ou-ab12-prod0001","PolicyType":"TAG_POLICY"}`, pattern},
		{"CreateAccount", `{"AccountName":"x"}`, missing},
		{"CreateAccount", `{"AccountName":"x","Email":"a@b"}`, short},
		{"CreateAccount", `{"AccountName":"x","Email":"example.com"}`, pattern},
		{"CreateAccount", `{"AccountName":"` + x(51) + `","Email":"x@example.com"}`, long},
		{"CreateAccount", `{"AccountName":"é","Email":"x@example.com"}`, pattern},
		{"CreateAccount", `{"AccountName":"x","Email":"x@example.com","RoleName":"a b"}`, pattern},
		{"CreateAccount", `{"AccountName":"x","Email":"x@example.com","IamUserAccessToBilling":"MAYBE"}`, enum},
		{"MoveAccount", `{"AccountId":"222222222222","SourceParentId":"r-ab12"}`, missing},
		{"TagResource", `{"ResourceId":"r-ab12"}`, missing},
		{"UntagResource", `{"ResourceId":"r-ab12","TagKeys":[""]}`, "InvalidInputException INVALID_LIST_MEMBER"},
		{"RegisterDelegatedAdministrator", `{"AccountId":"222222222222"}`, missing},
		{"EnableAWSServiceAccess", `{"ServicePrincipal":"` + x(129) + `"}`, long},
		{"CreateOrganization", `{"FeatureSet":"SOME"}`, enum},
		{"DescribeAccount", `{"AccountId":222222222222}`, "SerializationException"},
		{"ListAccounts", `{"MaxResults":"5"}`, "SerializationException"},
	} {
		answer := w.ask(mgmt, s.operation, s.body)
		if got := failure(answer); got != s.want {
			t.Errorf("%s %.80s: got %q, want %q: %s", s.operation, s.body, got, s.want, answer.Body)
		}
	}
	if len(w.asked) > 0 {
		t.Errorf("the guard was asked about input that is wrong: %q", w.asked)
	}
}
