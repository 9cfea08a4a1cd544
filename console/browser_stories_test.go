package console

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/ebbmark/ebbmark/inventory"
)

const notAccessed = "Not accessed in the tracking period"

// paymentStory: an administrator opens role PaymentAppTestRole, sees the actions
// of S3, sorts by last accessed, finds write actions not accessed, edits the
// policy, and sees in a new report that they are gone.
func paymentStory(p *tab) {
	p.t.Helper()
	p.visit("/")
	p.signIn(auditorKey, secret)
	p.click(`//nav[@aria-label="Main"]//a[.="Roles"]`)
	p.fill("q", "Payment")
	p.click(button("Show"))
	p.click(link("PaymentAppTestRole"))
	p.click(link("Last accessed"))
	p.reads("1 of 2 services that the policies allow were accessed")
	p.click(link("Amazon S3"))
	p.reads("2 of them were accessed in the tracking period")
	p.click(heading("Last accessed")) // was descending
	if got, want := p.column(0), []string{"DeleteBucket", "PutBucketPolicy", "CreateBucket", "GetBucketLocation"}; !slices.Equal(got, want) {
		p.t.Fatalf("the actions by last access are %q, want %q", got, want)
	}
	if got, want := p.column(1), []string{notAccessed, notAccessed, "11 days ago", "4 days ago"}; !slices.Equal(got, want) {
		p.t.Fatalf("they were used %q, want %q", got, want)
	}
	p.click(link("Edit PaymentStorage"))
	document := evaluate[string](p, `document.querySelector("#document").value`)
	for _, unused := range []string{"s3:DeleteBucket", "s3:PutBucketPolicy"} {
		if !strings.Contains(document, unused) {
			p.t.Fatalf("the policy has no %s:\n%s", unused, document)
		}
	}
	p.fill("document", allow("s3:CreateBucket", "s3:GetBucketLocation", "sqs:ListQueues"))
	p.click(button("Save"))
	p.reads("Policies of PaymentAppTestRole", "Policies of its own: 1")

	p.visit("/console/roles/last-accessed?id=PaymentAppTestRole")
	p.click(link("Amazon S3"))
	if got, want := p.column(0), []string{"GetBucketLocation", "CreateBucket"}; !slices.Equal(got, want) {
		p.t.Fatalf("the new report has %q, want %q", got, want)
	}
	p.reads("2 of 2 actions")
}

func TestStoryOfPaymentAppTestRole(t *testing.T) {
	b := browse(t, stories(t))
	paymentStory(b.open())
}

// TestStoryWithoutScripts walks the same way with scripts turned off, on the
// screen of a small telephone.
func TestStoryWithoutScripts(t *testing.T) {
	b := browse(t, stories(t))
	paymentStory(b.open(withoutScripts(), narrow()))
}

// TestStoryOfExampleCorpQA: an administrator opens role ExampleCorpQA, opens
// Amazon EC2, filters to Not accessed, and removes the unused write actions of
// the managed policy that grants them.
func TestStoryOfExampleCorpQA(t *testing.T) {
	b := browse(t, stories(t))
	p := b.open()
	p.visit("/console/roles/details?id=ExampleCorpQA") // leads over the sign-in form
	p.signIn(auditorKey, secret)
	p.click(link("Last accessed"))
	p.click(link("Amazon EC2"))
	p.do(chromedp.SetValue(chromedp.CSS("#show"), "not-accessed"))
	p.click(button("Show"))
	if got, want := p.column(0), []string{"DeleteSecurityGroup", "DeleteVolume"}; !slices.Equal(got, want) {
		t.Fatalf("not accessed are %q, want %q", got, want)
	}
	p.reads("2 of 3 actions")
	p.click(link("ExampleCorpQAPolicy"))
	p.click(link("Versions: documents, differences, and changes"))
	p.click(`//main//a[starts-with(normalize-space(), "Edit")]`)
	p.fill("document", allow("ec2:DescribeInstances", "ec2:RunInstances"))
	p.click(button("Save"))
	p.reads("v2")

	p.visit("/console/roles/last-accessed?id=ExampleCorpQA")
	p.click(link("Amazon EC2"))
	p.reads("1 of 1 actions")
	if got := p.text(); strings.Contains(got, "DeleteSecurityGroup") || strings.Contains(got, notAccessed) {
		t.Fatalf("the report still has it:\n%s", got)
	}
}

