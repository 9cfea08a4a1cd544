package accessanalyzer

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ebbmark/ebbmark/analyzers"
	"github.com/ebbmark/ebbmark/catalog"
	"github.com/ebbmark/ebbmark/grant"
	"github.com/ebbmark/ebbmark/inventory"
	"github.com/ebbmark/ebbmark/store"
)

const (
	byAll  = `"action":["sts:AssumeRole"],"condition":{},"isPublic":true,"principal":{"AWS":"*"}`
	byOne  = `"action":["sts:AssumeRole"],"condition":{"aws:MultiFactorAuthPresent":"true"},"isPublic":false,"principal":{"AWS":"arn:aws:iam::444455556666:root"}`
	shared = `"resource":"` + entity + `role/shared","resourceType":"AWS::IAM::Role","resourceOwnerAccount":"111122223333",` +
		`"createdAt":"2026-06-01T12:00:00Z","analyzedAt":"2026-06-01T12:00:00Z","updatedAt":"2026-06-01T12:00:00Z","status":"ACTIVE"`
)

// TestExternalAccess reads findings of external access in both versions.
func TestExternalAccess(t *testing.T) {
	w := newWorld(t)
	w.make()
	ofOutside := func(more string) string { return `{"analyzerArn":"` + outside + `",` + more + `}` }
	public := w.find(outside, `{"isPublic":{"eq":["true"]}}`)
	foreign := w.find(outside, `{"principal.AWS":{"contains":["444455556666"]},"condition.aws:MultiFactorAuthPresent":{"exists":true}}`)

	w.want("POST /finding", ofOutside(`"filter":{"isPublic":{"eq":["true"]}}`), `{"findings":[{"id":"`+public+`",`+byAll+`,`+shared+`}]}`)
	w.want("GET /finding/"+foreign+"?analyzerArn="+outside, "", `{"finding":{"id":"`+foreign+`",`+byOne+`,`+shared+`}}`)
	w.want("GET /findingv2/"+foreign+"?analyzerArn="+outside, "", `{`+summary(foreign, "role/shared", "Role", "ACTIVE", "ExternalAccess")+`,"findingDetails":[{"externalAccessDetails":{`+byOne+`}}]}`)
	w.want("POST /analyzer/findings/statistics", `{"analyzerArn":"`+outside+`"}`, `{"findingsStatistics":[{"externalAccessFindingsStatistics":{"resourceTypeStatistics":`+
		`{"AWS::IAM::Role":{"totalActivePublic":1,"totalActiveCrossAccount":1,"totalActiveErrors":0}},"totalActiveFindings":2,"totalArchivedFindings":0,"totalResolvedFindings":0}}],"lastUpdatedAt":"2026-06-01T12:00:00Z"}`)

	resource := func(name string) string {
		return `{"resource":{"resourceArn":"` + entity + `role/` + name + `","resourceOwnerAccount":"111122223333","resourceType":"AWS::IAM::Role",`
	}
	get := "GET /analyzed-resource?analyzerArn=" + outside + "&resourceArn=" + entity + "role/"
	const seen = `"createdAt":"2026-06-01T12:00:00Z","analyzedAt":"2026-06-01T12:00:00Z","updatedAt":"2026-06-01T12:00:00Z",`
	w.want(get+"shared", "", resource("shared")+seen+`"isPublic":true,"actions":["sts:AssumeRole"],"status":"ACTIVE"}}`)
	w.want(get+"idle", "", resource("idle")+`"createdAt":"2024-01-01T00:00:00Z","analyzedAt":"2026-06-01T12:00:00Z","updatedAt":"2026-06-01T12:00:00Z","isPublic":false}}`)
	w.do("PUT /finding", ofOutside(`"status":"ARCHIVED","ids":["`+public+`"]`))
	w.want(get+"shared", "", resource("shared")+seen+`"isPublic":false,"actions":["sts:AssumeRole"],"status":"ACTIVE"}}`)
	w.do("PUT /finding", ofOutside(`"status":"ARCHIVED","ids":["`+foreign+`"]`))
	w.want(get+"shared", "", resource("shared")+seen+`"isPublic":false,"status":"ARCHIVED"}}`)

	w.try(w.Book.Update(t.Context(), owner, func(a *inventory.Account) error {
		r := *a.RoleByName("shared")
		r.Trust = ""
		i := slices.IndexFunc(a.Roles, func(r *inventory.Role) bool { return r.Name == "shared" })
		a.Roles[i] = &r
		return nil
	}))
	w.do("POST /resource/scan", ofOutside(`"resourceArn":"`+entity+`role/shared"`))
	w.want(get+"shared", "", resource("shared")+seen+`"isPublic":false,"status":"RESOLVED"}}`)
	if got := w.do("POST /analyzed-resource", ofOutside(`"resourceType":"AWS::IAM::User"`)); got != `{"analyzedResources":[]}` {
		t.Errorf("users: %s", got)
	}
}

