package catalog

// Overlay is what AWS's Service Reference says, to be laid over a Catalog.
type Overlay struct{ set set }
