package main

import (
	"context"
	"fmt"
	"slices"

	"github.com/ebbmark/ebbmark/accounts"
	"github.com/ebbmark/ebbmark/inventory"
	"github.com/ebbmark/ebbmark/refine"
	"github.com/ebbmark/ebbmark/store"
)

// refinedAccounts are the accounts in which an ARN of the command line is looked for: of
// a policy of AWS that is to be replaced, all that have it attached.
func (p *program) refinedAccounts(ctx context.Context, s store.Store, f refineFlags, arn string) (ids []string, err error) {
	if !f.replace || !inventory.IsAWSManaged(arn) {
		a, err := reportAccount(ctx, s, reportFlags{store: f.store}, arn)
		if err != nil {
			return nil, err
		}
		return []string{a.ID}, nil
	}
	book := accounts.New(s)
	all, err := book.IDs(ctx)
	if err != nil {
		return nil, err
	}
	for _, id := range all {
		a, err := book.Account(ctx, id)
		if err != nil {
			return nil, err
		}
		if slices.ContainsFunc(refine.AWSCandidates(a, p.refineWindow(f)), func(c refine.Candidate) bool { return c.ID == arn }) {
			ids = append(ids, id)
		}
	}
	if len(ids) == 0 {
		return nil, fmt.Errorf("%s: nobody in the accounts of the store has it attached but services of AWS", arn)
	}
	return ids, nil
}

// What takes the place of a policy of AWS, as text and JSON.

func partsText(p *refine.Proposal) (text string) {
	if p.Delete {
		return "  nothing of it is left: detach it\n"
	}
	for _, part := range p.Parts {
		text += fmt.Sprintf("  in its place: %s\n\n%s\n", part.ARN, policyLines(part.Document))
	}
	return text
}

type part struct {
	ARN      string `json:"policy"`
	Document string `json:"document"`
	Exists   bool   `json:"exists"` // with this document
}

func partsJSON(p *refine.Proposal) (list []part) {
	for _, one := range p.Parts {
		list = append(list, part{one.ARN, one.Document, one.Exists})
	}
	return list
}
