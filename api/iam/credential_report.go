package iam

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/ebbmark/ebbmark/activity"
	"github.com/ebbmark/ebbmark/catalog"
	"github.com/ebbmark/ebbmark/inventory"
	"github.com/ebbmark/ebbmark/lastused"
	"github.com/ebbmark/ebbmark/report"
	"github.com/ebbmark/ebbmark/store"
)

// The credential report of an account: a table of its users (section 5). It is
// made once and then read for four hours.

// reportLife is how long a credential report can be read (IAM-40).
const reportLife = 4 * time.Hour

const reportFormat = 1

// reportHead is the first line of a report's document; the compressed table
// follows.
type reportHead struct {
	Format int
	// Generated is GeneratedTime, the moment the report speaks of.
	Generated time.Time
	// Made is that moment by the real clock, by which the report ages. With
	// AsOf the date above stands still.
	Made time.Time
	// AsOf is that of the server that made it: a report of another moment is of
	// no use.
	AsOf time.Time `json:",omitzero"`
}

// errNoReport: there is no report of this account that speaks of this moment.
var errNoReport = errors.New("no credential report")

// readReport reads the report of an account and the version of its document,
// also with errNoReport.
func (a *API) readReport(ctx context.Context, account string) (reportHead, []byte, store.Version, error) {
	doc, version, err := a.Docs.GetDoc(ctx, store.KindReport, account)
	if errors.Is(err, store.ErrNotFound) {
		return reportHead{}, nil, 0, errNoReport
	}
	if err != nil {
		return reportHead{}, nil, 0, fmt.Errorf("read credential report of account %s: %w", account, err)
	}
	var head reportHead
	line, packed, _ := bytes.Cut(doc, []byte{headEnd})
	if err := json.Unmarshal(line, &head); err != nil {
		return head, nil, 0, fmt.Errorf("read credential report of account %s: %w", account, err)
	}
	if head.Format != reportFormat || !head.AsOf.Equal(a.AsOf) {
		return head, nil, version, errNoReport
	}
	table, err := a.codec.unpack.DecodeAll(packed, nil)
	if err != nil {
		err = fmt.Errorf("read credential report of account %s: %w", account, err)
	}
	return head, table, version, err
}

// aged reports whether a report is too old to be read.
func (a *API) aged(h reportHead) bool { return !a.Clock().Before(h.Made.Add(reportLife)) }

// makeReport makes the report of an account and stores it at a version of its
// document. It does not stop when the client is gone: whoever asks next would
// begin it again. When another one was faster, theirs is as good.
func (a *API) makeReport(ctx context.Context, account *inventory.Account, old store.Version) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), computeLimit)
	defer cancel()
	table, err := a.credentialTable(ctx, account)
	if err != nil {
		return err
	}
	head, err := json.Marshal(reportHead{Format: reportFormat, Generated: a.now(), Made: wholeMillis(a.Clock()), AsOf: a.AsOf})
	if err != nil {
		return err
	}
	_, err = a.Docs.PutDoc(ctx, store.KindReport, account.ID, a.codec.pack.EncodeAll(table, append(head, headEnd)), old)
	if err != nil && !errors.Is(err, store.ErrConflict) {
		return fmt.Errorf("write credential report of account %s: %w", account.ID, err)
	}
	return nil
}

// columns are those of IAM-41.
var columns = [...]string{
	"user", "arn", "user_creation_time",
	"password_enabled", "password_last_used", "password_last_changed", "password_next_rotation", "mfa_active",
	"access_key_1_active", "access_key_1_last_rotated", "access_key_1_last_used_date", "access_key_1_last_used_region", "access_key_1_last_used_service",
	"access_key_2_active", "access_key_2_last_rotated", "access_key_2_last_used_date", "access_key_2_last_used_region", "access_key_2_last_used_service",
	"cert_1_active", "cert_1_last_rotated", "cert_2_active", "cert_2_last_rotated",
}

// What a report says instead of a value (IAM-42, IAM-43).
const (
	notSupported  = "not_supported"
	noInformation = "no_information"
)

