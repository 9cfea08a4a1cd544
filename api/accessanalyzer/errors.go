package accessanalyzer

import (
	"errors"
	"net/http"

	"github.com/ebbmark/ebbmark/analyzers"
	"github.com/ebbmark/ebbmark/finding"
	"github.com/ebbmark/ebbmark/wire"
)

// The reasons of a ValidationException (AA-2).
const (
	reasonUnknownOperation = "unknownOperation"
	reasonCannotParse      = "cannotParse"
	reasonField            = "fieldValidationFailed"
	reasonOther            = "other"
	reasonNotSupported     = "notSupported"
)

// retryAfter is after how many seconds a client may try again what failed here.
const retryAfter = 1

// validation is a ValidationException.
func validation(reason, format string, args ...any) *wire.Error {
	e := wire.Errorf(http.StatusBadRequest, "ValidationException", format, args...)
	e.Reason = reason
	return e
}

// wrongMember is a ValidationException about one member of the input.
func wrongMember(reason, member, says string) *wire.Error {
	e := validation(reason, "%s: %s", member, says)
	e.Fields = []wire.Field{{Name: member, Message: says}}
	return e
}

// invalid words broken constraints of an input.
func invalid(v wire.Violations) *wire.Error {
	e := validation(reasonField, "%s", v.Error())
	for _, one := range v {
		e.Fields = append(e.Fields, wire.Field{Name: one.At, Message: one.Text})
	}
	return e
}

// word says general errors as AA-2 does. What is wrong with credentials has the
// names that all services give it.
func word(e *wire.Error) *wire.Error {
	own := *e
	switch e.Code {
	case "SerializationException":
		own.Status, own.Code, own.Reason = http.StatusBadRequest, "ValidationException", reasonCannotParse
	case "UnknownOperationException", "MethodNotAllowedException":
		own.Status, own.Code, own.Reason = http.StatusBadRequest, "ValidationException", reasonUnknownOperation
	case "InternalFailure", "ServiceUnavailableException":
		own.Status, own.Code, own.RetryAfter = http.StatusInternalServerError, "InternalServerException", retryAfter
	}
	return &own
}

// subject is what a request is about: for the words of its refusal.
type subject struct {
	analyzer finding.Name
	id       string // of the rule, finding, job or resource; empty: the analyzer
}

// resourceID names what an exception is about. The analyzer may be what is gone,
// although the request was about something of it.
func (s subject) resourceID(about string) string {
	if s.id == "" || about == aboutAnalyzer {
		return s.analyzer.ARN()
	}
	return s.id
}

// exception is how an error of package analyzers is answered.
type exception struct {
	err    error
	status int
	code   string
	// about is the resourceType, or of a ValidationException the member of the
	// input that is wrong.
	about   string
	message string
}

const (
	notFoundException   = "ResourceNotFoundException"
	conflictException   = "ConflictException"
	quotaException      = "ServiceQuotaExceededException"
	validationException = "ValidationException"

	aboutAnalyzer = "Analyzer" // a resourceType
)

var exceptions = []exception{
	{analyzers.ErrNoAnalyzer, 404, notFoundException, aboutAnalyzer, "The analyzer does not exist."},
	{analyzers.ErrNoRule, 404, notFoundException, "ArchiveRule", "The analyzer has no archive rule of that name."},
	{analyzers.ErrNoFinding, 404, notFoundException, "Finding", "The analyzer has no such finding."},
	{analyzers.ErrNoResource, 404, notFoundException, "Resource", "The analyzer covers no such user or role."},
	{analyzers.ErrNoRecommendation, 404, notFoundException, "Recommendation", "No recommendation was generated for the finding. Call GenerateFindingRecommendation first."},

	{analyzers.ErrAnalyzerExists, 409, conflictException, aboutAnalyzer, "There is an analyzer of that name already."},
	{analyzers.ErrRuleExists, 409, conflictException, "ArchiveRule", "The analyzer has an archive rule of that name already."},
	{analyzers.ErrTokenReused, 409, conflictException, "ClientToken", "The client token was used with another request."},
	{analyzers.ErrGenerationRuns, 409, conflictException, "PolicyGeneration", "A policy is being generated for the account. Wait for it or cancel it."},

	{analyzers.ErrAnalyzerQuota, 402, quotaException, aboutAnalyzer, "There are as many analyzers of that type as an account may have in a Region. Delete one first."},
	{analyzers.ErrRuleQuota, 402, quotaException, "ArchiveRule", "The analyzer has as many archive rules as it may. Delete one first."},
	{analyzers.ErrGenerationQuota, 402, quotaException, "PolicyGeneration", "The account has generated as many policies as it may in a day."},

	{analyzers.ErrResolved, 400, validationException, "ids", "the finding is resolved, and its status cannot be changed"},
	{analyzers.ErrWrongType, 400, validationException, "id", "the finding is not of the type UnusedPermission, which recommendations are for"},
	{analyzers.ErrNoGeneration, 400, validationException, "jobId", "there is no such policy generation; it may be older than seven days"},
	{finding.ErrToken, 400, validationException, "nextToken", "is not a token that this list has returned"},

	{analyzers.ErrBusy, 429, "ThrottlingException", "", "Too many requests change this at the same time. Try again."},
	{analyzers.ErrScanRuns, 429, "ThrottlingException", "", "The analyzer is being scanned. Try again."},
}

// refusal is what the API says of an error. Errors it does not know stay as they
// are.
func (s subject) refusal(err error) error {
	if m, ok := errors.AsType[*finding.MemberError](err); ok {
		return ofMember(m)
	}
	if errors.Is(err, analyzers.ErrNotOrganization) {
		return wire.Errorf(http.StatusForbidden, "AccessDeniedException", "Account %s is not a delegated administrator", s.analyzer.Account)
	}
	for i := range exceptions {
		if x := &exceptions[i]; errors.Is(err, x.err) {
			return x.answer(s)
		}
	}
	return err
}

func (x *exception) answer(s subject) *wire.Error {
	if x.code == validationException {
		return wrongMember(reasonField, x.about, x.message)
	}
	e := wire.Errorf(x.status, x.code, "%s", x.message)
	if x.status == http.StatusTooManyRequests {
		e.RetryAfter = retryAfter
		return e
	}
	e.ResourceID, e.ResourceType = s.resourceID(x.about), x.about
	return e
}

// ofMember is the ValidationException of what package finding has found wrong.
func ofMember(m *finding.MemberError) *wire.Error {
	reason := reasonField
	if m.Unsupported {
		reason = reasonNotSupported
	}
	return wrongMember(reason, m.Member, m.Reason)
}
