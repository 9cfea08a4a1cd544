package organizations

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ebbmark/ebbmark/accounts"
	"github.com/ebbmark/ebbmark/organization"
)

// TestLife is the whole life of an organization: each thing is made, used and
// taken away, in the wrong order first.
func TestLife(t *testing.T) {
	w := newWorld(t, true)
	fails := func(operation, body, want string) {
		t.Helper()
		if got := failure(w.ask(mgmt, operation, body)); got != want {
			t.Errorf("%s: got %q, want %q", operation, got, want)
		}
	}
	fails("DescribeOrganization", `{}`, "AWSOrganizationsNotInUseException")
	made := w.must("CreateOrganization", `{}`)
	if value(t, made, "Organization", "MasterAccountId") != mgmt || value(t, made, "Organization", "FeatureSet") != "ALL" {
		t.Errorf("made %s", made)
	}
	fails("CreateOrganization", `{}`, "AlreadyInOrganizationException")
	roots := w.must("ListRoots", `{}`)
	_, rest, _ := strings.Cut(roots, `"Id":"`)
	root, _, _ := strings.Cut(rest, `"`)
	if !strings.HasSuffix(roots, `"PolicyTypes":[]}]}`) {
		t.Errorf("a new root has policy types: %s", roots)
	}
	w.must("EnablePolicyType", `{"RootId":"`+root+`","PolicyType":"SERVICE_CONTROL_POLICY"}`)

	unit := value(t, w.must("CreateOrganizationalUnit", `{"ParentId":"`+root+`","Name":"work","Tags":[{"Key":"a","Value":""}]}`), "OrganizationalUnit", "Id")
	if got := w.must("ListTagsForResource", `{"ResourceId":"`+unit+`"}`); got != `{"Tags":[{"Key":"a","Value":""}]}` {
		t.Errorf("tags %s", got)
	}
	account := w.makeAccount(`{"AccountName":"build","Email":"build@example.com","Tags":[{"Key":"cost","Value":"low"}]}`)
	if got := w.must("ListTagsForResource", `{"ResourceId":"`+account+`"}`); got != `{"Tags":[{"Key":"cost","Value":"low"}]}` {
		t.Errorf("tags %s", got)
	}
	if got := w.must("ListPoliciesForTarget", `{"TargetId":"`+account+`","Filter":"SERVICE_CONTROL_POLICY"}`); !strings.Contains(got, `"Id":"p-FullAWSAccess"`) {
		t.Errorf("a new account has policies %s", got)
	}
	w.must("MoveAccount", `{"AccountId":"`+account+`","SourceParentId":"`+root+`","DestinationParentId":"`+unit+`"}`)
	policy := value(t, w.must("CreatePolicy", `{"Name":"only-s3","Description":"d","Type":"SERVICE_CONTROL_POLICY","Content":"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"s3:*\",\"Resource\":\"*\"}]}"}`), "Policy", "PolicySummary", "Id")
	w.must("AttachPolicy", `{"PolicyId":"`+policy+`","TargetId":"`+unit+`"}`)
	w.must("DetachPolicy", `{"PolicyId":"p-FullAWSAccess","TargetId":"`+unit+`"}`)
	fails("DetachPolicy", `{"PolicyId":"`+policy+`","TargetId":"`+unit+`"}`, "ConstraintViolationException MIN_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED")
	w.must("UpdatePolicy", `{"PolicyId":"`+policy+`","Description":""}`)
	if got := w.must("DescribePolicy", `{"PolicyId":"`+policy+`"}`); !strings.Contains(got, `"Name":"only-s3","Description":"","Type"`) {
		t.Errorf("after the update: %s", got)
	}

	fails("DeletePolicy", `{"PolicyId":"`+policy+`"}`, "PolicyInUseException")
	fails("DeleteOrganizationalUnit", `{"OrganizationalUnitId":"`+unit+`"}`, "OrganizationalUnitNotEmptyException")
	fails("DeleteOrganization", `{}`, "OrganizationNotEmptyException")
	w.must("CloseAccount", `{"AccountId":"`+account+`"}`)
	if got := w.must("DescribeAccount", `{"AccountId":"`+account+`"}`); !strings.Contains(got, `"Status":"SUSPENDED","State":"CLOSED"`) {
		t.Errorf("a closed account: %s", got)
	}
	w.must("RemoveAccountFromOrganization", `{"AccountId":"`+account+`"}`)
	fails("DescribeAccount", `{"AccountId":"`+account+`"}`, "AccountNotFoundException")
	w.must("AttachPolicy", `{"PolicyId":"p-FullAWSAccess","TargetId":"`+unit+`"}`)
	w.must("DetachPolicy", `{"PolicyId":"`+policy+`","TargetId":"`+unit+`"}`)
	w.must("DeletePolicy", `{"PolicyId":"`+policy+`"}`)
	w.must("DeleteOrganizationalUnit", `{"OrganizationalUnitId":"`+unit+`"}`)
	w.must("DisablePolicyType", `{"RootId":"`+root+`","PolicyType":"SERVICE_CONTROL_POLICY"}`)
	w.must("DeleteOrganization", `{}`)
	fails("DescribeOrganization", `{}`, "AWSOrganizationsNotInUseException")
	fails("DeleteOrganization", `{}`, "AWSOrganizationsNotInUseException")
}

