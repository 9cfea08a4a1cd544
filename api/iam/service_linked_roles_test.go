package iam

import (
	"fmt"
	"strings"
	"testing"
)

func TestServiceLinkedRoles(t *testing.T) {
	w := newHome(t)
	got := w.get("CreateServiceLinkedRole", "AWSServiceName", "autoscaling.amazonaws.com", "Description", "Scales.", "CustomSuffix", "x")
	r := w.home().RoleByName("AWSServiceRoleForAutoScaling_x")
	same(t, got, `{"Role":{"Path":"/aws-service-role/autoscaling.amazonaws.com/","RoleName":"AWSServiceRoleForAutoScaling_x","RoleId":"`+r.ID+`",
		"Arn":"arn:aws:iam::111122223333:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling_x","CreateDate":"2026-06-01T12:00:00Z",
		"AssumeRolePolicyDocument":"%7B%22Version%22%3A%222012-10-17%22%2C%22Statement%22%3A%5B%7B%22Effect%22%3A%22Allow%22%2C%22Principal%22%3A%7B%22Service%22%3A%22autoscaling.amazonaws.com%22%7D%2C%22Action%22%3A%22sts%3AAssumeRole%22%7D%5D%7D",
		"Description":"Scales.","MaxSessionDuration":"3600"}}`)

	name := []string{"RoleName", "AWSServiceRoleForAutoScaling_x"}
	const protected = "400 UnmodifiableEntity: Cannot perform the operation on the protected role 'AWSServiceRoleForAutoScaling_x' - this role is only modifiable by AWS"
	w.get("CreateInstanceProfile", "InstanceProfileName", "box")
	with := func(operation string, more ...string) []string {
		return append(append([]string{operation}, name...), more...)
	}
	refusals(t, w, map[string]struct {
		call []string
		want string
	}{
		"delete":           {with("DeleteRole"), protected},
		"trust":            {with("UpdateAssumeRolePolicy", "PolicyDocument", trust), protected},
		"session":          {with("UpdateRole", "MaxSessionDuration", "7200"), protected},
		"inline":           {with("PutRolePolicy", "PolicyName", "p", "PolicyDocument", doc), protected},
		"inline, delete":   {with("DeleteRolePolicy", "PolicyName", "p"), protected},
		"attach":           {with("AttachRolePolicy", "PolicyArn", adminARN), protected},
		"detach":           {with("DetachRolePolicy", "PolicyArn", adminARN), protected},
		"boundary":         {with("PutRolePermissionsBoundary", "PermissionsBoundary", adminARN), protected},
		"boundary, delete": {with("DeleteRolePermissionsBoundary"), protected},
		"instance profile": {with("AddRoleToInstanceProfile", "InstanceProfileName", "box"), protected},
		"again": {[]string{"CreateServiceLinkedRole", "AWSServiceName", "autoscaling.amazonaws.com", "CustomSuffix", "X"},
			"400 InvalidInput: Service role name AWSServiceRoleForAutoScaling_X has been taken in this account, please try a different suffix."},
		"no service":         {[]string{"CreateServiceLinkedRole", "AWSServiceName", "autoscaling"}, "400 InvalidInput: autoscaling is not the name of a service, such as autoscaling.amazonaws.com."},
		"a long suffix":      {[]string{"CreateServiceLinkedRole", "AWSServiceName", "rds.amazonaws.com", "CustomSuffix", strings.Repeat("x", 44)}, "400 InvalidInput: The role name AWSServiceRoleForRDS_" + strings.Repeat("x", 44) + " is longer than 64 characters: choose a shorter suffix."},
		"an ordinary role":   {[]string{"DeleteServiceLinkedRole", "RoleName", "app"}, "400 InvalidInput: The role with name app is not a service-linked role: use DeleteRole."},
		"no role":            {[]string{"DeleteServiceLinkedRole", "RoleName", "none"}, "404 NoSuchEntity: The role with name none cannot be found."},
		"no deletion":        {[]string{"GetServiceLinkedRoleDeletionStatus", "DeletionTaskId", "task/aws-service-role/a.amazonaws.com/b/c"}, "404 NoSuchEntity: The deletion task with id task/aws-service-role/a.amazonaws.com/b/c cannot be found."},
		"no deletion at all": {[]string{"GetServiceLinkedRoleDeletionStatus", "DeletionTaskId", "x"}, "400 InvalidInput: The deletion task id x is not valid."},
	})
	w.get("UpdateRoleDescription", append(name, "Description", "Still scales.")...)
	w.done("TagRole", append(name, "Tags.member.1.Key", "a", "Tags.member.1.Value", "b")...)

	const task = "task/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling_x/00000000-0000-4000-8000-000000000001"
	same(t, w.get("DeleteServiceLinkedRole", name...), `{"DeletionTaskId":"`+task+`"}`)
	same(t, w.get("GetServiceLinkedRoleDeletionStatus", "DeletionTaskId", task), `{"Status":"SUCCEEDED"}`)
	if w.home().RoleByName(name[1]) != nil {
		t.Error("the role is still there")
	}
}

func TestNamesOfServiceLinkedRoles(t *testing.T) {
	for service, want := range map[string]string{
		"spot.amazonaws.com":                             "EC2Spot",
		"eks.amazonaws.com":                              "AmazonEKS",
		"dynamodb.application-autoscaling.amazonaws.com": "ApplicationAutoScaling_DynamoDBTable",
		"elasticloadbalancing.amazonaws.com.cn":          "ElasticLoadBalancing",
		"brand-new.thing.amazonaws.com":                  "BrandNewThing",
	} {
		if got := linkedName(service); got != want {
			t.Errorf("%s: got %s, want %s", service, got, want)
		}
	}
}

func TestDeletionsAreForgotten(t *testing.T) {
	w := newHome(t)
	for i := range 101 {
		suffix := fmt.Sprint(i)
		w.get("CreateServiceLinkedRole", "AWSServiceName", "rds.amazonaws.com", "CustomSuffix", suffix)
		w.clock = w.clock.Add(1e9)
		w.get("DeleteServiceLinkedRole", "RoleName", "AWSServiceRoleForRDS_"+suffix)
	}
	all := w.home().Deletions
	if len(all) != 100 {
		t.Fatalf("%d are remembered", len(all))
	}
	for _, d := range all {
		if d.Role == "AWSServiceRoleForRDS_0" {
			t.Error("the oldest is still remembered")
		}
	}
}
