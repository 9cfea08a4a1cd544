package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/ebbmark/ebbmark/refine"
	"github.com/ebbmark/ebbmark/refine/format"
)

// maxEarlier is how many actions a warning of seasonal use names.
const maxEarlier = 10

func refineText(w io.Writer, list []*refine.Proposal) error {
	for _, p := range list {
		text := fmt.Sprintf("%s, which %s", format.Title(p), plural(len(p.Users), "principal")+" ha"+map[bool]string{true: "s", false: "ve"}[len(p.Users) == 1])
		switch {
		case p.Doubt != "":
			text += "\n  stays as it is: " + p.Doubt + "\n"
		case !p.Changed():
			text += "\n  stays as it is: everything in it is used, or must stay\n"
		default:
			text += fmt.Sprintf("\n  %s %s; 0 of %s recorded uses would be denied\n", plural(len(p.Removed), "action"), map[bool]string{true: "goes", false: "go"}[len(p.Removed) == 1], thousands(int64(p.Uses)))
			if len(p.Earlier) > 0 {
				var names []string
				for _, e := range p.Earlier[:min(len(p.Earlier), maxEarlier)] {
					names = append(names, fmt.Sprintf("%s (%s)", e.Action, day(e.Last)))
				}
				text += fmt.Sprintf("  careful: %d of them were used before the window, as once a quarter or a year: %s\n", len(p.Earlier), strings.Join(names, ", "))
			}
			text += setText(p)
			switch {
			case p.Replaces:
				text += partsText(p)
			case p.Delete:
				text += "  nothing of it is left: detach or delete it\n"
			default:
				text += "\n" + policyLines(p.Edited.Document) + "\n"
			}
		}
		if _, err := io.WriteString(w, text+"\n"); err != nil {
			return err
		}
	}
	return nil
}

func refineJSON(w io.Writer, list []*refine.Proposal) error {
	type judged struct {
		Statement int    `json:"statement"` // from 0
		Action    string `json:"action"`
		Reason    string `json:"reason"`
	}
	type used struct {
		Action string    `json:"action"`
		Last   time.Time `json:"lastUsed"`
	}
	type proposal struct {
		Policy  string   `json:"policy"`
		In      []string `json:"accounts,omitempty"` // where the policy's ARN does not say it
		Holder  string   `json:"holder,omitempty"`
		Users   []string `json:"users"`
		Why     string   `json:"unchangedBecause,omitempty"`
		Delete  bool     `json:"delete"`
		Before  string   `json:"before"`
		After   string   `json:"after"`
		Removed []judged `json:"removed"`
		Kept    []judged `json:"kept"`
		Earlier []used   `json:"removedAndUsedBeforeTheWindow"`
		Uses    int      `json:"replayedUses"`
		Parts   []part   `json:"replacedBy,omitempty"`
		Set     string   `json:"permissionSet,omitempty"`
		Detach  []string `json:"detach,omitempty"` // policies of AWS, from the permission set
	}
	all := []proposal{}
	for _, p := range list {
		one := proposal{Policy: p.ID, In: p.Accounts, Set: p.Set, Holder: p.Holder, Users: []string{}, Why: p.Doubt, Before: p.Candidate.Document, After: p.Candidate.Document, Removed: []judged{}, Kept: []judged{}, Earlier: []used{}, Uses: p.Uses}
		for _, u := range p.Users {
			one.Users = append(one.Users, u.ARN)
		}
		if p.Edited != nil {
			one.After, one.Delete, one.Parts = p.Edited.Document, p.Delete, partsJSON(p)
			for _, f := range p.Folded {
				one.Detach = append(one.Detach, f.ID)
			}
			for _, r := range p.Removed {
				one.Removed = append(one.Removed, judged{r.Statement, r.Action, r.Reason.String()})
			}
			for _, e := range p.Earlier {
				one.Earlier = append(one.Earlier, used{e.Action, e.Last.UTC()})
			}
			for _, k := range p.Kept {
				one.Kept = append(one.Kept, judged{k.Statement, k.Action, k.Reason.String()})
			}
		}
		all = append(all, one)
	}
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(struct {
		Proposals []proposal `json:"proposals"`
	}{all})
}
