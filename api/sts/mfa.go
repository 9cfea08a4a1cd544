package sts

import (
	"context"
	"errors"
	"time"

	"github.com/ebbmark/ebbmark/auth"
	"github.com/ebbmark/ebbmark/inventory"
	"github.com/ebbmark/ebbmark/wire"
)

// MFACode is a code of an MFA device of the caller. Embed it.
type MFACode struct {
	SerialNumber string `min:"9" max:"256" pattern:"[\\w+=/:,.@-]*"`
	TokenCode    string `min:"6" max:"6" pattern:"[\\d]*"`
}

// The refusals of codes, in AWS's words but for the last.
var (
	errHalfMFA   = wire.Errorf(403, "AccessDenied", "MultiFactorAuthentication failed, must provide both MFA serial number and one time pass code.")
	errNoDevice  = wire.Errorf(403, "AccessDenied", "MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA serial number is valid and associated with this user.")
	errWrongCode = wire.Errorf(403, "AccessDenied", "MultiFactorAuthentication failed with invalid MFA one time pass code.")
	errManyWrong = wire.Errorf(403, "AccessDenied", "MultiFactorAuthentication failed: too many wrong codes of this device. Try again in 5 minutes.")
)

// mfaOf is when the new session of a caller has proved a code: now if the
// request holds one, else when the session of a user did. A role hands nothing
// on. Zero: never.
func (a *API) mfaOf(ctx context.Context, c wire.Caller, in MFACode) (time.Time, error) {
	switch {
	case in.SerialNumber == "" && in.TokenCode == "":
		if c.Kind == wire.UserCaller {
			return c.MFA, nil
		}
		return time.Time{}, nil
	case in.SerialNumber == "" || in.TokenCode == "":
		return time.Time{}, errHalfMFA
	}
	now := a.Now().UTC().Truncate(time.Second)
	return now, a.takeCode(ctx, c, in, now)
}

// takeCode proves the code of a device that the caller has, and notes it in the
// inventory, so that it proves nothing again. Devices of a mirror too: what is
// noted is no entity of AWS.
func (a *API) takeCode(ctx context.Context, c wire.Caller, in MFACode, now time.Time) error {
	account, err := a.Accounts.Account(ctx, c.Account)
	if err != nil {
		return err
	}
	if heldDevice(account, c, in.SerialNumber) == nil {
		return errNoDevice
	}
	if !a.guesses.take(in.SerialNumber, now) {
		return errManyWrong
	}
	err = a.Accounts.Update(ctx, c.Account, func(account *inventory.Account) error {
		d := heldDevice(account, c, in.SerialNumber)
		if d == nil {
			return errNoDevice
		}
		return a.Keys.TakeCode(d, in.TokenCode, now)
	})
	if errors.Is(err, auth.ErrWrongCode) {
		return errWrongCode
	}
	if err == nil {
		a.guesses.forget(in.SerialNumber)
	}
	return err
}

// heldDevice is a device of the user or root who calls; nil: that one is not.
func heldDevice(account *inventory.Account, c wire.Caller, serial string) *inventory.Device {
	owner := c.Entity
	if c.Kind == wire.RootCaller {
		owner = c.Account
	}
	if d := account.Device(serial); d != nil && owner != "" && d.Owner == owner {
		return d
	}
	return nil
}
