package sts

import (
	"maps"
	"strings"

	"github.com/ebbmark/ebbmark/auth"
	"github.com/ebbmark/ebbmark/wire"
)

// SessionTags are tags of a session. Embed it.
type SessionTags struct {
	Tags []Tag `max:"50"`
}

// Tag is a session tag.
type Tag struct {
	Key   string  `required:"true" min:"1" max:"128" pattern:"[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]+"`
	Value *string `required:"true" max:"256" pattern:"[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*"`
}

// set joins the tags of the request with those that the caller's session hands
// on. Keys ignore case, and one that was handed on cannot be set again.
func (in *SessionTags) set(s *auth.Session, handedOn map[string]string) error {
	s.Tags = maps.Clone(handedOn)
	for _, tag := range in.Tags {
		if _, twice := tagNamed(s.Tags, tag.Key); twice {
			return wire.Errorf(400, "InvalidParameterValue", "The tag %s is given twice, or was set as transitive earlier in the role chain", tag.Key)
		}
		if strings.HasPrefix(strings.ToLower(tag.Key), "aws:") {
			return wire.Errorf(400, "InvalidParameterValue", "Tag keys beginning with aws: are reserved: %s", tag.Key)
		}
		if s.Tags == nil {
			s.Tags = map[string]string{}
		}
		s.Tags[tag.Key] = *tag.Value
	}
	return nil
}

// tell lets policies ask about the tags of the request.
func (in *SessionTags) tell(keys map[string][]string) {
	for _, tag := range in.Tags {
		keys["aws:RequestTag/"+tag.Key] = []string{*tag.Value}
		keys["aws:TagKeys"] = append(keys["aws:TagKeys"], tag.Key)
	}
}

// tagNamed finds the key of a tag as it is written.
func tagNamed(tags map[string]string, key string) (string, bool) {
	for name := range tags {
		if strings.EqualFold(name, key) {
			return name, true
		}
	}
	return "", false
}
