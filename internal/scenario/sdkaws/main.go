// Command sdkaws speaks like the AWS CLI but calls through aws-sdk-go-v2, so
// that one scenario script can be played by both clients:
//
//	sdkaws --endpoint-url URL SERVICE OPERATION [--flag VALUE…]…
//
// It prints the answer as the CLI does: AWS's member names, times in ISO 8601,
// absent members left out. An API error goes to standard error in the CLI's
// words, with the CLI's exit code 254.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/accessanalyzer"
	analyzertypes "github.com/aws/aws-sdk-go-v2/service/accessanalyzer/types"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"
)

func main() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	err := run(ctx, os.Args[1:])
	if err == nil {
		return
	}
	if api, ok := errors.AsType[smithy.APIError](err); ok {
		operation, _ := errors.AsType[*smithy.OperationError](err)
		fmt.Fprintf(os.Stderr, "\nAn error occurred (%s) when calling the %s operation: %s\n", api.ErrorCode(), operation.OperationName, api.ErrorMessage())
		os.Exit(254)
	}
	fmt.Fprintln(os.Stderr, err)
	os.Exit(253)
}

func run(ctx context.Context, args []string) error {
	if len(args) < 4 || args[0] != "--endpoint-url" {
		return errors.New("usage: sdkaws --endpoint-url URL SERVICE OPERATION [--flag VALUE…]…")
	}
	cfg, err := config.LoadDefaultConfig(ctx, config.WithBaseEndpoint(args[1]))
	if err != nil {
		return err
	}
	// The SDK closes the request's body as soon as the answer begins, and when
	// the answer is quicker than its own writer, it loses the connection (it
	// says "use of closed network connection") and tries again.
	const attempts = 5
	var client reflect.Value
	spell := spelling(func(name string) string { return name })
	switch args[2] {
	case "accessanalyzer":
		client = reflect.ValueOf(accessanalyzer.NewFromConfig(cfg, func(o *accessanalyzer.Options) { o.RetryMaxAttempts = attempts }))
		spell = lowerFirst
	case "iam":
		client = reflect.ValueOf(iam.NewFromConfig(cfg, func(o *iam.Options) { o.RetryMaxAttempts = attempts }))
	case "organizations":
		client = reflect.ValueOf(organizations.NewFromConfig(cfg, func(o *organizations.Options) { o.RetryMaxAttempts = attempts }))
	case "sts":
		client = reflect.ValueOf(sts.NewFromConfig(cfg, func(o *sts.Options) { o.RetryMaxAttempts = attempts }))
	default:
		return fmt.Errorf("unknown service %s", args[2])
	}
	return call(ctx, client, spell, args[3], args[4:])
}

// spelling is how a service writes the names of members.
type spelling func(name string) string

func lowerFirst(name string) string { return strings.ToLower(name[:1]) + name[1:] }

func call(ctx context.Context, client reflect.Value, spell spelling, operation string, flags []string) error {
	method := methodOf(client, operation)
	if !method.IsValid() {
		return fmt.Errorf("unknown operation %s", operation)
	}
	input := reflect.New(method.Type().In(1).Elem())
	if err := fill(input.Elem(), flags); err != nil {
		return err
	}
	out := method.Call([]reflect.Value{reflect.ValueOf(ctx), input})
	if err, failed := out[1].Interface().(error); failed {
		return err
	}
	text, err := json.MarshalIndent(spell.plain(out[0]), "", "    ")
	if err != nil {
		return err
	}
	_, err = fmt.Println(string(text))
	return err
}

// methodOf finds GetUser by get-user, and EnableMFADevice by enable-mfa-device.
func methodOf(client reflect.Value, kebab string) reflect.Value {
	for i := range client.NumMethod() {
		if is(client.Type().Method(i).Name, kebab) {
			return client.Method(i)
		}
	}
	return reflect.Value{}
}

// is reports whether a name is the one that the CLI writes with hyphens.
func is(name, kebab string) bool {
	return strings.EqualFold(name, strings.ReplaceAll(kebab, "-", ""))
}

// fill sets the input's fields from flags; a flag takes all values up to the
// next flag.
func fill(input reflect.Value, flags []string) error {
	for i := 0; i < len(flags); {
		field := input.FieldByNameFunc(func(name string) bool { return is(name, strings.TrimPrefix(flags[i], "--")) })
		if !strings.HasPrefix(flags[i], "--") || !field.IsValid() {
			return fmt.Errorf("unknown flag %s", flags[i])
		}
		end := i + 1
		for end < len(flags) && !strings.HasPrefix(flags[end], "--") {
			end++
		}
		if err := set(field, flags[i+1:end]); err != nil {
			return fmt.Errorf("%s: %w", flags[i], err)
		}
		i = end
	}
	return nil
}