func TestStatistics(t *testing.T) {
	w := newWorld(t)
	w.make()
	w.do("PUT /finding", `{"analyzerArn":"`+unused+`","status":"ARCHIVED","resourceArn":"`+entity+`user/alice"}`)
	w.want("POST /analyzer/findings/statistics", `{"analyzerArn":"`+unused+`"}`, `{"findingsStatistics":[{"unusedAccessFindingsStatistics":{"unusedAccessTypeStatistics":[`+
		`{"unusedAccessType":"UnusedIAMRole","total":3},{"unusedAccessType":"UnusedIAMUserPassword","total":1},{"unusedAccessType":"UnusedPermission","total":2}],`+
		`"topAccounts":[{"account":"111122223333","numberOfActiveFindings":6,"details":{"UnusedIAMRole":3,"UnusedIAMUserPassword":1,"UnusedPermission":2}}],`+
		`"totalActiveFindings":6,"totalArchivedFindings":2,"totalResolvedFindings":0}}],"lastUpdatedAt":"2026-06-01T12:00:00Z"}`)
	w.do("PUT /finding", `{"analyzerArn":"`+unused+`","status":"ACTIVE","resourceArn":"`+entity+`user/alice"}`)
}

// TestPages reads every list one by one: the pages are the list.
func TestPages(t *testing.T) {
	w := newWorld(t)
	w.make()
	for _, name := range []string{"c", "a", "b"} {
		w.do("PUT /analyzer/unused/archive-rule", `{"ruleName":"`+name+`","filter":{"error":{"exists":true}}}`)
	}
	id := w.find(unused, `{"resource":{"eq":["`+entity+`role/service/app"]}}`)
	for sentence, list := range map[string]struct {
		request, body string // with %s for what a page needs
		member        string // of each entry, and its values in order
		want          string
	}{
		"analyzers":            {"GET /analyzer?%s", "", "name", "outside unused"},
		"rules":                {"GET /analyzer/unused/archive-rule?%s", "", "ruleName", "a b c"},
		"details":              {"GET /findingv2/" + id + "?analyzerArn=" + unused + "&%s", "", "serviceNamespace", "ec2 sqs"},
		"findings by resource": {"POST /findingv2", `{"analyzerArn":"` + unused + `","filter":{"findingType":{"eq":["UnusedPermission"]}},"sort":{"attributeName":"resource","orderBy":"DESC"},%s}`, "resource", "dev/bob alice service/app"},
		"of the first version": {"POST /finding", `{"analyzerArn":"` + outside + `","sort":{"attributeName":"id"},%s}`, "AWS", "* arn:aws:iam::444455556666:root"},
		"resources":            {"POST /analyzed-resource", `{"analyzerArn":"` + unused + `","resourceType":"AWS::IAM::User",%s}`, "resourceArn", "alice auditor carol dev/bob"},
	} {
		var got []string
		for token, pages := "", 0; token != "" || pages == 0; pages++ {
			if pages > 10 {
				t.Fatalf("%s: no end after %q", sentence, got)
			}
			request, body := paged(list.request, list.body, token)
			text := w.do(request, body)
			_, after, found := strings.Cut(text, `"`+list.member+`":"`)
			if !found || strings.Count(text, `"`+list.member+`":"`) != 1 {
				t.Fatalf("%s: the page has not one entry: %s", sentence, text)
			}
			one, _, _ := strings.Cut(after, `"`)
			got = append(got, strings.TrimPrefix(strings.TrimPrefix(one, entity+"user/"), entity+"role/"))
			token = ""
			if strings.Contains(text, `"nextToken"`) {
				token = value(t, text, "nextToken")
			}
		}
		if strings.Join(got, " ") != list.want {
			t.Errorf("%s: got %q, want %q", sentence, strings.Join(got, " "), list.want)
		}
	}

	// A token is of one list.
	token := value(t, w.do("GET /analyzer?maxResults=1", ""), "nextToken")
	w.refuses("GET /analyzer?nextToken="+token+"&type=ACCOUNT", "", wrong("nextToken", badToken))
	w.refuses("GET /analyzer/unused/archive-rule?nextToken="+token, "", wrong("nextToken", badToken))
	token = value(t, w.do("POST /findingv2", `{"analyzerArn":"`+unused+`","maxResults":1}`), "nextToken")
	w.refuses("POST /findingv2", `{"analyzerArn":"`+outside+`","nextToken":"`+token+`"}`, wrong("nextToken", badToken))
	w.refuses("POST /findingv2", `{"analyzerArn":"`+unused+`","nextToken":"`+token+`","sort":{"orderBy":"ASC"}}`, wrong("nextToken", badToken))
}

// paged is a request for one entry after a token.
func paged(request, body, token string) (string, string) {
	query, members := "maxResults=1", `"maxResults":1`
	if token != "" {
		query, members = query+"&nextToken="+token, members+`,"nextToken":"`+token+`"`
	}
	return strings.Replace(request, "%s", query, 1), strings.Replace(body, "%s", members, 1)
}

