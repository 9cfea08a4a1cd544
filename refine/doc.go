// Package refine makes policies smaller without taking away what was used
// (docs/spec/access-analyzer.md, sections 6 and 7).
//
// Gather reads the recorded use of a principal. Recommend judges each of its
// policies by itself and says which to detach and what to put in place of others
// (AA-40 to AA-47); every recommendation is proven by Prove, which replays the use
// against the policies as they would be. Observe and Generate make policies from
// use alone (AA-50 to AA-60). Edit makes one policy smaller and keeps its form.
//
// Doubt keeps permissions. What has no name in the catalogue is not judged; a
// call of which nobody knows what it needed keeps its service whole; a pattern
// that is too hard stays as it is written.
//
// AWSCandidates and Replacements put policies of an account in place of those of AWS,
// which nobody can edit; PermissionSets judges those of IAM Identity Center by the use
// in all accounts.
//
// Bottom up: history.go is the use and need.go what it makes needed; match.go
// finds the actions of a pattern, shrink.go makes a statement smaller;
// recommend.go, prove.go, generate.go and edit.go are the answers, pack.go keeps
// them within the size of a policy.
package refine
