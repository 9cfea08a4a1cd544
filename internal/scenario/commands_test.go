package scenario

import (
	"encoding/base32"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/ebbmark/ebbmark/auth"
)

// commands are what a script may say beyond testscript's own words; see
// doc.go.
var commands = map[string]func(ts *testscript.TestScript, neg bool, args []string){
	"serve":  serve,
	"halt":   func(ts *testscript.TestScript, _ bool, _ []string) { here(ts).end(ts, syscall.SIGTERM) },
	"crash":  func(ts *testscript.TestScript, _ bool, _ []string) { here(ts).end(ts, syscall.SIGKILL) },
	"key":    key,
	"assume": assume,
	"as":     as,
	"aws":    callAWS,
	"settle": settle,
	"save":   save,
	"json":   compareJSON,
	"error":  wantError,
	"raw":    raw,
	"is":     is,
	"count":  count,
	"codes":  codes,
	"known":  known,
}

func here(ts *testscript.TestScript) *world { return ts.Value(worldKey{}).(*world) }

func serve(ts *testscript.TestScript, _ bool, args []string) {
	ts.Setenv("ENDPOINT", here(ts).start(ts, args))
}

// key NAME ARN [flags]: an access key for a principal.
func key(ts *testscript.TestScript, _ bool, args []string) {
	command := append([]string{"keys", "create", "--format", "json"}, args[1:]...)
	ts.Check(ts.Exec("ebbmark", command...))
	var c struct{ AccessKey credentials }
	ts.Check(json.Unmarshal([]byte(ts.ReadFile("stdout")), &c))
	here(ts).users[args[0]] = c.AccessKey
}

// assume NAME ROLE_ARN SESSION [POLICY]: temporary credentials of a role.
// assume NAME: temporary credentials of the same user (GetSessionToken).
func assume(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) >= 3 {
		call := []string{"sts", "assume-role", "--role-arn", args[1], "--role-session-name", args[2]}
		if len(args) == 4 {
			call = append(call, "--policy", args[3])
		}
		callAWS(ts, false, call)
	} else {
		callAWS(ts, false, []string{"sts", "get-session-token"})
	}
	var out struct{ Credentials credentials }
	ts.Check(json.Unmarshal([]byte(ts.ReadFile("stdout")), &out))
	here(ts).users[args[0]] = out.Credentials
}

// as NAME: who makes the following calls.
func as(ts *testscript.TestScript, _ bool, args []string) {
	c, ok := here(ts).users[args[0]]
	if !ok {
		ts.Fatalf("nobody is called %s", args[0])
	}
	ts.Setenv("AWS_ACCESS_KEY_ID", c.AccessKeyId)
	ts.Setenv("AWS_SECRET_ACCESS_KEY", c.SecretAccessKey)
	ts.Setenv("AWS_SESSION_TOKEN", c.SessionToken)
}

func callAWS(ts *testscript.TestScript, neg bool, args []string) {
	client := here(ts).client
	command := append(append(slices.Clone(client[1:]), "--endpoint-url", ts.Getenv("ENDPOINT")), args...)
	err := ts.Exec(client[0], command...)
	if neg && err == nil {
		ts.Fatalf("the call succeeded:\n%s", ts.ReadFile("stdout"))
	} else if !neg && err != nil {
		ts.Fatalf("%v\n%s\n%s", err, ts.ReadFile("stderr"), tail(ts))
	}
}

// settle SERVICE OP …: a call, again and again until its answer says nothing of
// IN_PROGRESS.
func settle(ts *testscript.TestScript, _ bool, args []string) {
	for end := time.Now().Add(settleLimit); ; {
		callAWS(ts, false, args)
		if !strings.Contains(ts.ReadFile("stdout"), "IN_PROGRESS") {
			return
		}
		if time.Now().After(end) {
			ts.Fatalf("still in progress after %v", settleLimit)
		}
	}
}

const settleLimit = 20 * time.Second

func tail(ts *testscript.TestScript) string {
	log, err := os.ReadFile(ts.MkAbs("server.log"))
	if err != nil {
		return ""
	}
	return "server: " + string(log[max(0, len(log)-2000):])
}

// save NAME PATH: a value of the last answer, such as "JobId" or
// "Users.0.Arn", as a variable.
func save(ts *testscript.TestScript, _ bool, args []string) {
	ts.Setenv(args[0], fmt.Sprint(at(ts, args[1])))
}

// known NAME KEY SECRET: a caller whose key the script has made itself.
func known(ts *testscript.TestScript, _ bool, args []string) {
	here(ts).users[args[0]] = credentials{AccessKeyId: args[1], SecretAccessKey: args[2]}
}

