package iam

import (
	"context"
	"encoding/base32"
	"encoding/base64"
	"fmt"
	"io"
	"net/url"
	"slices"
	"time"

	qrcode "github.com/skip2/go-qrcode"

	"github.com/ebbmark/ebbmark/arn"
	"github.com/ebbmark/ebbmark/auth"
	"github.com/ebbmark/ebbmark/inventory"
	"github.com/ebbmark/ebbmark/wire"
)

// Virtual MFA devices: three operations on the devices themselves. Who has them
// is mfa_devices.go.

// seedSize is the size of a device's seed in bytes: AWS's have 64 characters in
// base 32.
const seedSize = 40

// VirtualMFADevice is a device. The seed is shown when it is made, and never
// again. There is no QRCodePNG: the seed says all that the picture would.
type VirtualMFADevice struct {
	SerialNumber     string
	Base32StringSeed string // base64 of the text, as the protocol has binary values
	QRCodePNG        string // base64
	User             *User  // whose it is
	EnableDate       time.Time
	Tags             []Tag
}

// CreateVirtualMFADeviceInput describes a new device.
type CreateVirtualMFADeviceInput struct {
	Path                 string `min:"1" max:"512" pattern:"(\\u002F)|(\\u002F[\\u0021-\\u007E]+\\u002F)"`
	VirtualMFADeviceName string `required:"true" min:"1" max:"226" pattern:"[\\w+=,.@-]+"`
	NewTags
}

// CreateVirtualMFADeviceOutput is the new device.
type CreateVirtualMFADeviceOutput struct{ VirtualMFADevice VirtualMFADevice }

func createDeviceResource(in *CreateVirtualMFADeviceInput, caller wire.Caller) string {
	return ownPathARN(caller, "mfa", in.Path, in.VirtualMFADeviceName)
}

