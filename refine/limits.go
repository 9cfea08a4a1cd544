package refine

// Limits of this room.
const (
	// MaxPolicy is the length of a managed policy in characters without white
	// space, which is what a recommended or generated policy becomes (IAM-14).
	MaxPolicy = 6144
	// MaxRoleInline and MaxUserInline are the lengths of all inline policies of a role and
	// of a user together, counted alike (IAM's quotas, which cannot be raised).
	MaxRoleInline, MaxUserInline = 10_240, 2048
	// maxParts is how many policies may take the place of one of AWS that is longer
	// than MaxPolicy.
	maxParts = 4
	// maxPolicyName is the length of a managed policy's name in characters, and
	// maxAttached how many managed policies a user, group or role has attached unless
	// a quota was raised (IAM User Guide, "IAM and AWS STS quotas").
	maxPolicyName = 128
	maxAttached   = 10
	// maxSetInline is the length of a permission set's inline policy, which is the only
	// one of its roles. PutInlinePolicyToPermissionSet takes more, and the roles then
	// cannot be made.
	maxSetInline = MaxRoleInline
	// maxMatches is how many names are compared with the patterns of one policy.
	// The patterns that are left over then stay as they are written. The policies
	// that AWS and people write need a hundredth of it.
	maxMatches = 20_000_000
	// minStarred is how many actions that begin alike are written with a star.
	minStarred = 3
	// maxNamed is how many refused actions an error names.
	maxNamed = 10
	// maxSamples is how many resources are tried for one statement in a replay.
	maxSamples = 16
)
