// Package archtest holds the architecture as a test: which room may import
// which, and which rooms are pure. Change the table in the same commit as the
// import, and say why there.
package archtest

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/ebbmark/ebbmark/"

// rooms says for every package what it may import of ours. A name stands for
// the package and everything below it. Reading upwards, each room knows only
// rooms above its own line here.
var rooms = []struct {
	name    string
	pure    bool // no os, net, database, logger; never time.Now
	imports string
}{
	{"arn", true, ""},
	{"sigv4", true, ""},
	{"policy", true, "arn"},
	{"inflate", true, ""}, // gzip, faster than the libraries: most of what reading logs costs
	{"activity", true, "arn policy"},
	{"cloudtrail", true, "arn"},
	{"trail", true, ""}, // which trails there are, and what their event selectors let through
	{"digest", true, ""},
	{"catalog", true, "policy"},
	{"grant", true, "arn policy catalog"},
	{"inventory", true, "arn policy"},
	{"report", true, "arn policy catalog grant activity inventory organization"},
	{"refine", true, "arn policy catalog grant activity inventory report"},
	{"evidence", true, "arn policy catalog grant activity inventory organization report trail"},
	{"refine/format", true, "arn refine"},         // proposals for people and other tools, one file per form
	{"apply", false, "arn refine"},                // makes refine's changes through AWS's API
	{"lastused", true, "activity report"},         // the facts' last use, without policies
	{"calendar", true, "activity catalog report"}, // days of activity and of coverage, for pictures
	{"catalog/gen", false, "catalog"},
	{"organization", true, "arn policy"},
	{"tracing", false, ""}, // one switch for the whole program: rooms need no field for it
	{"wire", false, "arn"},
	{"store", false, "activity arn"},
	{"store/storetest", false, "store activity arn"},
	{"store/mem", false, "store activity arn"},
	{"store/sqlite", false, "store activity arn"},
	{"store/postgres", false, "store activity arn tracing"},
	{"transfer", false, "store activity"}, // copies any store into any other: it knows no backend
	{"accounts", false, "arn inventory organization store trail"},
	{"finding", true, "arn policy catalog grant activity inventory report"}, // report: whose facts count, and from when
	{"finding/format", true, "arn finding"},                                 // findings for other tools, one file per form
	{"notify", false, "finding finding/format"},                             // sends over the network; not analyzers: it is told what an outbox is
	{"analyzers", false, "arn activity catalog grant inventory organization report finding refine store accounts tracing"}, // keeps what finding and refine say
	{"ingest", false, "arn inflate cloudtrail activity store tracing"},
	{"ingest/dir", false, "ingest"},
	{"ingest/s3", false, "ingest"},
	{"ingest/sqs", false, "ingest"},
	{"ingest/push", false, "activity cloudtrail ingest store wire"}, // wire: a push is a signed request, and own calls are the answers to them
	{"pull", false, "arn inventory store trail"},                    // store: for what a run that breaks has done
	{"auth", false, "arn policy inventory sigv4 wire store accounts"},
	{"api/iam", false, "arn policy catalog grant activity inventory organization report lastused store wire accounts auth tracing"}, // auth: it makes access keys and passwords
	{"api/organizations", false, "arn policy organization inventory store wire accounts auth"},
	{"api/sts", false, "arn policy inventory store wire accounts auth"},
	{"api/cloudtraildata", false, "arn cloudtrail ingest ingest/push wire"},                                                        // a push door that speaks an API of AWS
	{"api/accessanalyzer", false, "arn finding refine store wire accounts analyzers"},                                              // refine: the steps of recommendations
	{"api/ebbmark", false, "activity arn calendar catalog evidence grant inventory organization report store trail wire accounts"}, // what AWS has no API for
	{"httpd", false, "wire tracing"},
	{"console", false, "sigv4"}, // a client of the API in this process: it knows no operation and no store, only how to sign
	{"internal/sample", false, "arn policy catalog cloudtrail inventory"},
	{"internal/scenario", false, "*"},
	{"internal/scenario/sdkaws", false, ""},
	{"internal/archtest", false, ""},
	{"internal/servers", false, ""},
	{"internal/screenshots", false, ""}, // only tests: a browser before the demo
	{"cmd/ebbmark", false, "*"},
	{"internal/bench", false, "*"},
}

// impure are the imports a pure room must not have.
var impure = []string{"os", "net", "database/sql", "log", "log/slog", "math/rand", "math/rand/v2", "crypto/rand"}

type pkg struct {
	ImportPath string
	Imports    []string
}

func TestRoomsImportOnlyWhatTheyMay(t *testing.T) {
	seen := 0
	for _, p := range packages(t) {
		name, ours := strings.CutPrefix(p.ImportPath, module)
		if !ours {
			continue
		}
		seen++
		i := slices.IndexFunc(rooms, func(r struct {
			name    string
			pure    bool
			imports string
		}) bool {
			return r.name == name
		})
		if i < 0 {
			t.Errorf("package %s has no row in the table: decide where it stands", name)
			continue
		}
		room := rooms[i]
		for _, imp := range p.Imports {
			if target, ours := strings.CutPrefix(imp, module); ours && room.imports != "*" &&
				!slices.Contains(strings.Fields(room.imports), target) && !strings.HasPrefix(target, name+"/") {
				t.Errorf("%s imports %s, which its row does not allow", name, target)
			}
			if room.pure && (slices.Contains(impure, imp) || strings.HasPrefix(imp, "net/")) && imp != "net/netip" && imp != "net/url" {
				t.Errorf("%s is pure and imports %s", name, imp)
			}
		}
	}
	if seen < 15 {
		t.Fatalf("saw %d packages: the test looked in the wrong place", seen)
	}
}

// TestPureRoomsHaveNoClock looks for time.Now in the files of pure rooms.
func TestPureRoomsHaveNoClock(t *testing.T) {
	for _, room := range rooms {
		if !room.pure {
			continue
		}
		out, err := exec.Command("grep", "-nE", `time\.(Now|Since|Until)\(`, "-r", "--include=*.go", "--exclude=*_test.go", "--exclude-dir=gen", "../../"+room.name).Output()
		if exit, ok := errors.AsType[*exec.ExitError](err); ok && exit.ExitCode() == 1 {
			continue // no line matches
		}
		t.Errorf("%s reads the clock (%v):\n%s", room.name, err, out)
	}
}

func packages(t *testing.T) []pkg {
	cmd := exec.Command("go", "list", "-json=ImportPath,Imports", "./...")
	cmd.Dir = "../.."
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var all []pkg
	for dec := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p pkg
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
}
