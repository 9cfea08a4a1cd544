package main

import "github.com/spf13/cobra"

func (p *program) syncCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "sync",
		Short: "Pull accounts and their organization from an API",
		Long: `Pulls what "ebbmark import" reads from files straight from an API: who exists
and what is granted in every account, and the organization they are in.`,
	}
	cmd.AddCommand(p.syncAWSCommand())
	return cmd
}
