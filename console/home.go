package console

import (
	"errors"
	"net/http"
	"net/url"
	"time"
)

// homeView is the start page.
type homeView struct {
	Frame
	Alias      string
	Counts     []counted
	Accounts   int // of the organization that the account manages
	RolesUsed  int
	RolesAll   int
	RolesAsked bool // the API has told both
	Days       int
	Status     status
	Analyzers  []analyzer
	Region     string
	Analyzed   bool // the API has told Analyzers
	// CreateAnalyzer is the command line that makes an analyzer.
	CreateAnalyzer string
}

type counted struct {
	Kind kind
	N    int
}

// analyzer is an analyzer of IAM Access Analyzer with its findings.
type analyzer struct {
	ARN       string    `json:"arn"`
	Name      string    `json:"name"`
	Type      string    `json:"type"`
	Status    string    `json:"status"`
	Scanned   time.Time `json:"-"`
	Active    int       `json:"-"`
	Types     []typed   `json:"-"`
	Available bool      `json:"-"` // the API has told its findings
}

type typed struct {
	Type  string `json:"unusedAccessType"`
	Total int    `json:"total"`
}

func (q *request) home(w http.ResponseWriter) error {
	v := homeView{Days: recentDays, Region: q.visit.Region}
	for _, part := range []func(*homeView) error{q.alias, q.summary, q.members, q.status, q.rolesUsed, q.analyzers} {
		if _, err := q.try(part(&v)); err != nil {
			return err
		}
	}
	v.CreateAnalyzer = q.cli("accessanalyzer", "create-analyzer", "--region", v.Region, "--analyzer-name", "unused", "--type", "ACCOUNT_UNUSED_ACCESS")
	v.Frame = q.frame("Home", nil)
	v.Section = "home"
	q.console.render(w, http.StatusOK, "home", &v)
	return nil
}

func (q *request) alias(v *homeView) error {
	out, err := ask[struct {
		AccountAliases []string `xml:"AccountAliases>member"`
	}](q.Context(), q.client, "iam", "ListAccountAliases")
	if len(out.AccountAliases) > 0 {
		v.Alias = out.AccountAliases[0]
	}
	return err
}

// summary counts what the account has (IAM-45).
func (q *request) summary(v *homeView) error {
	out, err := ask[struct {
		Entries []struct {
			Key   string `xml:"key"`
			Value int    `xml:"value"`
		} `xml:"SummaryMap>entry"`
	}](q.Context(), q.client, "iam", "GetAccountSummary")
	if err != nil {
		return err
	}
	numbers := map[string]int{}
	for _, e := range out.Entries {
		numbers[e.Key] = e.Value
	}
	names := []string{"Users", "Groups", "Roles", "Policies"}
	for i, k := range kinds() {
		v.Counts = append(v.Counts, counted{k, numbers[names[i]]})
	}
	return nil
}

// members counts the accounts of the organization that the account manages. Most
// accounts manage none, and many callers may not ask: that is not worth a word.
func (q *request) members(v *homeView) error {
	o, err := q.organization()
	if err == nil && o.MasterAccountId == q.visit.Account {
		var list []*node
		list, _, err = q.accountsOf("ListAccounts", nil)
		v.Accounts = len(list)
	}
	if _, said := errors.AsType[*apiError](err); said {
		return nil
	}
	return err
}

// rolesUsed counts the roles that were used lately, unless they are so many that
// the page would have to be waited for.
func (q *request) rolesUsed(v *homeView) error {
	for _, c := range v.Counts {
		if c.Kind.Slug == "roles" && c.N > maxUsedRoles {
			return nil
		}
	}
	rows, whole, err := rolesWithUse(q)
	v.RolesAll, v.RolesAsked = len(rows), err == nil && whole
	v.RolesUsed = len(usedSince(rows, usedRecently, q.console.present().Add(-recentDays*day)))
	return err
}

// Unused is how many roles were not used lately.
func (v *homeView) Unused() int { return v.RolesAll - v.RolesUsed }

// analyzers are the analyzers of the session's Region with what they found.
func (q *request) analyzers(v *homeView) error {
	next := ""
	for range maxAsks {
		out, err := askREST[struct {
			Analyzers []analyzer `json:"analyzers"`
			NextToken string     `json:"nextToken"`
		}](q.Context(), q.client, "ListAnalyzers", http.MethodGet, "/analyzer?"+tokenQuery(next), nil)
		if err != nil {
			return err
		}
		v.Analyzers = append(v.Analyzers, out.Analyzers...)
		if next = out.NextToken; next == "" {
			break
		}
	}
	v.Analyzed = true
	for i := range v.Analyzers {
		if _, err := q.try(q.statistics(&v.Analyzers[i])); err != nil {
			return err
		}
	}
	return nil
}

func tokenQuery(next string) string {
	if next == "" {
		return ""
	}
	return url.Values{"nextToken": {next}}.Encode()
}

// statistics adds the numbers of findings of an analyzer.
func (q *request) statistics(a *analyzer) error {
	type totals struct {
		Active int     `json:"totalActiveFindings"`
		Types  []typed `json:"unusedAccessTypeStatistics"`
	}
	out, err := askREST[struct {
		Statistics []struct {
			External *totals `json:"externalAccessFindingsStatistics"`
			Unused   *totals `json:"unusedAccessFindingsStatistics"`
		} `json:"findingsStatistics"`
		LastUpdatedAt time.Time `json:"lastUpdatedAt"`
	}](q.Context(), q.client, "GetFindingsStatistics", http.MethodPost, "/analyzer/findings/statistics", map[string]string{"analyzerArn": a.ARN})
	if err != nil {
		return err
	}
	a.Scanned, a.Available = out.LastUpdatedAt, true
	for _, s := range out.Statistics {
		for _, t := range []*totals{s.External, s.Unused} {
			if t != nil {
				a.Active += t.Active
				a.Types = append(a.Types, t.Types...)
			}
		}
	}
	return nil
}
