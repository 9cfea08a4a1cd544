package iam

import (
	"context"
	"errors"
	"net/http"

	"github.com/ebbmark/ebbmark/arn"
	"github.com/ebbmark/ebbmark/inventory"
	"github.com/ebbmark/ebbmark/report"
	"github.com/ebbmark/ebbmark/store"
	"github.com/ebbmark/ebbmark/wire"
)

// checkSubject refuses ARNs that no caller could have a report of (LA-51).
func checkSubject(text string, caller wire.Caller) error {
	err := report.Check(text, caller.Partition)
	if err == nil {
		err = checkAccount(text, caller)
	}
	return subjectError(err, text, caller)
}

// checkAccount refuses ARNs of another account, before the guard does: it has
// other words for them than LA-51 (A14).
func checkAccount(text string, caller wire.Caller) error {
	if a, err := arn.Parse(text); err == nil && a.Account != caller.Account && a.Account != "aws" {
		return report.ErrForeign
	}
	return nil
}

// subjectError is what the API says of an error of report.Find (LA-51). Errors
// it does not know stay as they are.
func subjectError(err error, text string, caller wire.Caller) error {
	switch {
	case errors.Is(err, report.ErrSyntax):
		return validationError("Invalid ARN")
	case errors.Is(err, report.ErrPartition):
		return validationError("Invalid ARN partition")
	case errors.Is(err, report.ErrService):
		return validationError("Invalid service in ARN")
	case errors.Is(err, report.ErrUnsupported):
		return wire.Errorf(http.StatusBadRequest, "InvalidInput", "Invalid Entity Arn: %s is not supported.", text)
	case errors.Is(err, report.ErrForeign):
		return wire.Errorf(http.StatusForbidden, "AccessDenied",
			"User: %s is not authorized to perform the operation on %s", caller.ARN, text)
	case errors.Is(err, report.ErrAbsent):
		return wire.Errorf(http.StatusNotFound, "NoSuchEntity", "ARN %s does not exist.", text)
	}
	return err
}

// find is the subject of an operation that the caller may use on it. The name
// finds it whatever the path (LA-50), so a permission for a path must not reach
// those who are elsewhere.
func (a *API) find(ctx context.Context, caller wire.Caller, account *inventory.Account, operation, text string) (*report.Subject, error) {
	s, err := report.Find(account, text)
	if err != nil {
		return nil, subjectError(err, text, caller)
	}
	if s.ARN != text {
		if err := a.Guard(ctx, caller, "iam:"+operation, s.ARN); err != nil {
			return nil, err
		}
	}
	return s, nil
}

func validationError(message string) error {
	return wire.Errorf(http.StatusBadRequest, "ValidationError", "%s", message)
}

// account is the inventory that the caller sees. An account that nothing was
// imported for has nobody in it, except the root who is asking.
func (a *API) account(ctx context.Context, caller wire.Caller) (*inventory.Account, error) {
	account, err := a.Book.Account(ctx, caller.Account)
	if errors.Is(err, store.ErrNotFound) {
		account = &inventory.Account{ID: caller.Account, Partition: caller.Partition}
		account.Index()
		return account, nil
	}
	return account, err
}
