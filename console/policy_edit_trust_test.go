package console

import (
	"net/http"
	"testing"
)

const trustLambda = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}]}`

func TestTrustPolicyIsEdited(t *testing.T) {
	w := atHome(t, auditorKey)
	has(t, w.page("/console/roles/details?id=app"), `<a href="/console/roles/trust?id=app">Edit the trust policy</a>`)
	form := w.page("/console/roles/trust?id=app")
	has(t, form, "<h1>Edit the trust policy of app</h1>", "ec2.amazonaws.com", "Who it does not name any more")
	page := w.saved("/console/roles/trust", "id", "app", "was", hiddenField(t, form, "was"), "document", trustLambda)
	has(t, page, "<h1>app</h1>", "lambda.amazonaws.com")
	lacks(t, page, "ec2.amazonaws.com")
	// Somebody else who had the page open is not to undo that unknowingly.
	status, page := w.post("/console/roles/trust", "id", "app", "was", hiddenField(t, form, "was"), "document", "mine")
	if status != http.StatusConflict {
		t.Errorf("status %d", status)
	}
	has(t, page, "somebody has changed it since you opened this page", ">\nmine</textarea>")
	has(t, w.page("/console/roles/details?id=app"), "lambda.amazonaws.com")
	status, page = w.post("/console/roles/trust", "id", "app", "was", hiddenField(t, page, "was"), "document", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole"}]}`)
	if status != http.StatusBadRequest {
		t.Errorf("a trust policy of nobody: status %d", status)
	}
	has(t, page, "The policy was not saved. The server says:", "&#34;Action&#34;:&#34;sts:AssumeRole&#34;", `aria-invalid="true"`)
	for target, want := range map[string]int{"/console/roles/trust?id=nobody": 404, "/console/users/trust?id=alice": 404, "/console/roles/trust": 400} {
		if a := w.send("GET", target, nil); a.Code != want {
			t.Errorf("GET %s: %d, want %d", target, a.Code, want)
		}
	}
}

func TestBoundaryIsSetAndRemoved(t *testing.T) {
	w := atHome(t, auditorKey)
	for kind, name := range map[string]string{"roles": "app", "users": "alice"} {
		at := "/console/" + kind + "/boundary"
		has(t, w.page("/console/"+kind+"/details?id="+name), `<a href="`+at+`?id=`+name+`">Change the boundary</a>`)
		was := hiddenField(t, w.page(at+"?id="+name), "was")
		page := w.saved(at, "id", name, "was", was, "arn", " "+teamEc2+" ")
		has(t, page, "policy/TeamEc2</a> <a href=")
		status, page := w.post(at, "id", name, "was", was, "arn", f1Prefix+"policy/BoundaryAll")
		if status != http.StatusConflict {
			t.Errorf("%s: changed meanwhile: %d", kind, status)
		}
		has(t, page, "somebody has changed the boundary", "policy/TeamEc2</a>.", `value="`+f1Prefix+`policy/BoundaryAll"`)
		status, page = w.post(at, "id", name, "was", teamEc2, "arn", f1Prefix+"policy/Nothing")
		if status != http.StatusBadRequest {
			t.Errorf("%s: no such policy: %d", kind, status)
		}
		has(t, page, "Nothing was changed. The server says: ", `role="alert"`)
		remove := "/console/" + kind + "/remove-boundary"
		if status, page = w.post(remove, "id", name, "was", teamEc2); status != http.StatusBadRequest {
			t.Errorf("%s: removed without a tick: %d", kind, status)
		}
		has(t, page, "tick the box", "policy/TeamEc2</a>.")
		if status, _ = w.post(remove, "id", name, "was", "", "sure", "yes"); status != http.StatusConflict {
			t.Errorf("%s: removed one that was not shown: %d", kind, status)
		}
		has(t, w.saved(remove, "id", name, "was", teamEc2, "sure", "yes"), "<dt>Permissions boundary</dt><dd>none")
		has(t, w.page(at+"?id="+name), "There is no boundary.", "iam put-")
	}
	if a := w.send("GET", "/console/groups/boundary?id=developers", nil); a.Code != http.StatusNotFound {
		t.Errorf("of a group: %d", a.Code)
	}
}

func TestTrustAndBoundaryOfMirrors(t *testing.T) {
	w := signedIn(t, auditorKey)
	page := w.page("/console/roles/details?id=app")
	lacks(t, page, "Edit the trust policy", "Change the boundary")
	trust := w.page("/console/roles/trust?id=app")
	has(t, trust, "mirror of AWS", "ec2.amazonaws.com")
	lacks(t, trust, "<textarea")
	edit := w.page("/console/roles/boundary?id=app")
	has(t, edit, "mirror of AWS", "policy/BoundaryAll</a>.")
	lacks(t, edit, "Set as boundary", "Remove the boundary")
	all := f1Prefix + "policy/BoundaryAll"
	for target, fields := range map[string][]string{
		"/console/roles/trust":           {"id", "app", "was", fingerprint(document(f1().Roles[0].Trust)), "document", trustLambda},
		"/console/roles/boundary":        {"id", "app", "was", all, "arn", teamEc2},
		"/console/roles/remove-boundary": {"id", "app", "was", all, "sure", "yes"},
	} {
		status, page := w.post(target, fields...)
		if status != http.StatusBadRequest {
			t.Errorf("%s: %d", target, status)
		}
		has(t, page, "cannot change account 111122223333 here: it is a mirror of AWS")
	}
}
