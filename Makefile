# Two commands do everything: `make demo` and `make test`.

GO ?= go
export GOFLAGS ?= -trimpath

.PHONY: all build demo test check deps unit race test-store fuzz bench screenshots generate

all: build

build:
	$(GO) build -o ebbmark ./cmd/ebbmark

# The main job on a sample organization, with the embedded store and nothing
# else to install.
demo: build
	./ebbmark demo

# Installs what the tests need, then runs all of them.
test: deps check unit fuzz

# Debian packages of the clients that the tests call. Needs root when one of
# them is missing, and says so.
deps:
	./scripts/test-deps

# Format, vet, staticcheck, import rules, race, known vulnerabilities.
check:
	./scripts/check

unit:
	$(GO) test -timeout 45m ./...

race:
	$(GO) test -race -timeout 45m ./...

# The conformance suite of stores on a server of yours: make test-store DSN=postgres://USER@HOST/DATABASE.
# The user must be allowed to make databases; those that are made are removed. SETUP is SQL that each new
# store gets, for Citus the lines of docs/postgres.md.
test-store:
	@[ -n "$(DSN)" ] || { echo 'say which server: make test-store DSN=postgres://USER@HOST/DATABASE' >&2; exit 2; }
	EBBMARK_TEST_POSTGRES="$(DSN)" EBBMARK_TEST_POSTGRES_SETUP="$(SETUP)" $(GO) test -count=1 -run 'TestStoreElsewhere' ./store/postgres

# Every parser of outside input, a fixed number of runs each. FUZZTIME=10m for
# more.
fuzz:
	./scripts/fuzz

bench:
	./scripts/bench

# The pictures of docs/screenshots, from the demo. Needs Chromium (make deps).
screenshots:
	$(GO) test -count=1 ./internal/screenshots -events 150000 -out ../../docs/screenshots

generate:
	$(GO) generate ./...
