package console

import (
	"context"
	"errors"
	"net/http"
)

// errNotFound: there is no such page.
var errNotFound = errors.New("no such page")

// errorView is a page that says what went wrong and what to do.
type errorView struct {
	Frame
	Problem, Advice, Said string
}

// fail answers the error of a page.
func (c *Console) fail(q *request, w http.ResponseWriter, err error) {
	e, ours := errors.AsType[*apiError](err)
	if ours && e.signedOut() {
		c.sessions.end(q.visit.key)
		setCookie(w, q.Request, sessionCookie(q.Request), "")
		http.Redirect(w, q.Request, Path+"signin?ended=1", http.StatusSeeOther)
		return
	}
	status, v := http.StatusInternalServerError, errorView{Problem: "Something went wrong on the server.", Advice: "Try again. If it happens again, the server's log says why."}
	switch {
	case errors.Is(err, errNotFound):
		status, v = http.StatusNotFound, errorView{Problem: "There is no such page.", Advice: "Choose one from the navigation."}
	case errors.Is(err, context.DeadlineExceeded):
		status, v = http.StatusServiceUnavailable, errorView{Problem: "The server took too long.", Advice: "Try again in a moment."}
	case !ours:
	case e.Status == http.StatusForbidden:
		status, v = e.Status, errorView{Problem: "You have no permission to see this.", Advice: "Ask an administrator to allow " + e.Operation + ", or sign in with another key.", Said: e.Message}
	case e.Status == http.StatusNotFound:
		status, v = e.Status, errorView{Problem: "It is not in this account.", Advice: "It may have been deleted, or the snapshot that was imported last does not have it.", Said: e.Message}
	case e.Status < 500:
		status, v = http.StatusBadRequest, errorView{Problem: "The server cannot answer this.", Advice: "Go back and change what you asked for.", Said: e.Message}
	}
	if status >= 500 {
		c.Log.Error("console page failed", "path", q.URL.Path, "error", err)
	}
	v.Frame = q.frame(http.StatusText(status), nil)
	c.render(w, status, "error", v)
}

// refuse answers a POST without the right token.
func (c *Console) refuse(w http.ResponseWriter, r *http.Request, v *visit) {
	view := errorView{
		Frame:   Frame{Title: "Not accepted", AsOf: c.AsOf},
		Problem: "This form was not accepted, because it does not come from a page that is open in your session.",
		Advice:  "Go back, load the page again, and send it once more. Your browser must accept cookies of this server.",
	}
	if v != nil {
		view.Frame = (&request{Request: r, console: c, visit: *v}).frame("Not accepted", nil)
	}
	c.render(w, http.StatusForbidden, "error", view)
}

// broken answers an error before anybody is signed in.
func (c *Console) broken(w http.ResponseWriter, r *http.Request, err error) {
	c.Log.Error("console page failed", "path", r.URL.Path, "error", err)
	c.render(w, http.StatusInternalServerError, "error", errorView{
		Frame:   Frame{Title: "Error", AsOf: c.AsOf},
		Problem: "Something went wrong on the server.", Advice: "Try again. If it happens again, the server's log says why.",
	})
}