func set(field reflect.Value, values []string) error {
	if len(values) == 1 && (strings.HasPrefix(values[0], "{") || strings.HasPrefix(values[0], "[")) && field.Type() != reflect.TypeFor[*string]() {
		return setJSON(field, values[0])
	}
	if field.Type() == reflect.TypeFor[map[string]string]() {
		return setMap(field, values)
	}
	if field.Kind() == reflect.Slice {
		list := reflect.MakeSlice(field.Type(), len(values), len(values))
		for i, v := range values {
			if err := setMember(list.Index(i), v); err != nil {
				return err
			}
		}
		field.Set(list)
		return nil
	}
	if field.Kind() == reflect.Bool && len(values) == 0 {
		field.SetBool(true)
		return nil
	}
	if len(values) == 0 && field.Type() == reflect.TypeFor[*bool]() {
		values = []string{"true"}
	}
	if len(values) != 1 {
		return fmt.Errorf("want one value, got %d", len(values))
	}
	if field.Kind() == reflect.Pointer {
		field.Set(reflect.New(field.Type().Elem()))
		field = field.Elem()
	}
	switch field.Kind() {
	case reflect.String:
		field.SetString(values[0])
	case reflect.Struct: // a time
		t, err := time.Parse(time.RFC3339, values[0])
		field.Set(reflect.ValueOf(t))
		return err
	case reflect.Int32:
		n, err := strconv.ParseInt(values[0], 10, 32)
		field.SetInt(n)
		return err
	case reflect.Bool:
		yes, err := strconv.ParseBool(values[0])
		field.SetBool(yes)
		return err
	default:
		return fmt.Errorf("a flag of type %s", field.Type())
	}
	return nil
}

// setMember sets a member of a list: text, or a structure as the CLI's shorthand
// writes it (Key=team,Value=blue).
func setMember(member reflect.Value, text string) error {
	if member.Kind() != reflect.Struct {
		member.SetString(text)
		return nil
	}
	for part := range strings.SplitSeq(text, ",") {
		name, value, _ := strings.Cut(part, "=")
		field := member.FieldByName(name)
		if !field.IsValid() {
			return fmt.Errorf("no member %s", name)
		}
		if err := set(field, []string{value}); err != nil {
			return err
		}
	}
	return nil
}

// setJSON sets a structure, map or list from JSON, as the CLI takes it too. Names
// of members are found whatever their case.
func setJSON(field reflect.Value, text string) error {
	if field.Type() != reflect.TypeFor[analyzertypes.AnalyzerConfiguration]() {
		return json.Unmarshal([]byte(text), field.Addr().Interface())
	}
	var c struct {
		UnusedAccess analyzertypes.UnusedAccessConfiguration
	}
	err := json.Unmarshal([]byte(text), &c)
	field.Set(reflect.ValueOf(&analyzertypes.AnalyzerConfigurationMemberUnusedAccess{Value: c.UnusedAccess}))
	return err
}

// setMap sets a map from the CLI's shorthand: team=blue,cost=high.
func setMap(field reflect.Value, values []string) error {
	m := map[string]string{}
	for part := range strings.SplitSeq(strings.Join(values, ","), ",") {
		name, value, _ := strings.Cut(part, "=")
		m[name] = value
	}
	field.Set(reflect.ValueOf(m))
	return nil
}

// plain turns an SDK output into what the CLI would print.
func (spell spelling) plain(v reflect.Value) any {
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() {
			return nil
		}
		return spell.plain(v.Elem())
	case reflect.Interface: // one of several structures, whose type tells which
		if v.IsNil() {
			return nil
		}
		_, name, _ := strings.Cut(v.Elem().Elem().Type().Name(), "Member")
		return map[string]any{spell(name): spell.plain(v.Elem().Elem().FieldByName("Value"))}
	case reflect.Slice:
		if text, ok := v.Interface().([]byte); ok {
			return text // JSON has it in base64, as the CLI does
		}
		list := make([]any, v.Len())
		for i := range list {
			list[i] = spell.plain(v.Index(i))
		}
		return list
	case reflect.Map:
		out := map[string]any{}
		for key, value := range v.Seq2() {
			out[key.String()] = spell.plain(value)
		}
		return out
	case reflect.Struct:
		if t, ok := v.Interface().(time.Time); ok {
			return t.UTC().Format(time.RFC3339Nano)
		}
		return spell.members(v)
	default:
		return v.Interface()
	}
}

func (spell spelling) members(v reflect.Value) map[string]any {
	out := map[string]any{}
	for i := range v.NumField() {
		f := v.Type().Field(i)
		value := v.Field(i)
		empty := value.Kind() == reflect.Pointer && value.IsNil() || value.Kind() == reflect.Slice && value.IsNil() || value.Kind() == reflect.String && value.Len() == 0 ||
			value.Kind() == reflect.Map && value.IsNil() || value.Kind() == reflect.Interface && value.IsNil()
		if !f.IsExported() || f.Name == "ResultMetadata" || empty {
			continue
		}
		out[spell(f.Name)] = spell.plain(value)
	}
	return out
}