// makeAccount makes an account and waits for it.
func (w *world) makeAccount(body string) (account string) {
	w.t.Helper()
	request := value(w.t, w.must("CreateAccount", body), "CreateAccountStatus", "Id")
	w.working.Wait()
	return value(w.t, w.must("DescribeCreateAccountStatus", `{"CreateAccountRequestId":"`+request+`"}`), "CreateAccountStatus", "AccountId")
}

// TestCreateAccount: a request is in progress first, and then there is a home
// with the role that lets the management account in.
func TestCreateAccount(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, false)
		defer w.Close()
		w.Delay = time.Second
		asked := w.must("CreateAccount", `{"AccountName":"build","Email":"build@example.com","RoleName":"Door"}`)
		if value(t, asked, "CreateAccountStatus", "State") != "IN_PROGRESS" || strings.Contains(asked, "AccountId") {
			t.Errorf("at once: %s", asked)
		}
		id := value(t, asked, "CreateAccountStatus", "Id")
		if got := w.must("ListCreateAccountStatus", `{"States":["IN_PROGRESS"]}`); !strings.Contains(got, id) {
			t.Errorf("in progress: %s", got)
		}
		time.Sleep(2 * time.Second)
		synctest.Wait()
		done := w.must("DescribeCreateAccountStatus", `{"CreateAccountRequestId":"`+id+`"}`)
		if value(t, done, "CreateAccountStatus", "State") != "SUCCEEDED" || !strings.Contains(done, `"CompletedTimestamp":1780315200.000`) {
			t.Errorf("later: %s", done)
		}
		account := value(t, done, "CreateAccountStatus", "AccountId")
		home, err := w.Book.Account(t.Context(), account)
		if err != nil {
			t.Fatal(err)
		}
		mode, _ := w.Book.Mode(t.Context(), account)
		role := home.RoleByName("Door")
		if mode != accounts.Home || role == nil || role.ARN != "arn:aws:iam::"+account+":role/Door" ||
			role.Trust != `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111111111111:root"},"Action":"sts:AssumeRole"}]}` ||
			len(role.Attached) != 1 || home.Policy(role.Attached[0]) == nil {
			t.Errorf("mode %s, role %+v", mode, role)
		}
	})
}

