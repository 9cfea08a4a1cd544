package accessanalyzer

import (
	"context"
	"net/http"

	"github.com/ebbmark/ebbmark/finding"
	"github.com/ebbmark/ebbmark/wire"
)

// unsupportedOperations are those of AWS that are not built: they answer so,
// also when the rest of the request is wrong.
func (a *API) unsupportedOperations() []wire.Operation {
	const (
		policies = "policies are not validated or compared here"
		previews = "access previews are not built"
	)
	return []wire.Operation{
		unsupported("ValidatePolicy", policies),
		unsupported("CheckNoNewAccess", policies),
		unsupported("CheckAccessNotGranted", policies),
		unsupported("CheckNoPublicAccess", policies),
		unsupportedOn(a, "CreateAccessPreview", previews),
		unsupportedOn(a, "GetAccessPreview", previews),
		unsupportedOn(a, "ListAccessPreviews", previews),
		unsupportedOn(a, "ListAccessPreviewFindings", previews),
		wire.Op("CreateServiceLinkedAnalyzer", nil, onlyServices),
		wire.Op("DeleteServiceLinkedAnalyzer", nil, onlyServices),
	}
}

type anyInput struct{}

type anyAnalyzerInput struct{ OfARN }

func notSupported(operation, why string) *wire.Error {
	return validation(reasonNotSupported, "%s is not supported by this server: %s.", operation, why)
}

func unsupported(name, why string) wire.Operation {
	return wire.Op(name, nil, func(context.Context, wire.Caller, *anyInput) (*wire.NoOutput, error) {
		return nil, notSupported(name, why)
	})
}

// unsupportedOn is unsupported for an operation on an analyzer.
func unsupportedOn(a *API, name, why string) wire.Operation {
	return on(a, name, func(context.Context, wire.Caller, *anyAnalyzerInput, *finding.Analyzer) (*wire.NoOutput, error) {
		return nil, notSupported(name, why)
	})
}

// onlyServices refuses what AWS lets its own services do only.
func onlyServices(context.Context, wire.Caller, *anyInput) (*wire.NoOutput, error) {
	return nil, wire.Errorf(http.StatusForbidden, "AccessDeniedException", "Service-linked analyzers can be managed by AWS services only.")
}
