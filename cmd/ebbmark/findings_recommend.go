package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/ebbmark/ebbmark/analyzers"
	"github.com/ebbmark/ebbmark/refine"
)

func (p *program) findingsRecommendCommand() *cobra.Command {
	var f findingsFlags
	cmd := &cobra.Command{
		Use:   "recommend ID",
		Short: "Say how to take unused permissions away",
		Long: `Makes the recommendation for a finding of the type UnusedPermission anew and prints its
steps: policies to detach, and policies to put in their place. Look at them before
you do what they say: what was not used in the period may be needed all the same.

--format json prints what "aws accessanalyzer get-finding-recommendation" prints.`,
		Example: `  ebbmark findings recommend 6f1c0c1e
  ebbmark findings recommend 6f1c0c1e --format json |
    jq -r '.recommendedSteps[].unusedPermissionsRecommendedStep.recommendedPolicy // empty'`,
		Args: oneArgument("a finding's id"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return p.findingsRecommend(cmd.Context(), f, args[0])
		},
	}
	storeFlag(cmd, &f.store)
	analyzerFlag(cmd, &f)
	cmd.Flags().StringVar(&f.format, "format", "table", "table or json")
	computeFlags(cmd, &f, "go by use up to this moment instead of now")
	return cmd
}

func (p *program) findingsRecommend(ctx context.Context, f findingsFlags, id string) (err error) {
	if f.format != "table" && f.format != "json" {
		return usageError("--format %q: want table or json", f.format)
	}
	d, err := p.openDesk(ctx, f)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.Close()) }()
	found, err := d.locate(ctx, f, []string{id})
	if err != nil {
		return err
	}
	name, full := found[0].view.Analyzer.Name, found[0].finding
	err = d.keeper.Recommend(ctx, name, full.ID)
	if errors.Is(err, analyzers.ErrWrongType) {
		return fmt.Errorf("finding %s is of the type %s: recommendations are for UnusedPermission", full.ID, full.Type)
	}
	if err != nil {
		return err
	}
	r, err := d.keeper.Recommendation(ctx, name, full.ID)
	switch {
	case err != nil:
		return err
	case r.Status != analyzers.Succeeded:
		return fmt.Errorf("nothing can be recommended for finding %s: %s (%s)", full.ID, r.ErrorMessage, r.ErrorCode)
	case f.format == "json":
		return p.recommendationJSON(r)
	}
	return p.writeText(recommendationText(r))
}

func recommendationText(r *analyzers.Recommendation) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n", r.Resource)
	if len(r.Steps) == 0 {
		b.WriteString("nothing to do: each of its policies is used as a whole\n")
	}
	for i, s := range r.Steps {
		switch s.Action {
		case refine.CreatePolicy:
			fmt.Fprintf(&b, "\n%d. Make and attach this policy in place of %s:\n\n%s\n", i+1, policyName(s), policyLines(s.Recommended))
		case refine.DetachPolicy:
			fmt.Fprintf(&b, "\n%d. %s %s\n", i+1, awayWith(s), policyName(s))
		default:
			fmt.Fprintf(&b, "\n%d. %s %s\n", i+1, s.Action, s.ExistingPolicy)
		}
	}
	return b.String()
}

// inline reports whether the step is about a policy without an ARN (AA-43).
func inline(s refine.Step) bool { return !strings.HasPrefix(s.ExistingPolicy, "arn:") }

func policyName(s refine.Step) string {
	if inline(s) {
		return "the inline policy " + s.ExistingPolicy
	}
	return s.ExistingPolicy
}

// awayWith is how the policy is taken away.
func awayWith(s refine.Step) string {
	if inline(s) {
		return "Delete"
	}
	return "Detach"
}

// policyLines is a policy on lines, four blanks in.
func policyLines(text string) string {
	var b bytes.Buffer
	if err := json.Indent(&b, []byte(text), "    ", "    "); err != nil {
		return text
	}
	return "    " + b.String()
}

// recommendationJSON prints a recommendation as the AWS CLI does (AA-41, AA-43).
func (p *program) recommendationJSON(r *analyzers.Recommendation) error {
	type inner struct {
		Updated  string `json:"policyUpdatedAt,omitempty"`
		Action   string `json:"recommendedAction"`
		Policy   string `json:"recommendedPolicy,omitempty"`
		Existing string `json:"existingPolicyId"`
	}
	type step struct {
		Step inner `json:"unusedPermissionsRecommendedStep"`
	}
	steps := make([]step, 0, len(r.Steps))
	for _, s := range r.Steps {
		steps = append(steps, step{inner{moment(s.PolicyUpdatedAt.UTC()), s.Action, s.Recommended, s.ExistingPolicy}})
	}
	enc := json.NewEncoder(p.stdout)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "    ")
	return enc.Encode(struct {
		Started   time.Time `json:"startedAt"`
		Completed time.Time `json:"completedAt"`
		Resource  string    `json:"resourceArn"`
		Type      string    `json:"recommendationType"`
		Steps     []step    `json:"recommendedSteps"`
		Status    string    `json:"status"`
	}{r.Started.UTC(), r.Completed.UTC(), r.Resource, "UnusedPermissionRecommendation", steps, r.Status})
}
