package refine

import (
	"slices"

	"github.com/ebbmark/ebbmark/catalog"
	"github.com/ebbmark/ebbmark/grant"
	"github.com/ebbmark/ebbmark/policy"
)

// The weights of a Rank: what an unused action counts, by its access level, and
// what one counts with which a principal can get more than it has.
var (
	LevelWeights = []LevelWeight{{catalog.List, 1}, {catalog.Read, 2}, {catalog.Tagging, 2}, {catalog.Write, 5}, {catalog.Permissions, 20}}
	Escalating   = 100
)

// LevelWeight is what an unused action of an access level counts.
type LevelWeight struct {
	Level  catalog.Level
	Weight int
}

// escalations are actions with which a principal can give itself, or take from
// others, more than it was given. Names of services and actions as AWS has them; the
// choice is ours. iam:PassRole is not among them: no log tells of its use.
var escalations = []string{
	"cloudformation:UpdateStack", "codebuild:UpdateProject", "codestar:CreateProject", "datapipeline:PutPipelineDefinition", "ec2-instance-connect:SendSSHPublicKey",
	"glue:UpdateDevEndpoint", "glue:UpdateJob",
	"iam:AddUserToGroup", "iam:AttachGroupPolicy", "iam:AttachRolePolicy", "iam:AttachUserPolicy", "iam:CreateAccessKey", "iam:CreateLoginProfile",
	"iam:CreatePolicyVersion", "iam:DeleteRolePermissionsBoundary", "iam:DeleteUserPermissionsBoundary", "iam:PutGroupPolicy", "iam:PutRolePermissionsBoundary",
	"iam:PutRolePolicy", "iam:PutUserPermissionsBoundary", "iam:PutUserPolicy", "iam:SetDefaultPolicyVersion", "iam:UpdateAssumeRolePolicy", "iam:UpdateLoginProfile",
	"lambda:UpdateFunctionCode", "lambda:UpdateFunctionConfiguration", "sagemaker:CreatePresignedNotebookInstanceUrl",
	"ssm:SendCommand", "ssm:StartSession", "sts:AssumeRole",
}

// Privilege is what a principal may do and did not.
type Privilege struct {
	Granted int // actions that it may use somewhere
	Unused  int // of them, those for which the logs would show a use, and do not
	Score   int // the weight of the unused ones
	// Escalations are the unused actions with which it could get more than it has.
	Escalations []string
}

// Ranker weighs principals.
type Ranker struct {
	cat         *catalog.Catalog
	engine      *grant.Engine
	weight      map[catalog.Level]int
	escalations map[int]bool
	// Unseen is that of Editing: what no log would show counts for nothing.
	Unseen func(action int) bool
}

// NewRanker makes a Ranker for a catalogue and its engine.
func NewRanker(cat *catalog.Catalog, engine *grant.Engine) *Ranker {
	r := &Ranker{cat: cat, engine: engine, weight: map[catalog.Level]int{}, escalations: map[int]bool{}}
	for _, w := range LevelWeights {
		r.weight[w.Level] = w.Weight
	}
	for i := range cat.Actions() {
		if slices.Contains(escalations, cat.FullName(i)) {
			r.escalations[i] = true
		}
	}
	return r
}

// Weigh counts what the policies allow and the history does not have, of what old ones
// among them allow: what the others give may be younger than the history. Each limit is
// a list of policies that must allow an action too: a boundary, a level of service
// control policies. An action that AWS does not track counts only where nothing of
// its service was used, as in findings (AA-44), and iam:PassRole never does.
func (r *Ranker) Weigh(policies, old []*policy.Document, limits [][]*policy.Document, h History) Privilege {
	granted, judged := r.engine.Granted(policies), r.engine.Granted(old)
	for _, limit := range limits {
		granted.And(r.engine.Granted(limit))
	}
	p := Privilege{Granted: granted.Count()}
	n := newNeeds(r.cat, h)
	judged.And(granted)
	for i := range judged.All() {
		if reason := n.of(i); reason != UnusedService && reason != UnusedAction || r.cat.FullName(i) == "iam:PassRole" || r.Unseen != nil && r.Unseen(i) {
			continue
		}
		p.Unused++
		p.Score += r.weight[r.cat.Actions()[i].Level]
		if r.escalations[i] {
			p.Score += Escalating
			p.Escalations = append(p.Escalations, r.cat.FullName(i))
		}
	}
	return p
}
