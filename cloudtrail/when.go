package cloudtrail

import "time"

// When is the record's time, checked against the ingester's clock (CT-2),
// whether or not the rest of the record can be used: a record of any kind is
// evidence that the log of its day was there.
func (r *Record) When(now time.Time) (time.Time, error) { return r.time(now) }
