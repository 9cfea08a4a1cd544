package policy

// Kind is a type of policy.
type Kind uint8

// The kinds of policies, in the order in which they are named as the reason of
// a decision when several would do.
const (
	RCP      Kind       = iota + 1 // resource control policy of the organization
	SCP                            // service control policy of the organization
	Resource                       // resource-based policy
	Trust                          // trust policy of a role
	Identity                       // identity-based policy
	Boundary                       // permissions boundary
	Session                        // session policy
	kinds    = iota + 1            // their number plus one
)

// String is the kind as AWS's error messages write it.
func (k Kind) String() string {
	switch k {
	case RCP:
		return "resource control policy"
	case SCP:
		return "service control policy"
	case Resource:
		return "resource-based policy"
	case Trust:
		return "role trust policy"
	case Identity:
		return "identity-based policy"
	case Boundary:
		return "permissions boundary"
	case Session:
		return "session policy"
	}
	return "policy"
}

// Request is one question: may the caller do the action on the resource?
type Request struct {
	Action   string // "iam:GetUser"; case is ignored
	Resource string // ARN, or "*" for an action without resource
	Caller   Caller
	// Owner is the account that owns the resource; empty: the caller's.
	Owner string
	// Context holds the condition keys of the request. Those that follow from
	// the caller (aws:PrincipalArn, aws:PrincipalAccount, aws:PrincipalType,
	// aws:userid, aws:username) are added unless given.
	Context Context
}

// Policies are all policies that bear on a request.
type Policies struct {
	Identity []*Document   // of the caller, with those of its groups
	Boundary *Document     // nil: the caller has none
	SCP      [][]*Document // a list per level, root to account; each level must allow. nil: none apply
	RCP      [][]*Document // likewise, of the resource's account
	Session  []*Document   // nil: the session has none; else one of them must allow
	Resource *Document     // policy of the resource; nil: none
	// Trust is the trust policy when the resource is a role to assume. Unlike
	// another resource policy it must allow in the same account too. Do not set
	// both.
	Trust *Document
}

// Matched is a statement that applied to the request.
type Matched struct {
	Kind          Kind
	Level, Policy int // index in the lists of Policies; Level for SCP and RCP only
	Index         int // of the statement in its document
	Statement     *Statement
}

// Finding is what the policies of one kind say together.
type Finding struct {
	Present bool // there are such policies
	Allows  bool // their Allows suffice: for SCP and RCP on every level
	Denies  bool // a Deny applies
}

// Decision is the answer with its reasons.
type Decision struct {
	Allowed  bool
	Explicit bool // not Allowed because of a Deny statement; else for want of an Allow
	By       Kind // which kind of policy decided
	// Delegated: a resource or trust policy allows the caller's account only, so
	// that its identity policies had to allow too.
	Delegated bool
	Findings  [kinds]Finding // by Kind
	Matched   []Matched      // Allows and Denies, in the order of Kind, level, policy, statement
	// Missing are the context keys that conditions and variables of otherwise
	// applying statements asked for and the request did not have; sorted.
	Missing []string
}

// Reason is the end of AWS's AccessDenied message (LA-111): "because no
// identity-based policy allows the iam:GetUser action", "with an explicit deny
// in an identity-based policy". Empty when the request is allowed.
func (d *Decision) Reason(action string) string {
	switch {
	case d.Allowed:
		return ""
	case !d.Explicit:
		return "because no " + d.By.String() + " allows the " + action + " action"
	case d.By == Trust:
		return "with an explicit deny in the " + d.By.String()
	case d.By == Identity:
		return "with an explicit deny in an " + d.By.String()
	}
	return "with an explicit deny in a " + d.By.String()
}

// Evaluate decides a request (User Guide, "Policy evaluation logic").
//
// It does not stop at the first Deny or Allow: the reasons must be complete
// whatever the outcome, and must not depend on the order of the policies.
func Evaluate(req Request, sets Policies) Decision {
	e := evaluation{req: &req, sets: &sets, ctx: newLookup(req.Context, &req.Caller)}
	e.levels(RCP, sets.RCP)
	e.levels(SCP, sets.SCP)
	e.single(Resource, sets.Resource)
	e.single(Trust, sets.Trust)
	e.union(Identity, sets.Identity)
	e.single(Boundary, sets.Boundary)
	if sets.Session != nil {
		e.union(Session, sets.Session)
	}
	e.decide()
	e.Missing = e.ctx.missed()
	return e.Decision
}

type evaluation struct {
	req  *Request
	sets *Policies
	ctx  *lookup
	Decision
	direct reach // the most direct Allow of the resource or trust policy
}

