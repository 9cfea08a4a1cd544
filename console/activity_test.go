package console

import (
	"strings"
	"testing"
	"time"

	"github.com/ebbmark/ebbmark/activity"
	"github.com/ebbmark/ebbmark/api/ebbmark"
)

// readLog notes that logs of these days were read, until day 400 before now all.
func (w *world) readLog(region string, days ...string) {
	w.t.Helper()
	var list []activity.Fact
	for _, text := range days {
		at, err := time.Parse(time.DateOnly, text)
		must(w.t, err)
		list = append(list, activity.Attempt(activity.Key{Account: f1Account, Region: region, Class: activity.Coverage}, at, ""))
	}
	must(w.t, w.facts.MergeFacts(w.t.Context(), list))
}

func TestActivityIsDrawn(t *testing.T) {
	w := signedIn(t, auditorKey)
	w.readLog("us-west-2", "2026-05-20", "2026-05-21")
	page := w.page("/console/roles/activity?id=app")
	has(t, page,
		`<a href="/console/roles/activity?id=app" aria-current="page">Activity</a>`,
		"On 398 of the 400 days no log was read", `<a href="/console/coverage">See the coverage</a>`,
		"<title>Active on 2 days of 400, from 2025-04-28 to 2026-06-01; of 398 days there is no log</title>",
		`<path class="level-1" d="M`, `<path class="idle" d="M`, `<path class="gap" d="M`,
		`<a href="/console/roles/last-accessed/service?id=app&amp;service=s3">Amazon S3</a> <span class="muted">s3</span>`,
		"<title>Used on 1 day of 400, first on 2025-09-01, last on 2025-09-01</title>", `<path class="life" d="M126 8h1"/><path class="use" d="M126 8h1"/>`,
		"curl --aws-sigv4 aws:amz:us-east-1:ebbmark", "/v1/activity?arn=arn%3Aaws%3Aiam%3A%3A111122223333%3Arole%2Fservice%2Fapp",
	)
	if s3, ec2 := strings.Index(page, ">Amazon S3<"), strings.Index(page, ">Amazon EC2<"); s3 < 0 || ec2 < s3 {
		t.Error("the latest use is not first")
	}
	idle := w.page("/console/users/activity?id=auditor")
	has(t, idle, "No log that was read has a call of this user.")
	lacks(t, idle, "<h2>By service</h2>")
	if a := w.send("GET", "/console/groups/activity?id=Developers", nil); a.Code != 404 {
		t.Errorf("activity of a group: %d", a.Code)
	}
	lacks(t, w.page("/console/policies/details?id="+teamEc2), ">Activity</a>")
}

func TestWithoutAnyLogNothingIsClaimed(t *testing.T) {
	w := signedIn(t, auditorKey)
	page := w.page("/console/users/activity?id=auditor")
	has(t, page, "No log of this account was read for these days: nothing is known of them.")
	lacks(t, page, "<svg class=\"picture weeks\" role")
	has(t, w.page("/console/coverage"), "No log of this account was read. Read CloudTrail logs with <code>ebbmark ingest PATH</code>")
	has(t, w.page("/console/"), "No log of this account was read, so nothing is proven unused. <a href=\"/console/coverage\">See the coverage</a>. <code>ebbmark ingest PATH</code>",
		"<dt>Latest record</dt><dd><span class=\"muted\">never</span></dd>", "no log is being read now")
}

func TestCoverageIsDrawn(t *testing.T) {
	w := signedIn(t, auditorKey)
	w.readLog("us-west-2", "2026-05-20", "2026-05-21", "2026-05-29")
	w.readLog("eu-west-1", "2025-04-28")
	page := w.page("/console/coverage")
	has(t, page, `<h2>eu-west-1 <span class="muted">1 of 400 days</span></h2>`, `<h2>us-west-2 <span class="muted">3 of 400 days</span></h2>`,
		"<title>us-west-2: a log of 3 of 400 days</title>", "<li>2026-05-30 to 2026-06-01 (3 days)</li><li>2026-05-22 to 2026-05-28 (7 days)</li>", "<summary>The same on the command line</summary>", "ebbmark coverage 111122223333")
	if a := w.send("GET", "/console/coverage?account=999999999999", nil); a.Code != 403 {
		t.Errorf("coverage of a stranger: %d", a.Code)
	}
	has(t, w.page("/console/"), "The latest record of a log is 3 days old. <a href=\"/console/coverage\">See the coverage</a>.",
		"Of 396 days of the last 400 no log was read", "<dd>4 of the last 400 days have a log of some Region, of 2 with logs; without a gap since 2026-05-29 (<a href=\"/console/coverage\">calendar</a>)</dd>")
}

func TestHomeShowsSourcesOfLogs(t *testing.T) {
	w := signedIn(t, auditorKey)
	w.sources = []ebbmark.Source{{Kind: "bucket", State: "failing", FilesRead: 7, FilesFailed: 1, Refused: 2}, {Kind: "folder", State: "waiting", LastSuccess: f1Now.Add(-time.Minute)}}
	has(t, w.page("/console/"), "A source of logs, a bucket, cannot be read. The server&#39;s log says why.", "1 file of a source, a bucket, could not be read. <code>ebbmark ledger list --state failed</code>",
		"<dt>Source (bucket)</dt><dd>failing; since the server started 7 files read, 1 failed, 2 records refused</dd>", "<dt>Source (folder)</dt><dd>waiting, last read <time", "ebbmark v1.2.3")
}

// TestPicturesAreHiddenFromThoseWhoMayNot: the rest of the start page is shown.
func TestPicturesAreHiddenFromThoseWhoMayNot(t *testing.T) {
	w := signedIn(t, weakKey)
	home := w.page("/console/")
	has(t, home, "<code>ebbmark:GetStatus</code>")
	lacks(t, home, `<h2 id="logs">`)
	if a := w.send("GET", "/console/coverage", nil); a.Code != 403 || !strings.Contains(a.Body.String(), "Ask an administrator to allow ebbmark:GetCoverage") {
		t.Errorf("coverage: %d", a.Code)
	}
}

func TestWeeksBeginOnSunday(t *testing.T) {
	f := newFrameOfDays("2026-05-29", "2026-06-02") // Friday to Tuesday
	w := newWeeks("x", f, []string{"a", "", "a", "b", "a"})
	want := []layer{{"a", "M0 81h10M12 21h10M12 45h10"}, {"b", "M12 33h10"}}
	if w.Width != 24 || len(w.Layers) != 2 || w.Layers[0] != want[0] || w.Layers[1] != want[1] {
		t.Errorf("%+v", w)
	}
}

func TestStripsKeepToTheFrame(t *testing.T) {
	f := newFrameOfDays("2026-05-01", "2026-05-10")
	s := newStrip("x", f, stripLayer{"life", []span{{From: "2020-01-01", To: "2026-05-03"}}}, stripLayer{"use", []span{{From: "2026-05-09", To: "2027-01-01"}, {From: "2020-01-01", To: "2020-01-02"}}}, stripLayer{"gap", nil})
	if len(s.Layers) != 2 || s.Layers[0].Path != "M0 8h3" || s.Layers[1].Path != "M8 8h2" || s.Width != 10 {
		t.Errorf("%+v", s)
	}
}
