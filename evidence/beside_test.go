package evidence

import (
	"fmt"
	"slices"
	"testing"

	"github.com/ebbmark/ebbmark/activity"
)

// beside adds a fact beside a call.
func (w *world) beside(class activity.Class, day, principal, source, name, target string) *activity.Fact {
	f := w.call(day, principal, source, name)
	f.Class, f.Target = class, target
	if class == activity.Session {
		f.Name, f.Region = "", ""
	}
	return f
}

func TestPassedRoles(t *testing.T) {
	w := newWorld(t, allow("iam:PassRole", "lambda:*", "ec2:RunInstances"))
	const role = "arn:aws:iam::111122223333:role/f"
	pass := func(day, source, name, target string) *activity.Fact {
		w.call(day, "AROAAPP", source, name)
		return w.beside(activity.Passed, day, "AROAAPP", source, name, target)
	}
	pass("2026-05-20", "lambda", "CreateFunction20150331", role)
	pass("2026-05-10", "lambda", "CreateFunction20150331", role).Region = "eu-west-1"
	pass("2026-05-21", "ec2", "RunInstances", "web").Outcome = activity.Denied
	pass("2026-05-22", "ec2", "RunInstances", "*")
	pass("2025-11-22", "lambda", "UpdateFunctionConfiguration20150331v2", role)
	pass("2026-05-23", "lambda", "DeleteFunction20150331", "nothing is passed")
	pass("2026-05-23", "example", "CreateThing", "of no known service")
	pass("2026-07-01", "lambda", "CreateFunction20150331", "later")
	w.beside(activity.Passed, "2026-05-23", "AROAOTHER", "lambda", "CreateFunction20150331", "of another")
	for range 2 { // facts may come more than once
		w.facts = append(w.facts, w.facts...)
	}
	a := action(w.evidence(app), "iam:PassRole")
	want := []Passed{
		{"*", "ec2", "ec2:RunInstances", "us-east-1", at("2026-05-22"), at("2026-05-22")},
		{"web", "ec2", "ec2:RunInstances", "us-east-1", at("2026-05-21"), moment(0)},
		{role, "lambda", "lambda:CreateFunction20150331", "us-east-1", at("2026-05-20"), at("2026-05-20")},
		{role, "lambda", "lambda:UpdateFunctionConfiguration20150331v2", "us-east-1", at("2025-11-22"), at("2025-11-22")},
	}
	if a.Verdict != "inferred" || a.Inferred.PassedTotal != 4 || !slices.Equal(a.Inferred.Passed, want) {
		t.Errorf("%s, %d\n got %v\nwant %v", a.Verdict, a.Inferred.PassedTotal, a.Inferred.Passed, want)
	}
	if run := action(w.evidence(app), "ec2:RunInstances"); run.Inferred != nil && run.Inferred.Passed != nil {
		t.Errorf("another action passes %v", run.Inferred.Passed)
	}
	for i := range 120 {
		pass("2026-05-30", "lambda", "CreateFunction20150331", fmt.Sprintf("r%03d", i))
	}
	a = action(w.evidence(app), "iam:PassRole")
	if n := len(a.Inferred.Passed); n != 100 || a.Inferred.PassedTotal != 124 || a.Inferred.Passed[99].Role != "r099" {
		t.Errorf("%d of %d, the last %v", n, a.Inferred.PassedTotal, a.Inferred.Passed[n-1])
	}
}

func TestPassedRolesMakeNothingUsed(t *testing.T) {
	w := newWorld(t, allow("sqs:*", "iam:PassRole"))
	w.beside(activity.Passed, "2026-05-20", "AROAAPP", "sqs", "DeleteQueue", "r")
	w.beside(activity.Session, "2026-05-20", "AROAAPP", "sqs", "", "i-*")
	e := w.evidence(app)
	if a := action(e, "sqs:DeleteQueue"); a.Verdict != "unused" {
		t.Errorf("%s: %s", a.Verdict, a.Why)
	}
	if a := action(e, "iam:PassRole"); a.Verdict != "not observable" || a.Inferred != nil {
		t.Errorf("%s: %s", a.Verdict, a.Why)
	}
}

func TestSessions(t *testing.T) {
	w := newWorld(t, allow("sqs:*", "sns:*"))
	w.call("2026-05-20", "AROAAPP", "sqs", "DeleteQueue")
	w.beside(activity.Session, "2026-05-20", "AROAAPP", "sqs", "", "i-*")
	w.beside(activity.Session, "2026-05-21", "AROAAPP", "sqs", "", "ada@example.com").Outcome = activity.Denied
	w.beside(activity.Session, "2026-05-22", "AROAAPP", "sqs", "", "source-identity:ada")
	w.beside(activity.Session, "2026-05-22", "AROAOTHER", "sqs", "", "bob")
	want := []Session{
		{owner, app, "", "ada", at("2026-05-22"), at("2026-05-22")},
		{owner, app, "ada@example.com", "", at("2026-05-21"), moment(0)},
		{owner, app, "i-*", "", at("2026-05-20"), at("2026-05-20")},
	}
	s := w.evidence(app).service(t, "sqs")
	if s.SessionsTotal != 3 || !slices.Equal(s.Sessions, want) {
		t.Errorf("%d\n got %v\nwant %v", s.SessionsTotal, s.Sessions, want)
	}
	if s := w.evidence(app).service(t, "sns"); s.SessionsTotal != 0 || s.Sessions != nil {
		t.Errorf("another service has %v", s.Sessions)
	}
	want = append([]Session{{owner, "AROAOTHER", "bob", "", at("2026-05-22"), at("2026-05-22")}}, want...)
	if s := w.evidence("arn:aws:iam::111122223333:root").service(t, "sqs"); !slices.Equal(s.Sessions, want) {
		t.Errorf("of the account\n got %v\nwant %v", s.Sessions, want)
	}
	for i := range 60 {
		w.beside(activity.Session, "2026-05-30", "AROAAPP", "sqs", "", fmt.Sprintf("s%02d", i))
	}
	if s := w.evidence(app).service(t, "sqs"); len(s.Sessions) != 50 || s.SessionsTotal != 63 || s.Sessions[49].Session != "s49" {
		t.Errorf("%d of %d", len(s.Sessions), s.SessionsTotal)
	}
}

func (e *Evidence) service(t *testing.T, namespace string) *Service {
	t.Helper()
	i := slices.IndexFunc(e.Services, func(s Service) bool { return s.Namespace == namespace })
	if i < 0 {
		t.Fatalf("no service %s", namespace)
	}
	return &e.Services[i]
}