// TestCreateAccountFails: the reasons that a status gives.
func TestCreateAccountFails(t *testing.T) {
	w := newWorld(t, false)
	id := value(t, w.must("CreateAccount", `{"AccountName":"again","Email":"TWO@example.com"}`), "CreateAccountStatus", "Id")
	w.working.Wait()
	got := w.must("DescribeCreateAccountStatus", `{"CreateAccountRequestId":"`+id+`"}`)
	if !strings.Contains(got, `"State":"FAILED"`) || !strings.Contains(got, `"FailureReason":"EMAIL_ALREADY_EXISTS"`) || strings.Contains(got, "AccountId") {
		t.Errorf("got %s", got)
	}
	if all := w.must("ListAccounts", `{}`); strings.Count(all, `"Id"`) != 3 {
		t.Errorf("accounts: %s", all)
	}
}

// TestCreateAccountResumes: what a crash left half done, before and after the
// home was made, is finished when somebody asks.
func TestCreateAccountResumes(t *testing.T) {
	for name, homeIsThere := range map[string]bool{"before the home": false, "after the home": true} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, false)
			status := organization.CreateAccountStatus{
				ID: "car-0123456789abcdef", Name: "late", Email: "late@example.com", State: organization.InProgress, Account: "555555555555",
				Requested: w.now().Add(-time.Hour),
			}
			err := w.Book.WriteOrganization(t.Context(), orgID, func(o *organization.Organization) error {
				o.AddCreateStatus(status)
				return nil
			})
			if err == nil && homeIsThere {
				err = w.makeHome(t.Context(), f2(t), status)
			}
			if err != nil {
				t.Fatal(err)
			}
			w.must("DescribeCreateAccountStatus", `{"CreateAccountRequestId":"car-0123456789abcdef"}`)
			w.working.Wait()
			if got := w.must("DescribeCreateAccountStatus", `{"CreateAccountRequestId":"car-0123456789abcdef"}`); !strings.Contains(got, `"State":"SUCCEEDED"`) {
				t.Errorf("got %s", got)
			}
			if got := failure(w.ask(mgmt, "DescribeAccount", `{"AccountId":"555555555555"}`)); got != "" {
				t.Error(got)
			}
		})
	}
}

