package organization

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// taggable reports whether a root, unit, account or policy of the customer has
// the id.
func (o *Organization) taggable(id string) error {
	if p, ok := o.Policy(id); ok && p.AWSManaged {
		return ErrManagedPolicy
	} else if !ok && !o.Has(id) {
		return ErrTargetNotFound
	}
	return nil
}

// TagsOf are the tags of a root, unit, account or policy, by key. Not to be
// changed.
func (o *Organization) TagsOf(id string) ([]Tag, error) {
	if _, isPolicy := o.Policy(id); !isPolicy && !o.Has(id) {
		return nil, ErrTargetNotFound
	}
	return o.Tags[id], nil
}

// Tag adds tags, and replaces the values of those that are there.
func (o *Organization) Tag(id string, tags []Tag) error {
	if err := o.taggable(id); err != nil {
		return err
	}
	list := slices.Clone(o.Tags[id])
	for _, t := range tags {
		if err := validTag(t); err != nil {
			return err
		}
		if old := at(list, t, byTag); old != nil {
			old.Value = t.Value
		} else {
			insert(&list, t, byTag)
		}
	}
	if len(list) > MaxTags {
		return ErrTooManyTags
	}
	if o.Tags == nil {
		o.Tags = map[string][]Tag{}
	}
	if len(list) > 0 {
		o.Tags[id] = list
	}
	return nil
}

func validTag(t Tag) error {
	if n := utf8.RuneCountInString(t.Key); n == 0 || n > MaxTagKey || utf8.RuneCountInString(t.Value) > MaxTagValue {
		return fmt.Errorf("a tag has a key of 1 to %d and a value of up to %d characters: %w", MaxTagKey, MaxTagValue, ErrInvalid)
	}
	if strings.HasPrefix(strings.ToLower(t.Key), "aws:") {
		return fmt.Errorf("tag keys that begin with aws: are AWS's: %w", ErrInvalid)
	}
	return nil
}

// Untag takes tags away; keys that are not there do not matter.
func (o *Organization) Untag(id string, keys []string) error {
	if err := o.taggable(id); err != nil {
		return err
	}
	list := slices.DeleteFunc(slices.Clone(o.Tags[id]), func(t Tag) bool { return slices.Contains(keys, t.Key) })
	if len(list) == 0 {
		delete(o.Tags, id)
	} else {
		o.Tags[id] = list
	}
	return nil
}

// RegisterDelegated makes a member the administrator of a service.
func (o *Organization) RegisterDelegated(account, service string, since time.Time) error {
	switch a, err := o.member(account); {
	case err != nil:
		return err
	case a.Status != Active:
		return ErrAccountNotActive
	case service == "" || len(service) > MaxTagKey:
		return fmt.Errorf("a service principal has 1 to %d characters: %w", MaxTagKey, ErrInvalid)
	case !insert(&o.Delegated, Delegated{account, service, since}, byDelegated):
		return ErrAlreadyRegistered
	}
	return nil
}

// DeregisterDelegated ends that.
func (o *Organization) DeregisterDelegated(account, service string) error {
	if _, ok := o.Account(account); !ok {
		return ErrAccountNotFound
	}
	if !remove(&o.Delegated, Delegated{Account: account, Service: service}, byDelegated) {
		return ErrNotRegistered
	}
	return nil
}

// TrustService lets a service act in the organization; twice is once.
func (o *Organization) TrustService(service string, since time.Time) {
	insert(&o.TrustedServices, TrustedService{service, since}, byService)
}

// DistrustService ends that.
func (o *Organization) DistrustService(service string) {
	remove(&o.TrustedServices, TrustedService{Service: service}, byService)
}
