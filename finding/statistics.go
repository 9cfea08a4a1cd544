package finding

import (
	"cmp"
	"slices"
	"strings"
)

// Statistics are the numbers of section 5.4.
type Statistics struct {
	Active, Archived, Resolved int
	Types                      []TypeCount    // of active findings; types without any are left out
	Accounts                   []AccountCount // the ten with the most active findings, the most first, then by id
}

// TypeCount is the number of active findings of a type.
type TypeCount struct {
	Type  Type
	Total int
}

// AccountCount is the number of active findings of an account.
type AccountCount struct {
	Account string
	Active  int
	Types   []TypeCount
}

// Count makes the statistics.
func Count(list []*Finding) Statistics {
	var s Statistics
	all, accounts := map[Type]int{}, map[string]map[Type]int{}
	for _, f := range list {
		switch f.Status {
		case Archived:
			s.Archived++
		case Resolved:
			s.Resolved++
		case Active:
			s.Active++
			all[f.Type]++
			if accounts[f.Owner] == nil {
				accounts[f.Owner] = map[Type]int{}
			}
			accounts[f.Owner][f.Type]++
		}
	}
	s.Types = typeCounts(all)
	for id, types := range accounts {
		a := AccountCount{Account: id, Types: typeCounts(types)}
		for _, t := range a.Types {
			a.Active += t.Total
		}
		s.Accounts = append(s.Accounts, a)
	}
	slices.SortFunc(s.Accounts, func(a, b AccountCount) int {
		return cmp.Or(cmp.Compare(b.Active, a.Active), strings.Compare(a.Account, b.Account))
	})
	s.Accounts = s.Accounts[:min(len(s.Accounts), topAccounts)]
	return s
}

// typeCounts are in the order of AA-23.
func typeCounts(n map[Type]int) (out []TypeCount) {
	for _, t := range append(UnusedTypes(), ExternalAccess) {
		if n[t] > 0 {
			out = append(out, TypeCount{t, n[t]})
		}
	}
	return out
}
