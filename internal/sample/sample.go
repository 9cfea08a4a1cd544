// Package sample makes a believable organization: five accounts with some
// sixty users and roles, their policies, and the CloudTrail logs of what they
// did for 400 days, as AWS would deliver them.
//
// It is what `ebbmark demo` shows and what the benchmarks read. The same
// Config gives the same bytes. Everything is written through the formats that
// the program reads, so a demo is the real path from end to end:
//
//	iam/ACCOUNT.json   as `aws iam get-account-authorization-details` prints it
//	organization.json  the tree, its accounts and service control policies
//	logs/AWSLogs/…     log files in CloudTrail's key layout (CT-50)
//
// People and programs are rows of tables: accounts.go says who exists,
// habits.go what each of them does and how often.
package sample

import (
	"encoding/json"
	"fmt"
	"io"
	"time"

	"github.com/ebbmark/ebbmark/inventory"
)

// Config says what to make.
type Config struct {
	// End is the time up to which logs reach; the real clock in a demo, a fixed
	// time in benchmarks. Required.
	End time.Time
	// Days of history before End. Default 400.
	Days int
	// Events is about how many records to write; it scales what people and
	// programs do. Default 150,000; at least about 20,000.
	Events int
	// Seed varies the details. Zero is a seed like any other.
	Seed uint64
}

// Create makes a file of the given slash-separated name for Write.
type Create func(name string) (io.WriteCloser, error)

// Summary tells what was written.
type Summary struct {
	Accounts, Principals, Files, Records int
	Bytes                                int64 // of the log files, compressed
}

// Write makes the organization. progress, if not nil, is told after each day
// how many days of how many are done.
func Write(c Config, create Create, progress func(done, of int)) (Summary, error) {
	c = c.withDefaults()
	org := newOrganization(c.End)
	var sum Summary
	for _, account := range org {
		if err := writeAccount(account, create); err != nil {
			return sum, err
		}
		sum.Accounts++
		sum.Principals += len(account.Users) + len(account.Roles)
	}
	if err := writeJSON(create, "organization.json", organizationExport(org)); err != nil {
		return sum, err
	}
	err := writeLogs(c, org, create, progress, &sum)
	return sum, err
}

func (c Config) withDefaults() Config {
	if c.Days == 0 {
		c.Days = 400
	}
	if c.Events == 0 {
		c.Events = 150_000
	}
	c.End = c.End.UTC().Truncate(time.Second)
	return c
}

func writeAccount(account *inventory.Account, create Create) error {
	f, err := create("iam/" + account.ID + ".json")
	if err != nil {
		return err
	}
	if err := inventory.WriteSnapshot(f, account); err != nil {
		f.Close()
		return fmt.Errorf("write account %s: %w", account.ID, err)
	}
	return f.Close()
}

func writeJSON(create Create, name string, v any) error {
	text, err := json.MarshalIndent(v, "", "    ")
	if err != nil {
		return err
	}
	f, err := create(name)
	if err != nil {
		return err
	}
	if _, err := f.Write(append(text, '\n')); err != nil {
		f.Close()
		return err
	}
	return f.Close()
}
