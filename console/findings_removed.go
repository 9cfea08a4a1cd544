package console

import (
	"encoding/json"
	"path"
	"slices"
	"strings"
	"time"
)

// removedAction is an action that a recommendation takes out of a policy, as the
// policy writes it, with what the finding says about its use.
type removedAction struct {
	Action    string
	Namespace string
	Whole     bool      // nothing of the service was used
	Last      time.Time // last use, of the service when Whole; zero: none is known
	Known     bool      // the finding has it; false: nothing speaks for taking it away
	Unseen    bool      // it has iam:PassRole, of which no log shows any use (AA-50)
}

func newRemoved(action, namespace string, whole bool, last time.Time, known bool) removedAction {
	return removedAction{action, namespace, whole, last, known, covers(action, "iam:PassRole")}
}

// words are a text or a list of texts.
type words []string

// UnmarshalJSON implements json.Unmarshaler.
func (w *words) UnmarshalJSON(text []byte) error {
	var one string
	if json.Unmarshal(text, &one) == nil {
		*w = words{one}
		return nil
	}
	return json.Unmarshal(text, (*[]string)(w))
}

// allowing is a statement that allows something.
type allowing struct {
	Effect            string
	Action, NotAction words
}

// allows are the statements of a document that allow. A document that cannot be
// read has none.
func allows(document string) (list []allowing) {
	var d struct{ Statement json.RawMessage }
	if json.Unmarshal([]byte(document), &d) != nil {
		return nil
	}
	var all []allowing
	if json.Unmarshal(d.Statement, &all) != nil {
		var one allowing
		if json.Unmarshal(d.Statement, &one) != nil {
			return nil
		}
		all = []allowing{one}
	}
	return slices.DeleteFunc(all, func(s allowing) bool { return s.Effect != "Allow" })
}

// covers reports whether a pattern of a policy has an action, in any case.
func covers(pattern, action string) bool {
	literal := strings.NewReplacer(`\`, `\\`, `[`, `\[`).Replace(strings.ToLower(pattern))
	ok, err := path.Match(literal, strings.ToLower(action))
	return ok && err == nil
}

// allowed reports whether one of the statements allows an action, written out or
// as "service:*".
func allowed(list []allowing, action string) bool {
	has := func(pattern string) bool { return covers(pattern, action) }
	return slices.ContainsFunc(list, func(s allowing) bool {
		return slices.ContainsFunc(s.Action, has) || s.NotAction != nil && !slices.ContainsFunc(s.NotAction, has)
	})
}

// removed are the actions that are in the policy before and not after, which is
// empty when the policy goes as a whole, in byte order.
func removed(services []unusedPermission, before, after string) (list []removedAction) {
	was, is := allows(before), allows(after)
	for _, s := range services {
		if len(s.Actions) == 0 {
			list = append(list, removedService(s, was, is)...)
		}
		for _, a := range s.Actions {
			if full := s.ServiceNamespace + ":" + a.Action; allowed(was, full) && !allowed(is, full) {
				list = append(list, newRemoved(full, s.ServiceNamespace, false, a.LastAccessed, true))
			}
		}
	}
	list = append(list, unexplained(list, was, is)...)
	slices.SortFunc(list, func(a, b removedAction) int { return strings.Compare(a.Action, b.Action) })
	return slices.CompactFunc(list, func(a, b removedAction) bool { return a.Action == b.Action })
}

// removedService are the actions of a service of which nothing was used. What a
// policy writes for many services is shown as all of this one.
func removedService(s unusedPermission, was, is []allowing) (list []removedAction) {
	add := func(action string) {
		if !allowed(is, action) {
			list = append(list, newRemoved(action, s.ServiceNamespace, true, s.LastAccessed, true))
		}
	}
	everything := s.ServiceNamespace + ":*"
	for _, w := range was {
		for _, pattern := range w.Action {
			namespace, _, _ := strings.Cut(pattern, ":")
			switch {
			case strings.EqualFold(namespace, s.ServiceNamespace):
				add(pattern)
			case covers(namespace, s.ServiceNamespace):
				add(everything)
			}
		}
		if w.NotAction != nil && allowed([]allowing{w}, everything) {
			add(everything)
		}
	}
	return list
}

// unexplained are the actions that go although the finding does not name them: it
// is older than the recommendation.
func unexplained(known []removedAction, was, is []allowing) (list []removedAction) {
	for _, w := range was {
		for _, pattern := range w.Action {
			named := func(a removedAction) bool { return covers(pattern, a.Action) }
			if !allowed(is, pattern) && !slices.ContainsFunc(known, named) {
				namespace, _, _ := strings.Cut(pattern, ":")
				list = append(list, newRemoved(pattern, namespace, false, time.Time{}, false))
			}
		}
	}
	return list
}
