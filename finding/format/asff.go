package format

import (
	"bufio"
	"fmt"
	"io"

	"github.com/ebbmark/ebbmark/finding"
)

// Limits of ASFF, from the model of Security Hub's BatchImportFindings (schema
// version 2018-10-08): findings in a call, and characters.
const (
	asffBatch       = 100
	asffTitle       = 256
	asffDescription = 1024
	asffAdvice      = 512
	asffField       = 2048 // a value of ProductFields
)

// ASFF writes findings for Security Hub: every line is a list of at most 100
// findings, which is one call of BatchImportFindings.
//
// All required members are there: SchemaVersion, Id, ProductArn, GeneratorId,
// AwsAccountId, CreatedAt, UpdatedAt, Severity, Title, Description, Resources;
// and Types, which a provider must send too. The product is the default one of
// the account that owns the resource, and has to be imported by that account.
// A finding that is archived or resolved has RecordState ARCHIVED; the workflow
// status is its reader's and not set.
func ASFF(w io.Writer, analyzer finding.Name, list Findings) error {
	b := bufio.NewWriter(w)
	batch := make([]asffFinding, 0, asffBatch)
	flush := func() error {
		if len(batch) == 0 {
			return nil
		}
		text, err := encode(batch)
		if err != nil {
			return fmt.Errorf("write findings from %s on: %w", batch[0].ID, err)
		}
		batch = batch[:0]
		_, err = b.Write(append(text, '\n'))
		return err
	}
	for f, err := range list {
		if err != nil {
			return err
		}
		if batch = append(batch, newASFF(analyzer, f)); len(batch) == asffBatch {
			if err := flush(); err != nil {
				return err
			}
		}
	}
	if err := flush(); err != nil {
		return err
	}
	return b.Flush()
}

type asffFinding struct {
	SchemaVersion string
	ID            string `json:"Id"`
	ProductArn    string
	ProductName   string
	CompanyName   string
	GeneratorID   string `json:"GeneratorId"`
	AwsAccountID  string `json:"AwsAccountId"`
	Types         []string
	CreatedAt     string
	UpdatedAt     string
	Severity      asffSeverity
	Title         string
	Description   string
	Remediation   asffRemediation
	ProductFields map[string]string
	Resources     []asffResource
	RecordState   string
}

type asffSeverity struct{ Label, Original string }

type asffRemediation struct{ Recommendation struct{ Text string } }

type asffResource struct {
	Type      string
	ID        string `json:"Id"`
	Partition string
	Details   map[string]map[string]string `json:",omitempty"`
}

func newASFF(analyzer finding.Name, f *finding.Detailed) asffFinding {
	label := asffLabel(severityOf(f))
	a := asffFinding{
		SchemaVersion: "2018-10-08",
		ID:            analyzer.ARN() + "/finding/" + f.ID,
		ProductArn:    "arn:" + analyzer.Partition + ":securityhub:" + analyzer.Region + ":" + f.Owner + ":product/" + f.Owner + "/default",
		ProductName:   "ebbmark", CompanyName: "ebbmark",
		GeneratorID:  analyzer.ARN(),
		AwsAccountID: f.Owner,
		Types:        []string{asffType(f.Type)},
		CreatedAt:    stamp(f.CreatedAt), UpdatedAt: stamp(f.UpdatedAt),
		Severity:      asffSeverity{label, label},
		Title:         clip(title(f), asffTitle),
		Description:   clip(description(f), asffDescription),
		ProductFields: asffFields(f),
		Resources:     asffResources(analyzer.Partition, f),
		RecordState:   "ACTIVE",
	}
	a.Remediation.Recommendation.Text = clip(advice(f.Type), asffAdvice)
	if f.Status != finding.Active {
		a.RecordState = "ARCHIVED"
	}
	return a
}

// asffType is namespace/category/classifier; the first two are AWS's.
func asffType(t finding.Type) string {
	if t == finding.ExternalAccess {
		return "Effects/Data Exposure/External Access Granted"
	}
	return "Software and Configuration Checks/AWS Security Best Practices/Unused Access"
}

func asffLabel(s severity) string {
	switch s {
	case low:
		return "LOW"
	case high:
		return "HIGH"
	}
	return "MEDIUM"
}

func asffFields(f *finding.Detailed) map[string]string {
	fields := map[string]string{"ebbmark/findingType": string(f.Type), "ebbmark/status": string(f.Status)}
	if !f.LastAccessed.IsZero() {
		fields["ebbmark/lastAccessed"] = stamp(f.LastAccessed)
	}
	if f.Type == finding.UnusedPermission {
		fields["ebbmark/numberOfUnusedServices"] = fmt.Sprint(f.Services)
		fields["ebbmark/numberOfUnusedActions"] = fmt.Sprint(f.Actions)
	}
	if f.External != nil {
		fields["ebbmark/principal"] = clip(principal(f.External), asffField)
	}
	return fields
}

// asffResources are the principal and, of a finding about one, its access key.
func asffResources(partition string, f *finding.Detailed) []asffResource {
	name := resourceName(f.Resource)
	r := asffResource{"AwsIamRole", f.Resource, partition, map[string]map[string]string{"AwsIamRole": {"RoleName": name}}}
	if f.ResourceType == finding.UserResource {
		r.Type, r.Details = "AwsIamUser", map[string]map[string]string{"AwsIamUser": {"UserName": name}}
	}
	if f.Type != finding.UnusedIAMUserAccessKey {
		return []asffResource{r}
	}
	key := map[string]map[string]string{"AwsIamAccessKey": {"AccessKeyId": f.Key}}
	return []asffResource{r, {"AwsIamAccessKey", f.Key, partition, key}}
}
