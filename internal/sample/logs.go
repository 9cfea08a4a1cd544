package sample

import (
	"fmt"
	"hash/fnv"
	"io"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"github.com/klauspost/compress/gzip"

	"github.com/ebbmark/ebbmark/inventory"
)

const (
	maxFileRecords = 3000 // CloudTrail begins a new file when one is full
	duplicates     = 200  // one record in so many is delivered twice (CT-60)
)

// actor is a habit with the principal it belongs to.
type actor struct {
	habit
	user  *inventory.User
	role  *inventory.Role
	total int // of the calls' weights
}

// writeLogs writes the log files of all accounts and Regions, day by day.
func writeLogs(c Config, org []*inventory.Account, create Create, progress func(done, of int), sum *Summary) error {
	actors := cast(org)
	scale := scaleOf(c, actors)
	first := c.End.AddDate(0, 0, -c.Days)
	first = time.Date(first.Year(), first.Month(), first.Day(), 0, 0, 0, 0, time.UTC)
	for ago := c.Days; ago >= 0; ago-- {
		day := first.AddDate(0, 0, c.Days-ago)
		trails := map[trail]*trailDay{}
		for i, a := range actors {
			random := rand.New(rand.NewPCG(c.Seed, mix(day, i)))
			n := poisson(random, a.rhythm(day, ago)*scaled(a, scale))
			t := trails[trail{a.account, a.region}]
			if t == nil {
				t = &trailDay{trail: trail{a.account, a.region}, random: rand.New(rand.NewPCG(c.Seed+1, mix(day, i)))}
				trails[t.trail] = t
			}
			for range n {
				t.add(a, day, c.End, random)
			}
		}
		if err := writeDay(trails, create, sum); err != nil {
			return err
		}
		if progress != nil {
			progress(c.Days-ago+1, c.Days+1)
		}
	}
	return nil
}

// cast finds the principal of every habit.
func cast(org []*inventory.Account) []actor {
	var actors []actor
	for _, h := range habits {
		i := slices.IndexFunc(org, func(a *inventory.Account) bool { return a.ID == h.account })
		a := actor{habit: h}
		if h.kind == "user" {
			a.user = org[i].UserByName(h.name)
		} else if a.role = org[i].RoleByName(h.name); a.role == nil { // the name of a permission set
			j := slices.IndexFunc(org[i].Roles, func(r *inventory.Role) bool { return strings.HasPrefix(r.Name, h.name+"_") })
			a.role = org[i].Roles[j]
		}
		for _, call := range h.calls {
			a.total += call.weight
		}
		actors = append(actors, a)
	}
	return actors
}

// scaleOf is the factor by which bulk habits reach the wanted number of events.
func scaleOf(c Config, actors []actor) float64 {
	var bulk, rest float64
	for ago := range c.Days + 1 {
		day := c.End.AddDate(0, 0, -ago)
		for _, a := range actors {
			if n := a.rhythm(day, ago); a.bulk {
				bulk += n
			} else {
				rest += n
			}
		}
	}
	return max(0.02, (float64(c.Events)/(1+1.0/duplicates)-rest)/bulk)
}

func scaled(a actor, scale float64) float64 {
	if a.bulk {
		return scale
	}
	return 1
}

func mix(day time.Time, i int) uint64 {
	h := fnv.New64a()
	fmt.Fprintf(h, "%d %d", day.Unix(), i)
	return h.Sum64()
}

// poisson draws a number of events with the given mean.
func poisson(random *rand.Rand, mean float64) int {
	if mean > 30 { // near enough a normal distribution
		return max(0, int(math.Round(mean+math.Sqrt(mean)*random.NormFloat64())))
	}
	n, p := 0, random.Float64()
	for limit := math.Exp(-mean); p > limit; n++ {
		p *= random.Float64()
	}
	return n
}

// trail is where a record is delivered.
type trail struct{ account, region string }

