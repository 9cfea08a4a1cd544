package postgres

import "fmt"

// advice is what an operator should know about an error of the server, by
// SQLSTATE.
var advice = map[string]string{
	"28P01": "user or password is wrong",
	"28000": "the server refuses this user from here: see its pg_hba.conf",
	"3D000": "there is no such database: create it first (createdb)",
	"42501": "the user lacks a right: see docs/postgres.md for those it needs",
	"53100": "the server's disk is full: make room and repeat",
	"53200": "the server is out of memory",
	"53300": "the server has no connection left: raise max_connections, or lower pool_max_conns in the DSN",
	"25006": "the server can only be read: name the primary in the DSN",
	"57014": "the server ended it after its time: see statement_timeout in docs/postgres.md",
}

// explain adds what was done and what to do about it. A nil error stays nil.
func explain(what string, err error) error {
	if err == nil {
		return nil
	}
	if text, ok := advice[sqlState(err)]; ok {
		return fmt.Errorf("%s: %s (%w)", what, text, err)
	}
	return fmt.Errorf("%s: %w", what, err)
}