// levels judges organization policies: every level must allow.
func (e *evaluation) levels(kind Kind, levels [][]*Document) {
	f := &e.Findings[kind]
	f.Present, f.Allows = len(levels) > 0, len(levels) > 0
	for i, level := range levels {
		allows := false
		for j, doc := range level {
			allow, deny := e.document(kind, i, j, doc)
			allows = allows || allow
			f.Denies = f.Denies || deny
		}
		f.Allows = f.Allows && allows
	}
}

// union judges policies of which one Allow suffices.
func (e *evaluation) union(kind Kind, docs []*Document) {
	f := &e.Findings[kind]
	f.Present = true
	for i, doc := range docs {
		allow, deny := e.document(kind, 0, i, doc)
		f.Allows = f.Allows || allow
		f.Denies = f.Denies || deny
	}
}

func (e *evaluation) single(kind Kind, doc *Document) {
	if doc != nil {
		e.union(kind, []*Document{doc})
	}
}

func (e *evaluation) document(kind Kind, level, policy int, doc *Document) (allow, deny bool) {
	for i := range doc.Statements {
		st := &doc.Statements[i]
		how := e.applies(kind, doc, st)
		if how == notNamed {
			continue
		}
		e.Matched = append(e.Matched, Matched{kind, level, policy, i, st})
		if !st.Allow {
			deny = true
			continue
		}
		allow = true
		if kind == Resource || kind == Trust {
			e.direct = max(e.direct, how)
		}
	}
	return allow, deny
}

// applies reports whether, and how directly, a statement applies.
func (e *evaluation) applies(kind Kind, doc *Document, st *Statement) reach {
	if !st.hasAction(e.req.Action) {
		return notNamed
	}
	how, ok := e.addressed(kind, st)
	if !ok {
		return notNamed
	}
	switch {
	case st.Resource == nil && st.NotResource == nil:
		// Only trust policies do without. Elsewhere AWS would not have stored
		// it: then it allows nothing, and denies everything.
		if kind != Trust && st.Allow {
			return notNamed
		}
	case !st.hasResource(kind, doc, e.req.Resource, e.ctx):
		return notNamed
	}
	if !conditionsHold(doc, st, e.ctx) {
		return notNamed
	}
	return how
}

// addressed judges Principal and NotPrincipal. A statement that should have
// none and has, or the other way round, allows nothing and denies everyone.
func (e *evaluation) addressed(kind Kind, st *Statement) (reach, bool) {
	has := st.Principal != nil || st.NotPrincipal != nil
	if wants := kind == Resource || kind == Trust || kind == RCP; has != wants {
		return viaRole, !st.Allow
	}
	if !has {
		return itself, true
	}
	how := st.namedBy(&e.req.Caller, e.sets.Boundary != nil)
	return how, how != notNamed
}

// decide weighs the findings.
func (e *evaluation) decide() {
	for kind := RCP; kind < kinds; kind++ {
		if e.Findings[kind].Denies {
			e.Explicit, e.By = true, kind
			return
		}
	}
	e.Delegated = e.direct == viaAccount
	for _, kind := range e.required() {
		if !e.allows(kind) {
			e.By = kind
			return
		}
	}
	e.Allowed = true
	e.By = Identity
	if !e.allows(Identity) || !e.req.Caller.hasIdentity() {
		e.By = e.ofResource()
	}
}

// ofResource is the kind of the resource's own policy.
func (e *evaluation) ofResource() Kind {
	if e.sets.Trust != nil {
		return Trust
	}
	return Resource
}

// required are the kinds that must allow, in the order in which the lack of an
// Allow is named.
func (e *evaluation) required() []Kind {
	own := e.ofResource()
	caller := &e.req.Caller
	if !caller.hasIdentity() {
		return []Kind{RCP, own}
	}
	if other := e.req.Owner != "" && e.req.Owner != caller.Account; other {
		return []Kind{RCP, SCP, own, Identity, Boundary, Session}
	}
	needs := []Kind{RCP, SCP}
	if own == Trust {
		needs = append(needs, Trust)
	}
	switch {
	case e.direct == itself:
		return needs
	case e.direct == viaRole:
		return append(needs, Boundary, Session)
	}
	return append(needs, Identity, Boundary, Session)
}

// allows reports whether a kind lets the request pass: its policies allow, or
// there are none and none are needed.
func (e *evaluation) allows(kind Kind) bool {
	f := e.Findings[kind]
	switch kind {
	case Identity:
		return f.Allows || e.req.Caller.Root()
	case Resource, Trust:
		return f.Allows
	case Session:
		// A federated user without session policies has no permissions.
		return f.Allows || !f.Present && e.req.Caller.kind() != "federated-user"
	}
	return f.Allows || !f.Present
}