func TestBrowserSignIn(t *testing.T) {
	w := stories(t)
	b := browse(t, w)
	p := b.open()

	t.Run("refused", func(t *testing.T) {
		p.visit("/console/roles?q=app")
		p.signIn(auditorKey, "another-secret-of-forty-letters-or-so-00")
		if p.status != http.StatusForbidden && p.status != http.StatusUnauthorized {
			t.Errorf("status %d", p.status)
		}
		p.reads("Sign in", "Access key ID")
		if got := evaluate[string](p, `document.querySelector("#key").value + "|" + document.querySelector("#secret").value`); got != auditorKey+"|" {
			t.Errorf("the form has %q: the key should stay, the secret not", got)
		}
		p.signIn(auditorKey, secret)
		if got := p.address(); got != "/console/roles?q=app" {
			t.Errorf("sign-in led to %s", got)
		}
	})

	t.Run("two tabs", func(t *testing.T) {
		other := b.open()
		other.visit("/console/users")
		other.reads("alice")
		p.click(`//header//button[.="Sign out"]`)
		other.click(link("alice"))
		if path, asked := pathOf(t, other.address()); path != "/console/signin" || !strings.HasPrefix(asked.Get("next"), "/console/users/details") {
			t.Fatalf("the other tab is at %s", other.address())
		}
		other.signIn(auditorKey, secret)
		other.reads("Permissions policies")
		p.visit("/console/")
		p.reads("Sign out")
	})

	t.Run("expired", func(t *testing.T) {
		p.visit("/console/roles/inline?id=PaymentAppTestRole&policy=PaymentStorage")
		w.clock = w.clock.Add(idleLimit + time.Second)
		p.click(button("Save"))
		p.reads("Your session has ended, and nothing of what you sent was done.")
		p.visit("/console/roles?q=Payment")
		p.reads("Your session has ended. Sign in again to go on.")
		p.signIn(auditorKey, secret)
		p.reads("PaymentAppTestRole")
	})

	t.Run("no rights", func(t *testing.T) {
		p.click(`//header//button[.="Sign out"]`)
		p.visit("/console/roles")
		p.signIn(weakKey, secret)
		p.click(link("PaymentAppTestRole"))
		if p.status != http.StatusForbidden {
			t.Errorf("status %d", p.status)
		}
		p.reads("iam:GetRole", "Go to the start page")
	})
}

// TestBrowserOf5000Roles goes to the last page of a long list and finds one of
// them by name.
func TestBrowserOf5000Roles(t *testing.T) {
	w := newWorld(t)
	a := f1()
	for i := range 5000 {
		name := fmt.Sprintf("role-%04d", i)
		a.Roles = append(a.Roles, &inventory.Role{Name: name, ID: fmt.Sprintf("AROAMANYEXAMPLE0%05d", i), ARN: f1Prefix + "role/" + name, Path: "/"})
	}
	a.Index()
	must(t, w.book.Replace(t.Context(), a))
	p := browse(t, w).open()
	p.visit("/console/roles")
	p.signIn(auditorKey, secret)
	p.reads("Roles (5002)", "1 to ")
	first := p.column(0)[0]
	p.click(link("Next"))
	if p.column(0)[0] == first {
		t.Errorf("the second page begins with %q too", first)
	}
	p.fill("q", "ROLE-4711")
	p.click(button("Show"))
	if got := p.column(0); !slices.Equal(got, []string{"role-4711"}) {
		t.Fatalf("found %q", got)
	}
	p.click(link("role-4711"))
	p.reads("arn:aws:iam::111122223333:role/role-4711")
}
