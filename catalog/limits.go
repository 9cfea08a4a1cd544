package catalog

// Limits of everything this room reads. The embedded catalogue stays far below
// all of them (456 services, 22,091 actions, longest name 64 bytes).
const (
	maxNamespace  = 64      // bytes of a service namespace
	maxName       = 128     // bytes of an action, operation or resource type
	maxFormat     = 2048    // bytes of an ARN format
	maxLine       = 1 << 16 // bytes of a line of our text format
	maxServices   = 5_000   // services of one set
	maxPerService = 20_000  // actions, operations and ARN formats of one service
	maxTypes      = 500     // resource types of one action
	maxFormats    = 100     // ARN formats of one resource type

	// MaxDocument is the largest Service Reference document in bytes (the
	// largest known one has 0.8 MB).
	MaxDocument = 16 << 20
	// MaxOverlay is the largest text of an overlay in bytes (all of AWS's
	// services take 1.3 MB).
	MaxOverlay = 64 << 20
)

// The embedded catalogue must not be smaller than this: a catalogue that was
// cut short would hide services from every report.
const (
	minServices = 450
	minActions  = 20_000
	minTracked  = 9_000
	minHosts    = 90
	minCalls    = 300
	minRegions  = 30
)
