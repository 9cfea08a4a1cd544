package iam

import (
	"bytes"
	"encoding/base64"
	"image/png"
	"testing"
	"time"

	"github.com/ebbmark/ebbmark/auth"
	"github.com/ebbmark/ebbmark/inventory"
	"github.com/ebbmark/ebbmark/wire"
)

func TestRootTakesADevice(t *testing.T) {
	for label, c := range map[string]struct {
		caller wire.Caller
		user   []string // the parameter, or none
		taken  string   // whose the device is then, or the error
	}{
		"root without a name":             {root(), nil, f1Account},
		"root by its name":                {root(), []string{"UserName", "root"}, f1Account},
		"whatever the case":               {root(), []string{"UserName", "Root"}, f1Account},
		"root for a user":                 {root(), []string{"UserName", "bob"}, bobID},
		"root for a user who is not":      {root(), []string{"UserName", "nobody"}, "NoSuchEntity"},
		"a user without a name":           {auditor(), nil, "ValidationError"},
		"a user by the name of root":      {auditor(), []string{"UserName", "root"}, "NoSuchEntity"},
		"a user who is called root first": {root(), []string{"UserName", "root", "really", ""}, "AIDAROOT0000000000001"},
	} {
		t.Run(label, func(t *testing.T) {
			w := newHome(t)
			if len(c.user) == 4 {
				w.change(func(a *inventory.Account) {
					a.Users = append(a.Users, &inventory.User{Name: "root", ID: "AIDAROOT0000000000001", ARN: f1Prefix + "user/root", Path: "/"})
				})
				c.user = c.user[:2]
			}
			seed := seedOf(t, w.get("CreateVirtualMFADevice", "VirtualMFADeviceName", "safe"))
			at := func(d time.Duration) string { return auth.Code(seed, auth.StepAt(w.clock.Add(d))) }
			status, answer := w.call(c.caller, "EnableMFADevice", append(c.user, "SerialNumber", f1Prefix+"mfa/safe",
				"AuthenticationCode1", at(-30*time.Second), "AuthenticationCode2", at(0))...)
			if status != 200 {
				if got := field(answer, "Error", "Code"); got != c.taken {
					t.Errorf("got %s, want %s", got, c.taken)
				}
				return
			}
			if got := w.home().Device(f1Prefix + "mfa/safe").Owner; got != c.taken {
				t.Errorf("it is %s's, want %s", got, c.taken)
			}
		})
	}
}

// TestRootsDeviceIsSeen: summary, credential report, and the way back.
func TestRootsDeviceIsSeen(t *testing.T) {
	w := newHome(t)
	seed := seedOf(t, w.get("CreateVirtualMFADevice", "VirtualMFADeviceName", "safe"))
	at := func(d time.Duration) string { return auth.Code(seed, auth.StepAt(w.clock.Add(d))) }
	serial := f1Prefix + "mfa/safe"
	do := func(action string, pairs ...string) {
		t.Helper()
		if status, answer := w.call(root(), action, append(pairs, "SerialNumber", serial)...); status != 200 {
			t.Fatalf("%s: %v", action, answer)
		}
	}
	do("EnableMFADevice", "AuthenticationCode1", at(-30*time.Second), "AuthenticationCode2", at(0))
	do("ResyncMFADevice", "UserName", "root", "AuthenticationCode1", at(time.Hour), "AuthenticationCode2", at(time.Hour+30*time.Second))
	for _, want := range []int{1, 0} {
		out, err := w.GetAccountSummary(t.Context(), root(), &GetAccountSummaryInput{})
		if err != nil || out.SummaryMap["AccountMFAEnabled"] != want || out.SummaryMap["MFADevicesInUse"] != want {
			t.Errorf("want %d: %v, %v", want, out.SummaryMap, err)
		}
		if want == 1 {
			do("DeactivateMFADevice", "UserName", "root")
		}
	}
}

// TestPictureOfASeed: what the picture says, and that it is one.
func TestPictureOfASeed(t *testing.T) {
	if got := seedURI("phone+1", "111122223333", "ABCDEFGH"); got != "otpauth://totp/phone+1@111122223333?secret=ABCDEFGH" {
		t.Errorf("got %s", got)
	}
	w := newHome(t)
	made := w.get("CreateVirtualMFADevice", "VirtualMFADeviceName", "phone")
	raw, err := base64.StdEncoding.DecodeString(field(made, "VirtualMFADevice", "QRCodePNG"))
	if err != nil {
		t.Fatal(err)
	}
	picture, err := png.Decode(bytes.NewReader(raw))
	if err != nil || picture.Bounds().Dx() < 100 || picture.Bounds().Dx() != picture.Bounds().Dy() {
		t.Errorf("a picture of %v, %v", picture.Bounds(), err)
	}
	same := seedOf(t, made)
	if len(same) != seedSize {
		t.Errorf("a seed of %d bytes", len(same))
	}
}
