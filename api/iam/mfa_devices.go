package iam

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/ebbmark/ebbmark/auth"
	"github.com/ebbmark/ebbmark/inventory"
	"github.com/ebbmark/ebbmark/wire"
)

// MFA devices of users and root: who has which.

const (
	// deviceQuota is how many MFA devices a user or root may have.
	deviceQuota = 8
	// enableWindow and resyncWindow are how many time steps of 30 seconds the
	// clock of a device may be off: 5 minutes when it is given to someone, and a
	// day when it is told that its clock is wrong.
	enableWindow = 10
	resyncWindow = 2880
)

// MFADevice is a device that someone has.
type MFADevice struct {
	UserName     string // absent for root
	SerialNumber string
	EnableDate   time.Time
}

// ListMFADevicesInput names whose devices are listed.
type ListMFADevicesInput struct {
	OfAskedUser
	Paging
}

// Check implements wire.Checker.
func (in *ListMFADevicesInput) Check(caller wire.Caller) error {
	return cmp.Or(in.OfAskedUser.Check(caller), in.Paging.Check(caller))
}

// ListMFADevicesOutput holds devices by serial number.
type ListMFADevicesOutput struct {
	MFADevices []MFADevice
	Page
}

// ListMFADevices lists the MFA devices of a user or of root.
func (a *API) ListMFADevices(_ context.Context, _ wire.Caller, in *ListMFADevicesInput, of found[inventory.User]) (*ListMFADevicesOutput, error) {
	p, err := newPager(in.Paging, "ListMFADevices", credentialOwner(of))
	if err != nil {
		return nil, err
	}
	page := take(p, of.account.DevicesOf(credentialOwner(of)), serialOf, nil)
	return &ListMFADevicesOutput{shown(page, func(d *inventory.Device) MFADevice {
		return MFADevice{label(of), d.Serial, d.Enabled}
	}), p.page()}, nil
}

// TwoCodes are two codes that a device shows one after the other. Embed it.
type TwoCodes struct {
	AuthenticationCode1 string `required:"true" min:"6" max:"6" pattern:"[\\d]+"`
	AuthenticationCode2 string `required:"true" min:"6" max:"6" pattern:"[\\d]+"`
}

// EnableMFADeviceInput gives a device to a user or to root.
type EnableMFADeviceInput struct {
	OfUserOrRoot
	OfDevice
	TwoCodes
}

// EnableMFADevice gives a device to a user, or to root, who can show its codes.
func (a *API) EnableMFADevice(ctx context.Context, caller wire.Caller, in *EnableMFADeviceInput, of found[inventory.User]) (*wire.NoOutput, error) {
	owner := credentialOwner(of)
	return nil, a.changeHolder(ctx, caller, of, func(account *inventory.Account) error {
		d := account.Device(in.SerialNumber)
		switch {
		case d == nil:
			return noSuchDevice(in.SerialNumber)
		case d.Owner != "":
			return entityAlreadyExists("MFADevice with serial number %s is already in use.", in.SerialNumber)
		case len(account.DevicesOf(owner)) >= deviceQuota:
			return overQuota("MFADevicesPerUser", deviceQuota)
		}
		if err := a.takeCodes(d, in.TwoCodes, enableWindow); err != nil {
			return err
		}
		d.Owner, d.Enabled = owner, a.today()
		return nil
	})
}

// takeCodes proves two codes of a device by the real clock and notes how far
// the device's own is off. A code that was taken once proves nothing again.
func (a *API) takeCodes(d *inventory.Device, codes TwoCodes, window int64) error {
	seed, err := a.Keys.Sealer.Open(d.Sealed, auth.SeedUse(d.Serial))
	if err != nil {
		return fmt.Errorf("seed of %s: %w", d.Serial, err)
	}
	now := auth.StepAt(a.Clock())
	step, ok := auth.FindCodes(seed, codes.AuthenticationCode1, codes.AuthenticationCode2, now, window)
	if !ok || step <= d.Step {
		return wire.Errorf(http.StatusForbidden, "InvalidAuthenticationCode", "Authentication code for device is not valid.")
	}
	d.Step, d.Drift = step, step-now
	return nil
}

// UserDeviceInput names a device and whose it is.
type UserDeviceInput struct {
	OfAskedUser
	OfDevice
}

