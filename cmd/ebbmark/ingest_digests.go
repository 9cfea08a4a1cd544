package main

import (
	"context"
	"fmt"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"github.com/ebbmark/ebbmark/digest"
)

// digestCheck is what --verify-digests needs; nil: nothing is verified.
type digestCheck struct {
	places []string
	keys   digest.Keys
}

// digestCheck reads what --verify-digests needs before anything is ingested.
func (f ingestFlags) digestCheck(args []string) (*digestCheck, error) {
	switch {
	case !f.verify && f.keys != "":
		return nil, usageError("--public-keys goes with --verify-digests")
	case !f.verify:
		return nil, nil
	case f.follow:
		return nil, usageError("--verify-digests does not go with --follow: the digest of a log comes up to an hour after it")
	}
	for _, arg := range args {
		if !strings.HasPrefix(arg, "s3://") && (arg == "-" || !isPath(arg) || strings.HasPrefix(arg, "sqs:")) {
			return nil, usageError("--verify-digests: %q has no digests: want folders or s3://BUCKET/PREFIX", arg)
		}
	}
	keys, err := readPublicKeys(f.keys)
	if err != nil {
		return nil, err
	}
	return &digestCheck{args, keys}, nil
}

// verify proves the logs of the sources by the digests of their window. A source
// without digests is a fault: nothing of it is proven.
func (p *program) verify(ctx context.Context, c *digestCheck, f awsFlags) (digest.Result, error) {
	all := digest.Result{Faults: []digest.Fault{}}
	for _, place := range c.places {
		where, window := digestsOf(place)
		var r digest.Result
		on, err := p.openShelf(ctx, where, f)
		if err == nil {
			r, err = checkDigests(ctx, on, window, c.keys)
		}
		if err != nil {
			return all, fmt.Errorf("verify the digests of %s: %w", place, err)
		}
		if r.Digests == 0 {
			r.Faults = append(r.Faults, digest.Fault{Kind: digest.NoDigest, Object: where, Reason: "there is no digest of what was read, so nothing of it is proven"})
		}
		all.Digests, all.ValidDigests = all.Digests+r.Digests, all.ValidDigests+r.ValidDigests
		all.Logs, all.ValidLogs = all.Logs+r.Logs, all.ValidLogs+r.ValidLogs
		all.Faults = append(all.Faults, r.Faults...)
	}
	return all, nil
}

// ofLogs is a place within the logs of an account (CT-50).
var ofLogs = regexp.MustCompile(`^(.*AWSLogs/(?:o-[a-z0-9]+/)?\d{12}/)CloudTrail(/[a-z0-9-]+)?(/\d{4})?(/\d{2})?(/\d{2})?(?:/.*)?$`)

// digestsOf is where the digests of a place are, and of which time those are that
// tell of it: the digests of an account's logs are in a folder beside them, and a
// place that is a year, month or day needs those of that time alone.
func digestsOf(place string) (where string, w digestWindow) {
	if !strings.HasPrefix(place, "s3://") {
		if abs, err := filepath.Abs(place); err == nil {
			place = filepath.ToSlash(abs)
		}
	}
	m := ofLogs.FindStringSubmatch(place)
	if m == nil {
		return place, w
	}
	where = m[1] + strings.Trim(digestFolder, "/") + m[2]
	for _, unit := range []struct {
		layout              string
		years, months, days int
	}{{"/2006/01/02", 0, 0, 1}, {"/2006/01", 0, 1, 0}, {"/2006", 1, 0, 0}} {
		if day, err := time.Parse(unit.layout, m[3]+m[4]+m[5]); err == nil {
			return where, digestWindow{day, day.AddDate(unit.years, unit.months, unit.days)}
		}
	}
	return where, w
}