// trailDay holds one day's records of a trail.
type trailDay struct {
	trail
	random  *rand.Rand
	records []record
}

// record is a rendered record and when it happened.
type record struct {
	at   time.Time
	text []byte
}

// add makes one call of the actor and now and then what comes with it.
func (t *trailDay) add(a actor, day, end time.Time, random *rand.Rand) {
	at := day.Add(a.clock(random))
	if at.After(end) {
		return
	}
	c := a.pick(random)
	text := appendRecord(nil, &a, &c, at, random)
	t.records = append(t.records, record{at, text})
	switch random.IntN(duplicates) {
	case 0:
		t.records = append(t.records, record{at, text})
	case 1, 2:
		t.records = append(t.records, record{at, appendAside(nil, &a, at, random)})
	}
}

// clock is a time of day: office hours for people, any time for programs.
func (a *actor) clock(random *rand.Rand) time.Duration {
	if a.user == nil || strings.HasPrefix(a.user.Path, "/automation/") {
		return time.Duration(random.Int64N(86400)) * time.Second
	}
	return 7*time.Hour + time.Duration(random.Int64N(11*3600))*time.Second
}

func (a *actor) pick(random *rand.Rand) call {
	n := random.IntN(a.total)
	for _, c := range a.calls {
		if n -= c.weight; n < 0 {
			return c
		}
	}
	panic("sample: weights do not add up")
}

// writeDay writes a day's files in CloudTrail's key layout (CT-50).
func writeDay(trails map[trail]*trailDay, create Create, sum *Summary) error {
	keys := make([]trail, 0, len(trails))
	for key := range trails {
		keys = append(keys, key)
	}
	slices.SortFunc(keys, func(a, b trail) int { return strings.Compare(a.account+a.region, b.account+b.region) })
	for _, key := range keys {
		t := trails[key]
		// Delivery is roughly by time, records within a file are in no order.
		slices.SortStableFunc(t.records, func(a, b record) int { return a.at.Truncate(time.Hour).Compare(b.at.Truncate(time.Hour)) })
		for part := range slices.Chunk(t.records, maxFileRecords) {
			if err := t.writeFile(part, create, sum); err != nil {
				return err
			}
		}
	}
	return nil
}

func (t *trailDay) writeFile(records []record, create Create, sum *Summary) error {
	last := slices.MaxFunc(records, func(a, b record) int { return a.at.Compare(b.at) }).at
	f, err := create(t.fileName(last.Add(5 * time.Minute)))
	if err != nil {
		return err
	}
	counted := &countingWriter{to: f}
	zip, err := gzip.NewWriterLevel(counted, gzip.BestSpeed)
	if err != nil {
		return err
	}
	for i, r := range records {
		before := ",\n"
		if i == 0 {
			before = `{"Records":[`
		}
		io.WriteString(zip, before) // errors stick and show at Close
		zip.Write(r.text)
	}
	io.WriteString(zip, "]}")
	if err := zip.Close(); err != nil {
		f.Close()
		return err
	}
	sum.Files++
	sum.Records += len(records)
	sum.Bytes += counted.n
	return f.Close()
}

const fileAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

func (t *trailDay) fileName(delivered time.Time) string {
	unique := make([]byte, 16)
	for i := range unique {
		unique[i] = fileAlphabet[t.random.IntN(len(fileAlphabet))]
	}
	return fmt.Sprintf("logs/AWSLogs/%s/%s/CloudTrail/%s/%s/%s_CloudTrail_%s_%s_%s.json.gz", organizationID, t.account, t.region,
		delivered.Format("2006/01/02"), t.account, t.region, delivered.Format("20060102T1504Z"), unique)
}

type countingWriter struct {
	to io.Writer
	n  int64
}

func (w *countingWriter) Write(p []byte) (int, error) {
	n, err := w.to.Write(p)
	w.n += int64(n)
	return n, err
}
