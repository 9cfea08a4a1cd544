package ingest

import (
	"time"

	"github.com/ebbmark/ebbmark/activity"
	"github.com/ebbmark/ebbmark/cloudtrail"
)

// coverageKey names the fact that logs of an account and Region were read: an
// account that a trail recorded, and days that are in the fact.
func coverageKey(account, region string) activity.Key {
	return activity.Key{Account: account, Region: region, Class: activity.Coverage}
}

// cover notes that the log has a record of this account, Region and day. Every
// record with a usable time counts, whatever it is: a service event shows as
// well as an API call that the log of that day was there. list is what the
// record gave.
func (w *reader) cover(r *cloudtrail.Record, list []cloudtrail.Attempt) {
	if len(list) > 0 {
		w.coverCall(r, list[0].Account, list[0].Time, list[0].EventID)
		return
	}
	at, err := r.When(w.now)
	account := recorder(r, "")
	if err != nil || account == "" || !isRegion(r.Region) {
		return
	}
	id := ""
	if len(r.EventID) <= maxEventID {
		id = r.ID()
	}
	w.covered.add(coverageKey(account, r.Region), at, id)
}

// coverCall is cover for a record that gave attempts, and returns the place of
// the fact in covered.
func (w *reader) coverCall(r *cloudtrail.Record, caller string, at time.Time, event string) int32 {
	return w.covered.add(coverageKey(recorder(r, caller), r.Region), at, event)
}

// recorder is the account whose trail recorded r: the one that received this
// copy, else the caller's.
func recorder(r *cloudtrail.Record, caller string) string {
	for _, a := range []string{r.Recipient, caller, r.User.AccountID, r.User.Issuer.AccountID} {
		if isAccount(a) {
			return a
		}
	}
	return ""
}

// coverName notes the day in the name of a delivered file, which is the only
// trace of a day without events (CT-50). It is the day of delivery.
func (w *reader) coverName(name string) {
	account, region, day, ok := cloudtrail.ParseKey(name)
	if ok && !day.After(w.now) {
		w.covered.add(coverageKey(account, region), day, "")
	}
}

func isAccount(s string) bool {
	if len(s) != 12 {
		return false
	}
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}

// isRegion reports whether s may be the name of a Region.
func isRegion(s string) bool {
	if s == "" || len(s) > maxRegion {
		return false
	}
	for i := range len(s) {
		c := s[i]
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' {
			return false
		}
	}
	return true
}