// CreateVirtualMFADevice makes a device that nobody has yet.
func (a *API) CreateVirtualMFADevice(
	ctx context.Context, caller wire.Caller, in *CreateVirtualMFADeviceInput,
) (*CreateVirtualMFADeviceOutput, error) {
	serial := createDeviceResource(in, caller)
	seed := make([]byte, seedSize)
	if _, err := io.ReadFull(a.Keys.Random, seed); err != nil {
		return nil, fmt.Errorf("make up a seed: %w", err)
	}
	sealed, err := a.Keys.Sealer.Seal(seed, auth.SeedUse(serial))
	if err != nil {
		return nil, err
	}
	text := base32.StdEncoding.EncodeToString(seed)
	picture, err := seedPicture(in.VirtualMFADeviceName, caller.Account, text)
	if err != nil {
		return nil, fmt.Errorf("picture of the seed of %s: %w", serial, err)
	}
	tags, err := tagged(nil, in.Tags)
	if err != nil {
		return nil, err
	}
	err = a.write(ctx, caller, func(account *inventory.Account) error {
		if deviceByName(account, in.VirtualMFADeviceName) != nil {
			return entityAlreadyExists("MFADevice entity at the same path and name already exists.")
		}
		account.Devices = append(account.Devices, &inventory.Device{
			Serial: serial, Path: pathOrRoot(in.Path), Name: in.VirtualMFADeviceName, Sealed: sealed, Created: a.today(), Tags: slices.Clone(tags),
		})
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &CreateVirtualMFADeviceOutput{VirtualMFADevice{
		SerialNumber: serial, Base32StringSeed: base64.StdEncoding.EncodeToString([]byte(text)),
		QRCodePNG: base64.StdEncoding.EncodeToString(picture), Tags: newTags(tags),
	}}, nil
}

// pixelsPerModule is the size of a dot of the picture: negative is how go-qrcode
// takes it, instead of the size of the whole.
const pixelsPerModule = -4

// seedPicture is the PNG that an app takes the seed from. The text in it is as
// the API reference has it (VirtualMFADevice, QRCodePNG); nobody has the device
// yet, so that the account stands for the user.
func seedPicture(device, account, seed string) ([]byte, error) {
	return qrcode.Encode(seedURI(device, account, seed), qrcode.Medium, pixelsPerModule)
}

func seedURI(device, account, seed string) string {
	return "otpauth://totp/" + url.PathEscape(device+"@"+account) + "?secret=" + seed
}

// deviceByName finds a device whatever its path: names are unique (IAM-13).
func deviceByName(account *inventory.Account, name string) *inventory.Device {
	for _, d := range account.Devices {
		if sameName(d.Name, name) {
			return d
		}
	}
	return nil
}

// OfDevice is the MFA device that an operation is about. Embed it.
type OfDevice struct {
	SerialNumber string `required:"true" min:"9" max:"256" pattern:"[\\w+=/:,.@-]+"`
}

func (of *OfDevice) serialNumber() string { return of.SerialNumber }

// onDevice is the row of an operation on a virtual MFA device.
func onDevice[I, O any, P interface {
	*I
	serialNumber() string
}](a *API, name string, call func(context.Context, wire.Caller, *I, found[inventory.Device]) (*O, error)) wire.Operation {
	return wire.OpOn(name, func(ctx context.Context, caller wire.Caller, in *I) (found[inventory.Device], string, error) {
		return a.findDevice(ctx, caller, P(in).serialNumber())
	}, call)
}

// findDevice finds a device of the caller's account by its serial number, which
// is an ARN. Hardware devices have others, and there are none here.
func (a *API) findDevice(ctx context.Context, caller wire.Caller, serial string) (found[inventory.Device], string, error) {
	account, err := a.account(ctx, caller)
	if err != nil {
		return found[inventory.Device]{}, "", err
	}
	if d := account.Device(serial); d != nil {
		return found[inventory.Device]{account, d}, d.Serial, nil
	}
	resource := "*"
	if name, err := arn.Parse(serial); err == nil && name.Kind() == "mfa" {
		resource = serial
	}
	return found[inventory.Device]{}, resource, noSuchDevice(serial)
}

func noSuchDevice(serial string) error {
	return noSuchEntity("VirtualMFADevice with serial number %s does not exist.", serial)
}

// changeDevice changes the device that the operation is about.
func (a *API) changeDevice(
	ctx context.Context, caller wire.Caller, of found[inventory.Device], change func(*inventory.Account, *inventory.Device) error,
) error {
	return a.write(ctx, caller, func(account *inventory.Account) error {
		d := account.Device(of.entity.Serial)
		if d == nil || d.Sealed != of.entity.Sealed { // made again: another device
			return noSuchDevice(of.entity.Serial)
		}
		return change(account, d)
	})
}

// DeleteVirtualMFADeviceInput names a device.
type DeleteVirtualMFADeviceInput struct{ OfDevice }

// DeleteVirtualMFADevice deletes a device that nobody has.
func (a *API) DeleteVirtualMFADevice(
	ctx context.Context, caller wire.Caller, _ *DeleteVirtualMFADeviceInput, of found[inventory.Device],
) (*wire.NoOutput, error) {
	return nil, a.changeDevice(ctx, caller, of, func(account *inventory.Account, d *inventory.Device) error {
		if d.Owner != "" {
			return deleteConflict("MFA VirtualDevice in use. Must deactivate first.")
		}
		account.Devices = slices.DeleteFunc(account.Devices, func(e *inventory.Device) bool { return e == d })
		return nil
	})
}

// ListVirtualMFADevicesInput selects devices by whether someone has them.
type ListVirtualMFADevicesInput struct {
	AssignmentStatus string `enum:"Assigned,Unassigned,Any"` // default Any
	Paging
}

// ListVirtualMFADevicesOutput holds devices by serial number.
type ListVirtualMFADevicesOutput struct {
	VirtualMFADevices []VirtualMFADevice
	Page
}

// ListVirtualMFADevices lists the virtual MFA devices of the account, without
// tags.
func (a *API) ListVirtualMFADevices(
	ctx context.Context, caller wire.Caller, in *ListVirtualMFADevicesInput,
) (*ListVirtualMFADevicesOutput, error) {
	account, err := a.account(ctx, caller)
	if err != nil {
		return nil, err
	}
	p, err := newPager(in.Paging, "ListVirtualMFADevices")
	if err != nil {
		return nil, err
	}
	page := take(p, account.Devices, serialOf, func(d *inventory.Device) bool {
		return in.AssignmentStatus != "Assigned" && d.Owner == "" || in.AssignmentStatus != "Unassigned" && d.Owner != ""
	})
	return &ListVirtualMFADevicesOutput{shown(page, func(d *inventory.Device) VirtualMFADevice {
		return VirtualMFADevice{SerialNumber: d.Serial, User: holder(account, d), EnableDate: d.Enabled}
	}), p.page()}, nil
}

func serialOf(d *inventory.Device) string { return d.Serial }

// holder is who has a device, nil: nobody.
func holder(account *inventory.Account, d *inventory.Device) *User {
	if d.Owner == "" {
		return nil
	}
	if u := account.UserByID(d.Owner); u != nil {
		shape := newUser(u)
		return &shape
	}
	return &User{UserId: account.ID, Arn: account.RootARN()}
}
