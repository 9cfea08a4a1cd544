package auth

import (
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/ebbmark/ebbmark/inventory"
)

// codeWindow is how many time steps a code may be off from where the clock of
// its device was last seen: one before and one after, as people type slowly and
// clocks drift (RFC 6238, sections 5.2 and 6).
const codeWindow = 1

// ErrWrongCode: the device does not show that code now, or it was taken before.
var ErrWrongCode = errors.New("wrong code of the MFA device")

// SeedUse is what the seed of a device is sealed for: that of one device opens
// as no other's.
func SeedUse(serial string) string { return "mfa " + serial }

// TakeCode proves a code of a device and notes it, so that it proves nothing
// again, and how far the device's clock is off. The error is ErrWrongCode.
func (k *Keyring) TakeCode(d *inventory.Device, code string, now time.Time) error {
	seed, err := k.Sealer.Open(d.Sealed, SeedUse(d.Serial))
	if err != nil {
		return fmt.Errorf("seed of %s: %w", d.Serial, err)
	}
	at := StepAt(now)
	step, ok := findCode(seed, code, at+d.Drift, codeWindow)
	if !ok || step <= d.Step {
		return ErrWrongCode
	}
	d.Step, d.Drift = step, step-at
	return nil
}

// findCode is the latest step within the window that shows a code. It looks at
// all whatever it finds.
func findCode(seed []byte, code string, around, window int64) (step int64, ok bool) {
	for s := around - window; s <= around+window; s++ {
		if same(Code(seed, s), code) == 1 {
			step, ok = s, true
		}
	}
	return step, ok
}

// SetMFA sets the condition keys of a session, or of a request that proves a
// code itself: when that was, zero for never.
func SetMFA(keys map[string][]string, proved, now time.Time) {
	keys["aws:MultiFactorAuthPresent"] = []string{strconv.FormatBool(!proved.IsZero())}
	delete(keys, "aws:MultiFactorAuthAge")
	if !proved.IsZero() {
		age := max(0, now.Sub(proved))
		keys["aws:MultiFactorAuthAge"] = []string{strconv.FormatInt(int64(age/time.Second), 10)}
	}
}