// credentialTable is the report as CSV: root, then the users by name.
func (a *API) credentialTable(ctx context.Context, account *inventory.Account) ([]byte, error) {
	rows, err := a.credentialRows(ctx, account)
	if err != nil {
		return nil, fmt.Errorf("credential report of account %s: %w", account.ID, err)
	}
	var out bytes.Buffer
	w := csv.NewWriter(&out)
	for _, row := range slices.Concat([][]string{columns[:]}, rows) {
		if err := w.Write(row); err != nil {
			return nil, err
		}
	}
	w.Flush()
	return out.Bytes(), w.Error()
}

func (a *API) credentialRows(ctx context.Context, account *inventory.Account) ([][]string, error) {
	cat, _, err := a.Catalog(ctx)
	if err != nil {
		return nil, fmt.Errorf("catalogue: %w", err)
	}
	rootUsed, err := a.rootLastUsed(ctx, account)
	if err != nil {
		return nil, err
	}
	used, err := a.passwordsLastUsed(ctx, account, account.Users)
	if err != nil {
		return nil, err
	}
	rows := make([][]string, 1+len(account.Users))
	err = a.read(ctx, len(rows), account, activity.KeyUse, func(i int, facts report.FactSource) (err error) {
		row := credentialRow{account: account, catalog: cat, facts: facts, now: a.now()}
		if i == 0 {
			rows[0], err = row.root(rootUsed)
		} else {
			rows[i], err = row.user(account.Users[i-1], used[i-1])
		}
		return err
	})
	return rows, err
}

// credentialRow makes one row of the report.
type credentialRow struct {
	account *inventory.Account
	catalog *catalog.Catalog
	facts   report.FactSource
	now     time.Time
}

// root has no password that the report could tell about. When an imported
// account was made is not known.
func (r credentialRow) root(used time.Time) ([]string, error) {
	c := rootCredentials(r.account)
	keys, err := r.keys(c.keys)
	return slices.Concat(
		[]string{"<root_account>", rootARN(r.account), reportTime(r.account.Settings.Created, notApplicable)},
		[]string{notSupported, reportTime(used, noInformation), notSupported, notSupported, strconv.FormatBool(c.mfa > 0)},
		keys, noCertificates(),
	), err
}

func (r credentialRow) user(u *inventory.User, used time.Time) ([]string, error) {
	c := credentialsOf(r.account, u)
	never, changed := notApplicable, notApplicable
	if c.password != nil {
		never, changed = noInformation, reportTime(c.password.Changed, notApplicable)
	}
	keys, err := r.keys(c.keys)
	return slices.Concat(
		[]string{u.Name, u.ARN, reportTime(u.Created, notApplicable)},
		[]string{strconv.FormatBool(c.password != nil), reportTime(used, never), changed, reportTime(rotation(r.account, c.password), notApplicable), strconv.FormatBool(c.mfa > 0)},
		keys, noCertificates(),
	), err
}

// keys are the columns of both access keys.
func (r credentialRow) keys(list []inventory.AccessKey) ([]string, error) {
	var out []string
	for i := range 2 {
		if i >= len(list) {
			out = append(out, "false", notApplicable, notApplicable, notApplicable, notApplicable)
			continue
		}
		use, _, err := lastused.Key(list[i].ID, r.facts, lastused.Rules{Now: r.now})
		if err != nil {
			return nil, err
		}
		last := newKeyLastUsed(r.catalog, use)
		out = append(out, strconv.FormatBool(list[i].Active), reportTime(list[i].Created, notApplicable),
			reportTime(last.LastUsedDate, notApplicable), last.Region, last.ServiceName)
	}
	return out, nil
}

// noCertificates are the columns of signing certificates, which ebbmark does
// not keep.
func noCertificates() []string { return []string{"false", notApplicable, "false", notApplicable} }

// reportTime is a time as the report writes it (IAM-43), or else.
func reportTime(t time.Time, otherwise string) string {
	if t.IsZero() {
		return otherwise
	}
	return t.UTC().Format("2006-01-02T15:04:05-07:00")
}
