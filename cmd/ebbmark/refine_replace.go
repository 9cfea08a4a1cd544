package main

import (
	"fmt"

	"github.com/ebbmark/ebbmark/refine"
)

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
