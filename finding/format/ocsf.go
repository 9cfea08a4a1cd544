package format

import (
	"io"

	"github.com/ebbmark/ebbmark/finding"
)

// OCSF's numbers (schema version 1.3.0): the class Detection Finding in the
// category Findings.
const (
	ocsfVersion  = "1.3.0"
	ocsfCategory = 2
	ocsfClass    = 2004
)

// OCSF writes one Detection Finding to a line.
//
// All required attributes are there: activity_id, category_uid, class_uid,
// finding_info (uid, title), metadata (product, version), severity_id, time,
// type_uid (class × 100 + activity), and cloud (provider) for the profile of
// that name. Times are milliseconds since 1970. The details have no place in
// the class and stand under unmapped as Access Analyzer writes them.
func OCSF(w io.Writer, analyzer finding.Name, list Findings) error {
	return lines(w, list, func(f *finding.Detailed) any { return newOCSF(analyzer, f) })
}

type ocsfFinding struct {
	ActivityID  int            `json:"activity_id"`
	CategoryUID int            `json:"category_uid"`
	ClassUID    int            `json:"class_uid"`
	TypeUID     int            `json:"type_uid"`
	Time        int64          `json:"time"`
	SeverityID  severity       `json:"severity_id"`
	Severity    string         `json:"severity"`
	StatusID    int            `json:"status_id"`
	Status      string         `json:"status"`
	Info        ocsfInfo       `json:"finding_info"`
	Metadata    ocsfMetadata   `json:"metadata"`
	Cloud       ocsfCloud      `json:"cloud"`
	Resources   []ocsfResource `json:"resources"`
	Remediation ocsfText       `json:"remediation"`
	Unmapped    ocsfUnmapped   `json:"unmapped"`
}

type ocsfInfo struct {
	UID      string   `json:"uid"`
	Title    string   `json:"title"`
	Desc     string   `json:"desc"`
	Types    []string `json:"types"`
	Created  int64    `json:"created_time"`
	Modified int64    `json:"modified_time"`
	LastSeen int64    `json:"last_seen_time"`
}

type ocsfMetadata struct {
	UID      string      `json:"uid"`
	Version  string      `json:"version"`
	Profiles []string    `json:"profiles"`
	Product  ocsfProduct `json:"product"`
}

type ocsfProduct struct {
	Name    string    `json:"name"`
	Vendor  string    `json:"vendor_name"`
	Feature ocsfNamed `json:"feature"`
}

type ocsfNamed struct {
	Name string `json:"name"`
	UID  string `json:"uid"`
}

type ocsfCloud struct {
	Provider string      `json:"provider"`
	Account  ocsfAccount `json:"account"`
	Region   string      `json:"region"`
}

type ocsfAccount struct {
	UID string `json:"uid"`
}

type ocsfResource struct {
	UID       string `json:"uid"`
	Name      string `json:"name"`
	Type      string `json:"type"`
	Partition string `json:"cloud_partition"`
}

type ocsfText struct {
	Desc string `json:"desc"`
}

type ocsfUnmapped struct {
	Details []detailJSON `json:"findingDetails"`
}

func newOCSF(analyzer finding.Name, f *finding.Detailed) ocsfFinding {
	activity := ocsfActivity(f)
	o := ocsfFinding{
		ActivityID: activity, CategoryUID: ocsfCategory, ClassUID: ocsfClass, TypeUID: ocsfClass*100 + activity,
		Time: f.UpdatedAt.UnixMilli(), SeverityID: severityOf(f), Severity: ocsfSeverity(severityOf(f)),
		Info: ocsfInfo{
			f.ID, title(f), description(f), []string{string(f.Type)},
			f.CreatedAt.UnixMilli(), f.UpdatedAt.UnixMilli(), f.AnalyzedAt.UnixMilli(),
		},
		Metadata: ocsfMetadata{
			EventID(&f.Finding), ocsfVersion, []string{"cloud"},
			ocsfProduct{"ebbmark", "ebbmark", ocsfNamed{analyzer.Name, analyzer.ARN()}},
		},
		Cloud:       ocsfCloud{"AWS", ocsfAccount{f.Owner}, analyzer.Region},
		Resources:   []ocsfResource{{f.Resource, resourceName(f.Resource), f.ResourceType, analyzer.Partition}},
		Remediation: ocsfText{advice(f.Type)},
		Unmapped:    ocsfUnmapped{details(f)},
	}
	o.StatusID, o.Status = ocsfStatus(f.Status)
	return o
}

// ocsfActivity: 1 Create, 2 Update, 3 Close.
func ocsfActivity(f *finding.Detailed) int {
	switch {
	case f.Status == finding.Resolved:
		return 3
	case f.UpdatedAt.Equal(f.CreatedAt):
		return 1
	}
	return 2
}

// ocsfStatus: an owner archives what is meant to be so; OCSF calls that
// suppressed.
func ocsfStatus(s finding.Status) (int, string) {
	switch s {
	case finding.Archived:
		return 3, "Suppressed"
	case finding.Resolved:
		return 4, "Resolved"
	}
	return 1, "New"
}

func ocsfSeverity(s severity) string {
	switch s {
	case low:
		return "Low"
	case high:
		return "High"
	}
	return "Medium"
}
