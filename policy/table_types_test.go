package policy

// The types of policies together: boundaries, organization policies, session
// policies, resource policies, trust, and requests across accounts.
func typeGroups() []group {
	const (
		logic    = "reference_policies_evaluation-logic.html"
		own      = "111122223333"
		other    = "444455556666"
		byAlice  = `{"AWS":"arn:aws:iam::111122223333:user/alice"}`
		byBob    = `{"AWS":"arn:aws:iam::111122223333:user/bob"}`
		byRole   = `{"AWS":"arn:aws:iam::111122223333:role/service/app"}`
		bySelf   = `{"AWS":"arn:aws:sts::111122223333:assumed-role/app/s1"}`
		byRoot   = `{"AWS":"arn:aws:iam::111122223333:root"}`
		byOther  = `{"AWS":"444455556666"}`
		role     = "arn:aws:iam::111122223333:role/ops"
		notAlice = `{"Version":"2012-10-17","Statement":{"Effect":"Deny","NotPrincipal":` + byAlice + `,"Action":"s3:*","Resource":"*"}}`
		notBob   = `{"Version":"2012-10-17","Statement":{"Effect":"Deny","NotPrincipal":` + byBob + `,"Action":"s3:*","Resource":"*"}}`
		byTag    = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":"*","Action":"s3:*","Resource":"*","Condition":{"StringEquals":{"aws:PrincipalOrgID":"o-a1"}}}}`
	)
	bob := Caller{ARN: "arn:aws:iam::444455556666:user/bob", Account: other, UserID: "AIDABOBEXAMPLE0000001"}
	some := Caller{Account: own}
	list := func(texts ...string) []string { return texts }
	levels := func(l ...[]string) [][]string { return l }
	assume := func(is string, c Caller, identity []string, trust string, want verdict) evaluated {
		return evaluated{is, given{caller: c, identity: identity, trust: trust, owner: own, action: "sts:AssumeRole", onto: role}, nil, want}
	}
	return []group{
		{"identity policies", logic + "#policy-eval-basics-single-account", []evaluated{
			{"none", given{caller: alice}, nil, implicit},
			{"one allows", given{caller: alice, identity: list(allowS3)}, nil, yes},
			{"another allows", given{caller: alice, identity: list(allowIAM, allowS3)}, nil, yes},
			{"a group's denies", given{caller: alice, identity: list(allowS3, denyS3)}, nil, explicit},
			{"a role's", given{caller: app, identity: list(allowS3)}, nil, yes},
			{"root needs none", given{caller: root}, nil, yes},
			{"some principal of the account", given{caller: some, identity: list(allowS3)}, nil, yes},
			{"some principal without Allow", given{caller: some, identity: list(allowIAM)}, nil, implicit},
			{"a Principal in an identity policy allows nothing", given{caller: alice, identity: list(rcpAll)}, nil, implicit},
		}},
		{"permissions boundary", "access_policies_boundaries.html", []evaluated{
			{"both allow", given{caller: alice, identity: list(allowS3), boundary: allowS3}, nil, yes},
			{"only the boundary allows", given{caller: alice, boundary: allowS3}, nil, implicit},
			{"only the identity policy allows", given{caller: alice, identity: list(allowS3), boundary: allowIAM}, nil, implicit},
			{"the boundary denies", given{caller: alice, identity: list(allowS3), boundary: denyS3}, nil, explicit},
			{"a role's boundary", given{caller: app, identity: list(allowS3), boundary: allowIAM}, nil, implicit},
			{"a resource policy that names the user passes it", given{caller: alice, boundary: allowIAM, resource: onBucket("Allow", byAlice)}, nil, yes},
			{"a resource policy that names the role does not", given{caller: app, boundary: allowIAM, resource: onBucket("Allow", byRole)}, nil, implicit},
			{"a resource policy that names the session passes it", given{caller: app, boundary: allowIAM, resource: onBucket("Allow", bySelf)}, nil, yes},
			{"a resource policy that names the user does not pass its Deny", given{caller: alice, boundary: denyS3, resource: onBucket("Allow", byAlice)}, nil, explicit},
			{"nor does one for everyone pass it", given{caller: alice, boundary: allowIAM, resource: onBucket("Allow", `"*"`)}, nil, implicit},
			{"NotPrincipal with Deny denies whoever has a boundary", given{caller: alice, identity: list(allowS3), boundary: allowS3, resource: notAlice}, nil, explicit},
		}},
		{"session policies", "access_policies.html#policies_session, " + logic, []evaluated{
			{"both allow", given{caller: app, identity: list(allowS3), session: list(allowS3)}, nil, yes},
			{"only the session policy allows", given{caller: app, session: list(allowS3)}, nil, implicit},
			{"only the role allows", given{caller: app, identity: list(allowS3), session: list(allowIAM)}, nil, implicit},
			{"the session policy denies", given{caller: app, identity: list(allowS3), session: list(denyS3)}, nil, explicit},
			{"one of several allows", given{caller: app, identity: list(allowS3), session: list(allowIAM, allowS3)}, nil, yes},
			{"with a boundary, all three", given{caller: app, identity: list(allowS3), session: list(allowS3), boundary: allowS3}, nil, yes},
			{"with a boundary that does not allow", given{caller: app, identity: list(allowS3), session: list(allowS3), boundary: allowIAM}, nil, implicit},
			{"a resource policy that names the role is limited", given{caller: app, session: list(allowIAM), resource: onBucket("Allow", byRole)}, nil, implicit},
			{"a resource policy that names the session is not", given{caller: app, session: list(allowIAM), resource: onBucket("Allow", bySelf)}, nil, yes},
			{"a federated user needs one", given{caller: fed, identity: list(allowS3)}, nil, implicit},
			{"a federated user with one", given{caller: fed, identity: list(allowS3), session: list(allowS3)}, nil, yes},
		}},
		{"service control policies", "Organizations User Guide, orgs_manage_policies_scps_evaluation.html", []evaluated{
			{"every level allows", given{caller: alice, identity: list(allowS3), scp: levels(list(allowAll), list(allowAll), list(allowS3))}, nil, yes},
			{"the root does not", given{caller: alice, identity: list(allowS3), scp: levels(list(allowIAM), list(allowAll))}, nil, implicit},
			{"the account does not", given{caller: alice, identity: list(allowS3), scp: levels(list(allowAll), list(allowIAM))}, nil, implicit},
			{"any policy of a level suffices", given{caller: alice, identity: list(allowS3), scp: levels(list(allowIAM, allowS3))}, nil, yes},
			{"allowed on different levels by different policies", given{caller: alice, identity: list(allowS3), scp: levels(list(allowAll), list(allowIAM, allowS3), list(allowAll))}, nil, yes},
			{"a Deny above", given{caller: alice, identity: list(allowS3), scp: levels(list(allowAll, denyS3), list(allowAll))}, nil, explicit},
			{"a Deny below", given{caller: alice, identity: list(allowS3), scp: levels(list(allowAll), list(allowAll, denyS3))}, nil, explicit},
			{"they grant nothing", given{caller: alice, scp: levels(list(allowAll))}, nil, implicit},
			{"they bind root", given{caller: root, scp: levels(list(allowAll, denyS3))}, nil, explicit},
			{"a level without policies", given{caller: alice, identity: list(allowS3), scp: levels(list(allowAll), list())}, nil, implicit},
			{"they limit what a resource policy grants", given{caller: alice, resource: onBucket("Allow", byAlice), scp: levels(list(allowIAM))}, nil, implicit},
			{"they do not bind a service", given{caller: ec2, resource: onBucket("Allow", `{"Service":"ec2.amazonaws.com"}`), scp: levels(list(allowIAM))}, nil, yes},
		}},
		{"resource control policies", "Organizations User Guide, orgs_manage_policies_rcps.html, orgs_manage_policies_rcps_evaluation.html", []evaluated{
			{"they allow", given{caller: alice, identity: list(allowS3), rcp: levels(list(rcpAll), list(rcpAll))}, nil, yes},
			{"a Deny", given{caller: alice, identity: list(allowS3), rcp: levels(list(rcpAll, rcpDenyAll))}, nil, explicit},
			{"a Deny for a foreign caller", given{caller: bob, owner: own, identity: list(allowS3), resource: onBucket("Allow", byOther), rcp: levels(list(rcpAll, rcpDenyAll))}, nil, explicit},
			{"a Deny for a service", given{caller: ec2, resource: onBucket("Allow", `{"Service":"ec2.amazonaws.com"}`), rcp: levels(list(rcpAll, rcpDenyAll))}, nil, explicit},
			{"they grant nothing", given{caller: alice, rcp: levels(list(rcpAll))}, nil, implicit},
			{"they bind root", given{caller: root, rcp: levels(list(rcpAll, rcpDenyAll))}, nil, explicit},
		}},
		{"resource policies in the same account", logic + "#policy-eval-basics-single-account", []evaluated{
			{"the user", given{caller: alice, resource: onBucket("Allow", byAlice)}, nil, yes},
			{"another user", given{caller: alice, resource: onBucket("Allow", byBob)}, nil, implicit},
			{"the account leaves it to identity policies", given{caller: alice, resource: onBucket("Allow", byRoot)}, nil, implicit},
			{"the account, and the identity policy allows", given{caller: alice, identity: list(allowS3), resource: onBucket("Allow", byRoot)}, nil, yes},
			{"everyone", given{caller: alice, resource: onBucket("Allow", `"*"`)}, nil, yes},
			{"everyone, as AWS principal", given{caller: alice, resource: onBucket("Allow", `{"AWS":"*"}`)}, nil, yes},
			{"everyone in the organization", given{caller: alice, resource: byTag}, Context{"aws:PrincipalOrgID": {"o-a1"}}, yes},
			{"everyone in another organization", given{caller: alice, resource: byTag}, Context{"aws:PrincipalOrgID": {"o-b2"}}, implicit},
			{"a Deny for everyone", given{caller: alice, identity: list(allowAll), resource: onBucket("Deny", `"*"`)}, nil, explicit},
			{"a Deny for another", given{caller: alice, identity: list(allowAll), resource: onBucket("Deny", byBob)}, nil, yes},
			{"a Deny for the account hits its users", given{caller: alice, identity: list(allowAll), resource: onBucket("Deny", byRoot)}, nil, explicit},
			{"an identity Deny beats it", given{caller: alice, identity: list(denyS3), resource: onBucket("Allow", byAlice)}, nil, explicit},
			{"of other actions", given{caller: alice, action: "sqs:SendMessage", onto: "arn:aws:sqs:us-east-1:111122223333:q", resource: onBucket("Allow", byAlice)}, nil, implicit},
			{"the role of a session", given{caller: app, resource: onBucket("Allow", byRole)}, nil, yes},
			{"the session", given{caller: app, resource: onBucket("Allow", bySelf)}, nil, yes},
			{"half a name names nobody", given{caller: alice, resource: onBucket("Allow", `{"AWS":"arn:aws:iam::111122223333:user/*"}`)}, nil, implicit},
			{"a list of principals", given{caller: alice, resource: onBucket("Allow", `{"AWS":["444455556666","arn:aws:iam::111122223333:user/alice"]}`)}, nil, yes},
			{"a service", given{caller: ec2, resource: onBucket("Allow", `{"Service":"ec2.amazonaws.com"}`)}, nil, yes},
			{"another service", given{caller: ec2, resource: onBucket("Allow", `{"Service":"ecs.amazonaws.com"}`)}, nil, implicit},
			{"anonymous", given{resource: onBucket("Allow", `"*"`)}, nil, yes},
			{"anonymous, and the account is named", given{resource: onBucket("Allow", byRoot)}, nil, implicit},
		}},
		{"NotPrincipal", "reference_policies_elements_notprincipal.html", []evaluated{
			{"Deny spares who is named", given{caller: alice, identity: list(allowS3), resource: notAlice}, nil, yes},
			{"Deny hits everyone else", given{caller: alice, identity: list(allowS3), resource: notBob}, nil, explicit},
			{"Deny that names only the account hits its users", given{caller: alice, identity: list(allowS3), resource: `{"Version":"2012-10-17","Statement":{"Effect":"Deny","NotPrincipal":` + byRoot + `,"Action":"s3:*","Resource":"*"}}`}, nil, explicit},
			{"Deny that names only the account spares root", given{caller: root, resource: `{"Version":"2012-10-17","Statement":{"Effect":"Deny","NotPrincipal":` + byRoot + `,"Action":"s3:*","Resource":"*"}}`}, nil, yes},
			{"Deny that names the session's role", given{caller: app, identity: list(allowS3), resource: `{"Version":"2012-10-17","Statement":{"Effect":"Deny","NotPrincipal":` + byRole + `,"Action":"s3:*","Resource":"*"}}`}, nil, yes},
			{"Allow reaches who is not named", given{caller: alice, resource: `{"Version":"2012-10-17","Statement":{"Effect":"Allow","NotPrincipal":` + byBob + `,"Action":"s3:*","Resource":"*"}}`}, nil, yes},
			{"Allow does not reach who is named", given{caller: alice, resource: `{"Version":"2012-10-17","Statement":{"Effect":"Allow","NotPrincipal":` + byAlice + `,"Action":"s3:*","Resource":"*"}}`}, nil, implicit},
		}},
		{"across accounts", "reference_policies_evaluation-logic-cross-account.html", []evaluated{
			{"both allow", given{caller: alice, owner: other, identity: list(allowS3), resource: onBucket("Allow", byAlice)}, nil, yes},
			{"both allow, by the account", given{caller: alice, owner: other, identity: list(allowS3), resource: onBucket("Allow", byRoot)}, nil, yes},
			{"both allow, by everyone", given{caller: alice, owner: other, identity: list(allowS3), resource: onBucket("Allow", `"*"`)}, nil, yes},
			{"only the identity policy", given{caller: alice, owner: other, identity: list(allowS3)}, nil, implicit},
			{"only the resource policy", given{caller: alice, owner: other, resource: onBucket("Allow", byAlice)}, nil, implicit},
			{"the resource policy names someone else", given{caller: alice, owner: other, identity: list(allowS3), resource: onBucket("Allow", byBob)}, nil, implicit},
			{"the resource policy denies", given{caller: alice, owner: other, identity: list(allowS3), resource: onBucket("Deny", byAlice)}, nil, explicit},
			{"the identity policy denies", given{caller: alice, owner: other, identity: list(denyS3), resource: onBucket("Allow", byAlice)}, nil, explicit},
			{"the caller's boundary limits", given{caller: alice, owner: other, identity: list(allowS3), boundary: allowIAM, resource: onBucket("Allow", byAlice)}, nil, implicit},
			{"the caller's SCPs limit", given{caller: alice, owner: other, identity: list(allowS3), scp: levels(list(allowIAM)), resource: onBucket("Allow", byAlice)}, nil, implicit},
			{"the session policy limits, even where the session is named", given{caller: app, owner: other, identity: list(allowS3), session: list(allowIAM), resource: onBucket("Allow", bySelf)}, nil, implicit},
			{"root is no exception", given{caller: root, owner: other}, nil, implicit},
			{"root, named by its account", given{caller: root, owner: other, resource: onBucket("Allow", byRoot)}, nil, yes},
			{"the owner named as the same account", given{caller: alice, owner: own, identity: list(allowS3)}, nil, yes},
		}},
		{"trust", "reference_policies_evaluation-logic.html, id_roles_update-role-trust-policy.html, " +
			"Security Blog \"How to use trust policies with IAM roles\"", []evaluated{
			assume("the user", alice, nil, trusts(byAlice), yes),
			assume("the user, whose identity policy denies", alice, list(denyRole), trusts(byAlice), explicit),
			assume("the account, and the identity policy allows", alice, list(allowRole), trusts(byRoot), yes),
			assume("the account alone", alice, nil, trusts(byRoot), implicit),
			assume("an identity policy without trust", alice, list(allowRole), trusts(byBob), implicit),
			assume("full access without trust", alice, list(allowAll), trusts(byBob), implicit),
			assume("root without trust", root, nil, trusts(byBob), implicit),
			assume("a foreign user, and its identity policy allows", bob, list(allowRole), trusts(`{"AWS":"arn:aws:iam::444455556666:user/bob"}`), yes),
			assume("a foreign user alone", bob, nil, trusts(`{"AWS":"arn:aws:iam::444455556666:user/bob"}`), implicit),
			assume("a foreign account, and the identity policy allows", bob, list(allowRole), trusts(byOther), yes),
			assume("a role", app, list(allowRole), trusts(byRole), yes),
			assume("a service", ec2, nil, trusts(`{"Service":"ec2.amazonaws.com"}`), yes),
			assume("another service", ec2, nil, trusts(`{"Service":"lambda.amazonaws.com"}`), implicit),
			assume("an identity provider", saml, nil, trusts(`{"Federated":"arn:aws:iam::111122223333:saml-provider/corp"}`), yes),
			assume("a trust policy that denies", alice, list(allowRole), `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":`+byRoot+`,"Action":"sts:AssumeRole"},{"Effect":"Deny","Principal":`+byAlice+`,"Action":"sts:AssumeRole"}]}`, explicit),
			assume("with the external id", bob, list(allowRole), `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":`+byOther+`,"Action":"sts:AssumeRole","Condition":{"StringEquals":{"sts:ExternalId":"12345"}}}}`, yes).in("sts:ExternalId", "12345"),
			assume("without the external id", bob, list(allowRole), `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":`+byOther+`,"Action":"sts:AssumeRole","Condition":{"StringEquals":{"sts:ExternalId":"12345"}}}}`, implicit),
			assume("without the MFA asked for", alice, nil, `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":`+byAlice+`,"Action":"sts:AssumeRole","Condition":{"Bool":{"aws:MultiFactorAuthPresent":"true"}}}}`, implicit),
		}},
	}
}
