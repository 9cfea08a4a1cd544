package sts

import (
	"sync"
	"time"
)

// Bounds of guessing. Three of a million codes are right at a time, so that ten
// guesses in five minutes find one in about four months.
const (
	maxGuesses  = 10
	guessPeriod = 5 * time.Minute
	// maxGuessed bounds the devices that are remembered.
	maxGuessed = 10_000
)

// guesses counts the wrong codes of devices, in this process. The zero value is
// ready. Safe for concurrent use.
type guesses struct {
	mu      sync.Mutex
	devices map[string]guessed // by serial number
}

type guessed struct {
	since time.Time
	count int
}

// take counts a guess before it is judged, so that many at once are no way
// around; false: there were too many.
func (g *guesses) take(serial string, now time.Time) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	d := g.devices[serial]
	if now.Sub(d.since) >= guessPeriod {
		d = guessed{since: now}
	}
	if d.count >= maxGuesses {
		return false
	}
	if g.devices == nil || len(g.devices) >= maxGuessed {
		g.devices = map[string]guessed{}
	}
	d.count++
	g.devices[serial] = d
	return true
}

// forget starts the count anew after a right code.
func (g *guesses) forget(serial string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	delete(g.devices, serial)
}
