package main

import "github.com/spf13/cobra"

// oneArgument checks that a command got exactly one argument, and says what is
// wanted when not.
func oneArgument(what string) cobra.PositionalArgs {
	return func(_ *cobra.Command, args []string) error {
		if len(args) != 1 {
			return usageError("want one argument, %s; got %d", what, len(args))
		}
		return nil
	}
}

// noArguments checks that a command got none.
func noArguments(_ *cobra.Command, args []string) error {
	if len(args) > 0 {
		return usageError("want no argument; got %q", args[0])
	}
	return nil
}
