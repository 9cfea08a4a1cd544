package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/ebbmark/ebbmark/catalog"
	"github.com/ebbmark/ebbmark/inventory"
	"github.com/ebbmark/ebbmark/organization"
)

func (b *bench) consoleDSN() string { return "sqlite:" + filepath.Join(b.scratch, "console.db") }

// consoleStore imports an account of many roles that manages a large
// organization, and ingests what the roles did.
func (b *bench) consoleStore(ctx context.Context) error {
	cat, err := catalog.Load()
	if err != nil {
		return err
	}
	account := consoleAccount()
	tree, err := consoleTree()
	if err != nil {
		return err
	}
	var snapshot, export bytes.Buffer
	if err := errors.Join(inventory.WriteSnapshot(&snapshot, account), tree.WriteExport(&export)); err != nil {
		return err
	}
	busy := &inventory.Account{ID: account.ID, Partition: "aws", Roles: account.Roles[:1]}
	files := map[string][]byte{"console-roles.json": snapshot.Bytes(), "console-organization.json": export.Bytes(), "console.ndjson": reportLog(busy, cat)}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(b.scratch, name), text, 0o644); err != nil {
			return err
		}
	}
	step("importing %d roles and %d accounts", consoleRoles+1, consoleAccounts)
	for _, args := range [][]string{
		{"import", "--init", "--store", b.consoleDSN(), filepath.Join(b.scratch, "console-roles.json"), filepath.Join(b.scratch, "console-organization.json")},
		{"ingest", "--store", b.consoleDSN(), filepath.Join(b.scratch, "console.ndjson")},
		{"keys", "create", "--store", b.consoleDSN(), "--id", reportKey.KeyID, "--secret", reportKey.Secret, account.RootARN()},
	} {
		if _, err := run(ctx, b.program, args...); err != nil {
			return err
		}
	}
	account.Roles = account.Roles[1:]
	return iamHistory(ctx, filepath.Join(b.scratch, "console.db"), account)
}

// consoleAccount has a role that may do everything, and many others.
func consoleAccount() *inventory.Account {
	a := &inventory.Account{ID: reportAccount, Partition: "aws"}
	add := func(name, path, action string) {
		a.Roles = append(a.Roles, &inventory.Role{
			Name: name, Path: path, ARN: "arn:aws:iam::" + reportAccount + ":role" + path + name, ID: fmt.Sprintf("AROABENCH%012d", len(a.Roles)),
			Created: time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC),
			Trust:   `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}`,
			Inline:  []inventory.Inline{{Name: "own", Document: `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"` + action + `","Resource":"*"}]}`}},
		})
	}
	add(fullRole, "/", "*")
	for i := range consoleRoles {
		add(fmt.Sprintf("payments-service-%04d", i), fmt.Sprintf("/team%02d/", i%40), []string{"s3:*", "sqs:*", "dynamodb:*", "ec2:Describe*"}[i%4])
	}
	a.Index()
	return a
}

// consoleTree has units in five depths.
func consoleTree() (*organization.Organization, error) {
	o := organization.New("o-exampleorg1", "r-ab12", organization.Account{ID: reportAccount, Name: "management", Status: organization.Active})
	if err := o.EnablePolicyType("r-ab12", organization.SCP); err != nil {
		return nil, err
	}
	unit := func(i int) string { return fmt.Sprintf("ou-ab12-unit%04d", i) }
	for i := range consoleUnits {
		parent := "r-ab12"
		if i >= consoleUnits/5 {
			parent = unit(i - consoleUnits/5)
		}
		if err := o.CreateUnit(organization.Unit{ID: unit(i), Parent: parent, Name: fmt.Sprintf("unit-%d", i)}); err != nil {
			return nil, err
		}
	}
	for i := range consoleAccounts {
		one := organization.Account{ID: fmt.Sprintf("2%011d", i), Parent: unit(i % consoleUnits), Name: fmt.Sprintf("workload-%d", i), Email: fmt.Sprintf("workload-%d@example.com", i), Status: organization.Active}
		if err := o.AddAccount(one); err != nil {
			return nil, err
		}
	}
	return o, nil
}
