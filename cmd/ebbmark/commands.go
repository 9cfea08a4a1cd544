package main

import (
	"crypto/rand"
	"io"

	"github.com/spf13/cobra"
)

// commands is the table of all commands, one file each.
func (p *program) commands() []*cobra.Command {
	return []*cobra.Command{
		p.accountsCommand(),
		p.catalogCommand(),
		p.copyCommand(),
		p.coverageCommand(),
		p.importCommand(),
		p.ingestCommand(),
		p.demoCommand(),
		p.evidenceCommand(),
		p.findingsCommand(),
		p.healthCommand(),
		p.keysCommand(),
		p.ledgerCommand(),
		p.pruneCommand(),
		p.rankCommand(),
		p.rebuildCommand(),
		p.refineCommand(),
		p.reportCommand(),
		p.serveCommand(),
		p.syncCommand(),
		p.validateLogsCommand(),
		p.versionCommand(),
		p.whatIfCommand(),
	}
}

func randomSource() io.Reader { return rand.Reader }
