package main

import (
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ebbmark/ebbmark/internal/servers"
)

func TestHealth(t *testing.T) {
	dead, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	dead.Close()
	never := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }))
	defer never.Close()
	s := startServe(t, testEnv(), "--init", "--store", "sqlite:"+filepath.Join(t.TempDir(), "e.db"))
	cert := t.TempDir()
	writeCertificate(t, cert)
	secure := startServe(t, testEnv(), "--init", "--store", "sqlite:"+filepath.Join(t.TempDir(), "e.db"), "--tls-cert", filepath.Join(cert, "cert.pem"), "--tls-key", filepath.Join(cert, "key.pem"))
	for _, c := range []struct {
		args []string
		code int
		says string
	}{
		{[]string{s.endpoint}, 0, "ready\n"},
		{[]string{s.endpoint + "/"}, 0, "ready\n"},
		{[]string{secure.endpoint, "--ca", filepath.Join(cert, "cert.pem")}, 0, "ready\n"},
		{[]string{secure.endpoint}, 1, "certificate"},
		{[]string{secure.endpoint, "--ca", filepath.Join(cert, "key.pem")}, 1, "holds no certificate in PEM"},
		{[]string{"http://" + dead.Addr().String()}, 1, "connection refused"},
		{[]string{never.URL, "--timeout", "50ms"}, 1, "deadline exceeded"},
		{[]string{"localhost:4780"}, 2, "want http://HOST:PORT"},
		{[]string{s.endpoint, "--timeout", "0s"}, 2, "--timeout must be positive"},
		{[]string{s.endpoint, "more"}, 1, "accepts at most 1 arg"},
	} {
		got := runCommand(t.Context(), append([]string{"health"}, c.args...)...)
		if got.code != c.code || !strings.Contains(got.stdout+got.stderr, c.says) {
			t.Errorf("%q: exit %d, want %d and %q:\n%s%s", c.args, got.code, c.code, c.says, got.stdout, got.stderr)
		}
	}
}

// TestHealthWithoutADatabase: a node that has lost its database says so, and is
// ready again when that is back.
func TestHealthWithoutADatabase(t *testing.T) {
	server := servers.Postgres(t)
	env := testEnv()
	env[secretKeyVar] = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
	s := startServe(t, env, "--init", "--store", server.DSN("postgres"))
	health := func(code int) {
		t.Helper()
		poll(t, "the server is ready, or not", func() bool {
			return runCommand(t.Context(), "health", s.endpoint, "--timeout", "2s").code == code
		})
	}
	health(0)
	server.Kill(t)
	health(1)
	server.Start(t)
	health(0)
}
