// Package pull copies an organization and the IAM snapshots of its accounts
// from an AWS API: AWS's own, or that of another ebbmark.
//
// It asks who the caller is, reads the organization if the caller may
// (organization.go), and then each account's authorization details through a
// role that it assumes there (account.go) and its trails (trails.go), several accounts at a time and no
// more requests per second than it was told (pace.go). What it has it hands to
// a Keeper, account by account. What became of each account is written down
// (progress.go), so that a run that breaks is gone on with.
package pull