// TestCreateAccountBounds: what waits to be made is bounded.
func TestCreateAccountBounds(t *testing.T) {
	w := newWorld(t, false)
	w.Delay = time.Hour
	err := w.Book.WriteOrganization(t.Context(), orgID, func(o *organization.Organization) error {
		for i := range 99 {
			o.AddCreateStatus(organization.CreateAccountStatus{ID: fmt.Sprintf("car-%08d", i), State: organization.InProgress, Requested: w.now()})
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	w.must("CreateAccount", `{"AccountName":"x","Email":"x@example.com"}`)
	if got := failure(w.ask(mgmt, "CreateAccount", `{"AccountName":"y","Email":"y@example.com"}`)); got != "TooManyRequestsException" {
		t.Errorf("got %q", got)
	}
	token := value(t, w.must("ListCreateAccountStatus", `{"States":["IN_PROGRESS"]}`), "NextToken")
	if got := w.must("ListCreateAccountStatus", `{"States":["IN_PROGRESS"],"NextToken":"`+token+`"}`); strings.Count(got, `"Id"`) != 20 {
		t.Errorf("second page: %s", got)
	}
}

// TestMirror: what AWS keeps is read here and not written.
func TestMirror(t *testing.T) {
	w := newWorld(t, true)
	if err := w.Book.ReplaceOrganization(t.Context(), f2(t)); err != nil {
		t.Fatal(err)
	}
	w.must("ListAccounts", `{}`)
	for operation, body := range map[string]string{
		"CreateOrganizationalUnit":         `{"ParentId":"r-ab12","Name":"x"}`,
		"UpdateOrganizationalUnit":         `{"OrganizationalUnitId":"ou-ab12-dev00001","Name":"x"}`,
		"MoveAccount":                      `{"AccountId":"222222222222","SourceParentId":"ou-ab12-prod0001","DestinationParentId":"r-ab12"}`,
		"CreateAccount":                    `{"AccountName":"x","Email":"x@example.com"}`,
		"CloseAccount":                     `{"AccountId":"222222222222"}`,
		"DetachPolicy":                     `{"PolicyId":"p-denysqs001","TargetId":"ou-ab12-dev00001"}`,
		"DisablePolicyType":                `{"RootId":"r-ab12","PolicyType":"SERVICE_CONTROL_POLICY"}`,
		"TagResource":                      `{"ResourceId":"r-ab12","Tags":[{"Key":"a","Value":"b"}]}`,
		"DeregisterDelegatedAdministrator": `{"AccountId":"333333333333","ServicePrincipal":"guardduty.amazonaws.com"}`,
		"EnableAWSServiceAccess":           `{"ServicePrincipal":"config.amazonaws.com"}`,
		"DeleteOrganization":               `{}`,
	} {
		answer := w.ask(mgmt, operation, body)
		if want := `{"__type":"AccessDeniedException","Message":"User: arn:aws:iam::111111111111:root cannot change organization o-exampleorg1 here: it is a mirror of AWS, and the next import would undo the change. Change it in AWS and import it again."}`; string(answer.Body) != want {
			t.Errorf("%s: got %s", operation, answer.Body)
		}
	}
}

// TestMirroredAccountMakesNoOrganization: what a mirror is a member of, AWS says.
func TestMirroredAccountMakesNoOrganization(t *testing.T) {
	w := newWorld(t, true)
	if err := w.Book.SetMode(t.Context(), mgmt, accounts.Mirror); err != nil {
		t.Fatal(err)
	}
	if got := failure(w.ask(mgmt, "CreateOrganization", `{}`)); got != "AccessDeniedException" {
		t.Errorf("got %q", got)
	}
}

// TestConcurrentWriters: twenty at once, and all that was answered with success
// is there, and nothing else.
func TestConcurrentWriters(t *testing.T) {
	w := newWorld(t, false)
	var writers sync.WaitGroup
	for i := range 20 {
		writers.Go(func() {
			unit := value(t, w.must("CreateOrganizationalUnit", fmt.Sprintf(`{"ParentId":"r-ab12","Name":"n%d"}`, i)), "OrganizationalUnit", "Id")
			w.must("AttachPolicy", `{"PolicyId":"p-unused0001","TargetId":"`+unit+`"}`)
			w.must("CreateAccount", fmt.Sprintf(`{"AccountName":"a%d","Email":"a%d@example.com"}`, i, i))
			// One of two moves back and forth wins; the other must say so.
			from, to := prod, rootID
			if i%2 == 0 {
				from, to = to, from
			}
			answer := w.ask(mgmt, "MoveAccount", `{"AccountId":"222222222222","SourceParentId":"`+from+`","DestinationParentId":"`+to+`"}`)
			if code := failure(answer); code != "" && code != "SourceParentNotFoundException" && code != "DuplicateAccountException" {
				t.Errorf("move: %s", answer.Body)
			}
		})
	}
	writers.Wait()
	w.working.Wait()
	o, err := w.Book.Organization(t.Context(), orgID)
	if err != nil {
		t.Fatal(err)
	}
	if err := o.Check(); err != nil {
		t.Error(err)
	}
	if len(o.Units) != 22 || len(o.Accounts) != 23 || len(o.TargetsOf("p-unused0001")) != 20 {
		t.Errorf("%d units, %d accounts, %d targets", len(o.Units), len(o.Accounts), len(o.TargetsOf("p-unused0001")))
	}
	for _, s := range o.CreateStatuses {
		if s.State != organization.Succeeded {
			t.Errorf("request %+v", s)
		}
	}
}

// TestClosedAPI: after Close nothing begins, and what was asked for is kept.
func TestClosedAPI(t *testing.T) {
	w := newWorld(t, false)
	w.Close()
	got := w.must("CreateAccount", `{"AccountName":"x","Email":"x@example.com"}`)
	if value(t, got, "CreateAccountStatus", "State") != "IN_PROGRESS" {
		t.Errorf("got %s", got)
	}
}