// codes SEED: the codes that an MFA device with this seed (base 32, or that in
// base64 as SDKs have it, or a file of it) shows now and half a minute and a minute
// later, as $CODE1, $CODE2 and $CODE3.
func codes(ts *testscript.TestScript, _ bool, args []string) {
	text := args[0]
	if file, err := os.ReadFile(ts.MkAbs(text)); err == nil {
		text = strings.TrimSpace(string(file))
	}
	if decoded, err := base64.StdEncoding.DecodeString(text); err == nil && len(text) > 64 {
		text = string(decoded)
	}
	seed, err := base32.StdEncoding.DecodeString(text)
	ts.Check(err)
	step := auth.StepAt(time.Now())
	ts.Setenv("CODE1", auth.Code(seed, step))
	ts.Setenv("CODE2", auth.Code(seed, step+1))
	ts.Setenv("CODE3", auth.Code(seed, step+2))
}

// is PATH VALUE: the last answer has this value there.
func is(ts *testscript.TestScript, _ bool, args []string) {
	got := fmt.Sprint(normal(at(ts, args[0])))
	if want := fmt.Sprint(normal(args[1])); got != want {
		ts.Fatalf("%s: want %s, got %s", args[0], want, got)
	}
}

// count PATH N: the last answer has a list of N members there.
func count(ts *testscript.TestScript, _ bool, args []string) {
	list, ok := at(ts, args[0]).([]any)
	if !ok || strconv.Itoa(len(list)) != args[1] {
		ts.Fatalf("%s: want a list of %s, got %d", args[0], args[1], len(list))
	}
}

// at is the value at a path of the last answer.
func at(ts *testscript.TestScript, path string) any {
	v := decode(ts, ts.ReadFile("stdout"), "the answer")
	for step := range strings.SplitSeq(path, ".") {
		switch in := v.(type) {
		case map[string]any:
			v = in[step]
		case []any:
			i, err := strconv.Atoi(step)
			ts.Check(err)
			if i >= len(in) {
				ts.Fatalf("%s: the list has %d members", path, len(in))
			}
			v = in[i]
		}
	}
	if v == nil {
		ts.Fatalf("the answer has no %s:\n%s", path, ts.ReadFile("stdout"))
	}
	return v
}

// json FILE: the last answer is this JSON, whatever the order of keys and the
// form of times. Variables in the file are filled in; the string "*" stands for
// any value.
func compareJSON(ts *testscript.TestScript, _ bool, args []string) {
	want := normal(decode(ts, os.Expand(ts.ReadFile(args[0]), ts.Getenv), args[0]))
	got := normal(decode(ts, ts.ReadFile("stdout"), "the answer"))
	if diff := difference("", want, got); diff != "" {
		ts.Fatalf("%s: %s\ngot:\n%s", args[0], diff, ts.ReadFile("stdout"))
	}
}

// normal writes every time in one form.
func normal(v any) any {
	switch v := v.(type) {
	case string:
		if t, err := time.Parse(time.RFC3339Nano, v); err == nil {
			return t.UTC().Format(time.RFC3339Nano)
		}
	case []any:
		for i := range v {
			v[i] = normal(v[i])
		}
	case map[string]any:
		for k := range v {
			v[k] = normal(v[k])
		}
	}
	return v
}

// difference says where got is not what is wanted; empty when it is.
func difference(at string, want, got any) string {
	if want == "*" && got != nil {
		return ""
	}
	switch want := want.(type) {
	case map[string]any:
		have, ok := got.(map[string]any)
		if !ok {
			return fmt.Sprintf("%s: want an object, got %v", at, got)
		}
		names := maps.Clone(want)
		maps.Copy(names, have)
		for _, name := range slices.Sorted(maps.Keys(names)) {
			if diff := difference(at+"."+name, want[name], have[name]); diff != "" {
				return diff
			}
		}
	case []any:
		have, ok := got.([]any)
		if !ok || len(have) != len(want) {
			return fmt.Sprintf("%s: want a list of %d, got %v", at, len(want), got)
		}
		for i := range want {
			if diff := difference(fmt.Sprintf("%s[%d]", at, i), want[i], have[i]); diff != "" {
				return diff
			}
		}
	default:
		if want != got {
			return fmt.Sprintf("%s: want %v, got %v", at, want, got)
		}
	}
	return ""
}

// error CODE TEXT: the last call failed with this code and exactly this text.
func wantError(ts *testscript.TestScript, _ bool, args []string) {
	stderr := ts.ReadFile("stderr")
	// The CLI adds this to every error when it may try only once.
	stderr = strings.Replace(stderr, " (reached max retries: 0)", "", 1)
	_, rest, ok := strings.Cut(stderr, "An error occurred ("+args[0]+") when calling the ")
	if _, message, found := strings.Cut(strings.TrimSpace(rest), " operation: "); !ok || !found || message != args[1] {
		ts.Fatalf("want error %s: %s\ngot %s", args[0], args[1], stderr)
	}
}