// DeactivateMFADevice takes a device from its user. It stays as one that nobody
// has.
func (a *API) DeactivateMFADevice(ctx context.Context, caller wire.Caller, in *UserDeviceInput, of found[inventory.User]) (*wire.NoOutput, error) {
	return nil, a.changeHeldDevice(ctx, caller, of, in.SerialNumber, func(d *inventory.Device) error {
		d.Owner, d.Enabled, d.Step, d.Drift = "", time.Time{}, 0, 0
		return nil
	})
}

// changeHeldDevice changes a device of the user found, or of root.
func (a *API) changeHeldDevice(
	ctx context.Context, caller wire.Caller, of found[inventory.User], serial string, change func(*inventory.Device) error,
) error {
	return a.changeHolder(ctx, caller, of, func(account *inventory.Account) error {
		d := account.Device(serial)
		if d == nil || d.Owner != credentialOwner(of) {
			return noSuchEntity("MFA device with serial number %s does not exist for user %s.", serial, cmp.Or(label(of), "root"))
		}
		return change(d)
	})
}

// changeHolder changes what the user found, or root, has.
func (a *API) changeHolder(
	ctx context.Context, caller wire.Caller, of found[inventory.User], change func(*inventory.Account) error,
) error {
	return a.write(ctx, caller, func(account *inventory.Account) error {
		if of.entity != nil {
			if _, err := currentUser(account, of.entity); err != nil {
				return err
			}
		}
		return change(account)
	})
}

// ResyncMFADeviceInput names a device and shows its codes.
type ResyncMFADeviceInput struct {
	OfUserOrRoot
	OfDevice
	TwoCodes
}

// ResyncMFADevice takes the clock of a device as it is, by two of its codes.
func (a *API) ResyncMFADevice(ctx context.Context, caller wire.Caller, in *ResyncMFADeviceInput, of found[inventory.User]) (*wire.NoOutput, error) {
	return nil, a.changeHeldDevice(ctx, caller, of, in.SerialNumber, func(d *inventory.Device) error {
		return a.takeCodes(d, in.TwoCodes, resyncWindow)
	})
}

// GetMFADeviceInput names a device, and whose it is or the caller's.
type GetMFADeviceInput struct {
	OfDevice
	UserName string `min:"1" max:"64" pattern:"[\\w+=,.@-]+"`
}

// GetMFADeviceOutput is a device.
type GetMFADeviceOutput struct {
	UserName     string
	SerialNumber string
	EnableDate   time.Time
}

// GetMFADevice reads a device. With a name it is one of that user.
func (a *API) GetMFADevice(_ context.Context, _ wire.Caller, in *GetMFADeviceInput, of found[inventory.Device]) (*GetMFADeviceOutput, error) {
	out := GetMFADeviceOutput{SerialNumber: of.entity.Serial, EnableDate: of.entity.Enabled}
	if u := of.account.UserByID(of.entity.Owner); u != nil {
		out.UserName = u.Name
	}
	if in.UserName != "" && !sameName(in.UserName, out.UserName) {
		return nil, noSuchDevice(in.SerialNumber)
	}
	return &out, nil
}

// TagMFADeviceInput sets tags of a device.
type TagMFADeviceInput struct {
	OfDevice
	SetTags
}

// UntagMFADeviceInput removes tags of a device.
type UntagMFADeviceInput struct {
	OfDevice
	RemoveTags
}

// ListMFADeviceTagsInput names a device.
type ListMFADeviceTagsInput struct {
	OfDevice
	Paging
}

// TagMFADevice sets tags of a device.
func (a *API) TagMFADevice(ctx context.Context, caller wire.Caller, in *TagMFADeviceInput, of found[inventory.Device]) (*wire.NoOutput, error) {
	return nil, a.changeDevice(ctx, caller, of, func(_ *inventory.Account, d *inventory.Device) (err error) {
		d.Tags, err = tagged(d.Tags, in.Tags)
		return err
	})
}

// UntagMFADevice removes tags of a device.
func (a *API) UntagMFADevice(ctx context.Context, caller wire.Caller, in *UntagMFADeviceInput, of found[inventory.Device]) (*wire.NoOutput, error) {
	return nil, a.changeDevice(ctx, caller, of, func(_ *inventory.Account, d *inventory.Device) error {
		d.Tags = untagged(d.Tags, in.TagKeys)
		return nil
	})
}

// ListMFADeviceTags lists the tags of a device.
func (a *API) ListMFADeviceTags(_ context.Context, _ wire.Caller, in *ListMFADeviceTagsInput, of found[inventory.Device]) (*TagsOutput, error) {
	return tagPage(of.entity.Tags, in.Paging, "ListMFADeviceTags", in.SerialNumber)
}