// TestOrders: a list that says nothing has the last update first.
func TestOrders(t *testing.T) {
	w := newWorld(t, func(c *analyzers.Config) { c.AsOf = time.Time{} })
	w.make()
	w.now = w.now.Add(time.Hour)
	w.do("PUT /finding", `{"analyzerArn":"`+unused+`","status":"ARCHIVED","resourceArn":"`+entity+`user/dev/bob"}`)
	first := func(sort string) string {
		text := w.do("POST /findingv2", `{"analyzerArn":"`+unused+`","maxResults":1`+sort+`}`)
		_, text, _ = strings.Cut(text, `"resource":"`+entity)
		name, _, _ := strings.Cut(text, `"`)
		return name
	}
	for sort, want := range map[string]string{
		``:                                      "user/dev/bob",
		`,"sort":{}`:                            "user/dev/bob",
		`,"sort":{"orderBy":"DESC"}`:            "user/dev/bob",
		`,"sort":{"orderBy":"ASC"}`:             "role/idle",
		`,"sort":{"attributeName":"updatedAt"}`: "role/idle",
		`,"sort":{"attributeName":"resource"}`:  "role/idle",
		`,"sort":{"attributeName":"resource","orderBy":"DESC"}`:    "user/dev/bob",
		`,"sort":{"attributeName":"findingType","orderBy":"DESC"}`: "role/service/app",
	} {
		if got := first(sort); got != want {
			t.Errorf("%s: %s is first, want %s", sort, got, want)
		}
	}
}

// failing is a store whose reads of documents fail.
type failing struct {
	store.Store
	err error
}

func (f *failing) GetDoc(ctx context.Context, kind store.Kind, id string) ([]byte, store.Version, error) {
	if f.err != nil {
		return nil, 0, f.err
	}
	return f.Store.GetDoc(ctx, kind, id)
}

func (f *failing) PutDoc(ctx context.Context, kind store.Kind, id string, body []byte, old store.Version) (store.Version, error) {
	if f.err == nil && kind == store.KindAnalyzers {
		return 0, store.ErrConflict
	}
	return f.Store.PutDoc(ctx, kind, id, body, old)
}

// TestOurFaults: what is ours to know is not told, and clients may try again.
func TestOurFaults(t *testing.T) {
	broken := &failing{err: errors.New("the disk is on fire")}
	w := newWorld(t, func(c *analyzers.Config) { broken.Store, c.Store = c.Store, broken })
	for _, request := range []string{"GET /analyzer", "GET /analyzer/unused", "POST /findingv2", "PUT /analyzer", "GET /policy/generation", "GET /policy/generation/x"} {
		a := w.ask(callerOf(owner, "us-east-1"), request, `{"analyzerArn":"`+unused+`","analyzerName":"unused","type":"ACCOUNT"}`)
		if a.Status != 500 || a.Header["X-Amzn-ErrorType"] != "InternalServerException" || a.Header["Retry-After"] != "1" || strings.Contains(string(a.Body), "fire") ||
			a.Cause == nil || !strings.Contains(a.Cause.Error(), "the disk is on fire") {
			t.Errorf("%s: %s", request, said(a))
		}
	}
	broken.err = nil // and every write loses
	a := w.ask(callerOf(owner, "us-east-1"), "PUT /analyzer", `{"analyzerName":"unused","type":"ACCOUNT"}`)
	if got := said(a); got != `429 ThrottlingException {"message":"Too many requests change this at the same time. Try again."}` || a.Header["Retry-After"] != "1" {
		t.Errorf("busy: %s", got)
	}
}

// TestBeforeTheFirstScan: an analyzer that has looked at nothing says so.
func TestBeforeTheFirstScan(t *testing.T) {
	w := newWorld(t, func(c *analyzers.Config) {
		c.Catalog = func(context.Context) (*catalog.Catalog, *grant.Engine, error) {
			return nil, nil, errors.New("no catalogue")
		}
	})
	w.do("PUT /analyzer", `{"analyzerName":"unused","type":"ACCOUNT_UNUSED_ACCESS"}`)
	w.want("GET /analyzer/unused", "", `{"analyzer":{"arn":"`+unused+`","name":"unused","type":"ACCOUNT_UNUSED_ACCESS","createdAt":"2026-06-01T12:00:00Z","tags":{},"status":"ACTIVE",`+
		`"configuration":{"unusedAccess":{"unusedAccessAge":90}}}}`)
	w.want("POST /findingv2", `{"analyzerArn":"`+unused+`"}`, `{"findings":[]}`)
	w.want("POST /analyzed-resource", `{"analyzerArn":"`+unused+`"}`, `{"analyzedResources":[]}`)
	w.want("POST /analyzer/findings/statistics", `{"analyzerArn":"`+unused+`"}`, `{"findingsStatistics":[{"unusedAccessFindingsStatistics":{"unusedAccessTypeStatistics":[],`+
		`"totalActiveFindings":0,"totalArchivedFindings":0,"totalResolvedFindings":0}}]}`)
}
