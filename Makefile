# Two commands do everything: `make demo` and `make test`.

GO ?= go
export GOFLAGS ?= -trimpath

.PHONY: all build demo test check deps unit race fuzz bench screenshots generate

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
