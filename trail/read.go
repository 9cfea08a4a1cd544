package trail

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
)

// arnForm is that of a trail.
var arnForm = regexp.MustCompile(`^arn:aws[a-z0-9-]*:cloudtrail:[a-z0-9-]+:[0-9]{12}:trail/.+$`)

// ReadTrails reads a list as that of describe-trails.
func ReadTrails(raw json.RawMessage) (out []Trail, err error) {
	all, err := list(raw, maxTrails)
	if err != nil {
		return nil, err
	}
	for _, one := range all {
		t, err := readTrail(one)
		if err != nil {
			return nil, err
		}
		out = append(out, t)
	}
	return out, nil
}

func readTrail(raw json.RawMessage) (t Trail, err error) {
	m, err := object(raw)
	if err != nil {
		return t, fmt.Errorf("a trail: %w", err)
	}
	problems := []error{}
	take := func(to *string, name string) {
		s, err := text(m, name)
		*to, problems = s, append(problems, err)
	}
	is := func(to *bool, name string) {
		b, err := flag(m, name)
		*to, problems = b != nil && *b, append(problems, err)
	}
	take(&t.ARN, "TrailARN")
	take(&t.Name, "Name")
	take(&t.HomeRegion, "HomeRegion")
	take(&t.Bucket, "S3BucketName")
	take(&t.Prefix, "S3KeyPrefix")
	is(&t.MultiRegion, "IsMultiRegionTrail")
	is(&t.Organization, "IsOrganizationTrail")
	if err := errors.Join(problems...); err != nil {
		return t, fmt.Errorf("trail %.80q: %w", t.ARN, err)
	}
	if !arnForm.MatchString(t.ARN) {
		return t, fmt.Errorf("trail %.80q: its TrailARN %.80q is not the ARN of a trail", t.Name, t.ARN)
	}
	if home := arnField(t.ARN, 3); t.HomeRegion == "" {
		t.HomeRegion = home
	} else if t.HomeRegion != home {
		return t, fmt.Errorf("trail %s: its HomeRegion is %.80q", t.ARN, t.HomeRegion)
	}
	return t, nil
}

// ReadListed reads a list as that of list-trails: the ARNs in it, never nil.
func ReadListed(raw json.RawMessage) ([]string, error) {
	all, err := list(raw, maxTrails)
	if err != nil {
		return nil, err
	}
	out := []string{}
	for _, one := range all {
		m, err := object(one)
		if err != nil {
			return nil, fmt.Errorf("a trail: %w", err)
		}
		arn, err := text(m, "TrailARN")
		if err == nil && !arnForm.MatchString(arn) {
			err = fmt.Errorf("%.80q is not the ARN of a trail", arn)
		}
		if err != nil {
			return nil, err
		}
		out = append(out, arn)
	}
	return out, nil
}

// ReadSelectors reads the output of get-event-selectors: of which trail, and its
// selectors.
func ReadSelectors(raw json.RawMessage) (arn string, s *Selectors, err error) {
	m, err := object(raw)
	if err != nil {
		return "", nil, err
	}
	if arn, err = text(m, "TrailARN"); err != nil {
		return "", nil, err
	}
	if !arnForm.MatchString(arn) {
		return arn, nil, fmt.Errorf("event selectors whose TrailARN %.80q is not the ARN of a trail", arn)
	}
	s = &Selectors{}
	if s.Basic, err = selectors(m["EventSelectors"], readBasic); err != nil {
		return arn, nil, fmt.Errorf("event selectors of %s: %w", arn, err)
	}
	if s.Advanced, err = selectors(m["AdvancedEventSelectors"], readAdvanced); err != nil {
		return arn, nil, fmt.Errorf("advanced event selectors of %s: %w", arn, err)
	}
	return arn, s, nil
}

func selectors[T any](raw json.RawMessage, read func(map[string]json.RawMessage) (T, error)) (out []T, err error) {
	if raw == nil {
		return nil, nil
	}
	all, err := list(raw, maxSelectors)
	if err != nil {
		return nil, err
	}
	for _, one := range all {
		m, err := object(one)
		if err != nil {
			return nil, err
		}
		s, err := read(m)
		if err != nil {
			return nil, err
		}
		out = append(out, s)
	}
	return out, nil
}

func readBasic(m map[string]json.RawMessage) (b BasicSelector, err error) {
	b.Strange = strange(m, "ReadWriteType", "IncludeManagementEvents", "DataResources", "ExcludeManagementEventSources")
	if b.ReadWriteType, err = text(m, "ReadWriteType"); err != nil {
		return b, err
	}
	if b.IncludeManagementEvents, err = flag(m, "IncludeManagementEvents"); err != nil {
		return b, err
	}
	if b.ExcludeManagementEventSources, err = texts(m, "ExcludeManagementEventSources"); err != nil {
		return b, err
	}
	var unknown []string
	b.DataResources, err = selectors(m["DataResources"], func(m map[string]json.RawMessage) (r DataResource, err error) {
		unknown = append(unknown, strange(m, "Type", "Values")...)
		if r.Type, err = text(m, "Type"); err == nil {
			r.Values, err = texts(m, "Values")
		}
		return r, err
	})
	b.Strange = append(b.Strange, unknown...)
	return b, err
}

func readAdvanced(m map[string]json.RawMessage) (a AdvancedSelector, err error) {
	a.Strange = strange(m, "Name", "FieldSelectors")
	if a.Name, err = text(m, "Name"); err != nil {
		return a, err
	}
	a.FieldSelectors, err = selectors(m["FieldSelectors"], readField)
	return a, err
}

func readField(m map[string]json.RawMessage) (f FieldSelector, err error) {
	if f.Field, err = text(m, "Field"); err != nil {
		return f, err
	}
	lists := map[string]*[]string{"Equals": &f.Equals, "NotEquals": &f.NotEquals, "StartsWith": &f.StartsWith,
		"NotStartsWith": &f.NotStartsWith, "EndsWith": &f.EndsWith, "NotEndsWith": &f.NotEndsWith}
	known := []string{"Field"}
	for name, to := range lists {
		if *to, err = texts(m, name); err != nil {
			return f, fmt.Errorf("field %.80q: %w", f.Field, err)
		}
		known = append(known, name)
	}
	f.Strange = strange(m, known...)
	return f, nil
}

// ReadStatus reads the output of get-trail-status.
func ReadStatus(raw json.RawMessage) (*Status, error) {
	m, err := object(raw)
	if err != nil {
		return nil, err
	}
	logging, err := flag(m, "IsLogging")
	if err == nil && logging == nil {
		err = errors.New("IsLogging is missing")
	}
	if err != nil {
		return nil, err
	}
	s := &Status{Logging: *logging}
	var errs [3]error
	s.Started, errs[0] = moment(m, "StartLoggingTime")
	s.Stopped, errs[1] = moment(m, "StopLoggingTime")
	s.DeliveryError, errs[2] = text(m, "LatestDeliveryError")
	return s, errors.Join(errs[:]...)
}
