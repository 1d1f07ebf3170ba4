# The only place for build tags and cgo flags. `make` prints the targets.
SHELL := /bin/bash
.SHELLFLAGS := -o pipefail -c
GO ?= go
# nomsgpack: gin leaves out a reader of MessagePack that no route of ours uses, 6 MB of program.
TAGS := nomsgpack
export CGO_ENABLED := 1
DEMO ?= demo
ADDR ?= 127.0.0.1:8080
SOURCES := $(shell find . -name '*.go' -o -name '*.css' -o -name '*.js' -o -name '*.svg' -o -name '*.png' -o -name '*.woff2' -o -name '*.yaml' -o -name '*.sql' -o -name '*.csv' -o -name '*.ttf' -o -name '*.html' -o -name '*.conf' | grep -v '^./$(DEMO)/')

.DEFAULT_GOAL := help
.PHONY: help freeze bench bench-scale licences vuln dist shots build run demo test abuse golden docs check lint setup clean

help: ## print the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-11s %s\n", $$1, $$2}'

build: bin/capdo ## build the program as bin/capdo

bin/capdo: go.mod go.sum $(SOURCES)
	$(GO) build -trimpath -ldflags '-s -w' -tags '$(TAGS)' -o bin/capdo .

$(DEMO)/capdo.db: bin/capdo
	@[ -e $@ ] || bin/capdo demo --out $(DEMO)

demo: $(DEMO)/capdo.db ## play the demo province into ./demo (kept if it is there)

run: demo ## build, prepare the demo province, serve it, print address and sign-ins
	@bin/capdo migrate --db $(DEMO)/capdo.db
	bin/capdo serve --db $(DEMO)/capdo.db --addr $(ADDR)

setup:
	@missing=''; \
	command -v pdftotext >/dev/null || missing="$$missing poppler-utils"; \
	command -v chromium >/dev/null || missing="$$missing chromium"; \
	command -v zbarimg >/dev/null || missing="$$missing zbar-tools"; \
	ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || missing="$$missing postgresql"; \
	[ -x /usr/sbin/pgbouncer ] || missing="$$missing pgbouncer"; \
	command -v python3 >/dev/null || missing="$$missing python3"; \
	if [ -n "$$missing" ]; then \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    (apt-get install -y -q $$missing || (apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -y -q $$missing)); \
	  else \
	    echo "!!! these Debian packages are missing, the tests that need them cannot run:$$missing"; \
	    [ "$$CI" != true ]; \
	  fi; \
	fi

# The journeys that every test run walks over PostgreSQL too; make abuse walks all.
JOURNEYS := FirstRunToTheFirst|FromNothingToTheRegister|AReturnedDossier|ComesToItsDecision|DecidesLevel2|DeterminedAnew|ActedMeanwhile|OnePress|ACheckFallsDue|ReportIsRead|CutOff|TheClerk

test: setup ## every test: units, scenarios, papers, stores, migrations on a real PostgreSQL
	$(GO) vet -tags '$(TAGS)' ./...
	$(GO) test -timeout 40m -tags '$(TAGS)' ./...
	@$(MAKE) -s bin/capdo
	$(GO) vet -tags '$(TAGS) bench' ./internal/bench
	$(GO) vet -tags '$(TAGS) e2e' ./internal/e2e
	$(GO) test -timeout 40m -tags '$(TAGS) e2e' ./internal/e2e
	CAPDO_DATABASE=postgres $(GO) test -timeout 40m -tags '$(TAGS) e2e' -run '$(JOURNEYS)' ./internal/e2e
	bin/capdo check law
	bin/capdo rehearse docs/scenarios/*.yaml | tail -n 1

# What is run under faults: servers lost, a standby promoted, copies killed, all at once.
FAULTS := Crash|Promoted|Killed|ThreeCopies|ThreeProcesses|Outlives|Pooler
# What runs at once, looked at by the race detector: whole rooms, and of the program what has several at work.
RACERS := ./internal/store ./internal/jobs ./internal/identity ./internal/accounts ./internal/files ./api ./api/pages
RACES := ThreeCopies|ThreeProcesses|ManyWhoAct|SentAgain|HeavyPrints|TheServer|TimedWork|Killed|Sessions|TestADisk|AStopUnderLoad|LeavesNothingBehind

abuse: bin/capdo setup ## faults and attacks that take long: faults under load three times over, 300 kills on each database, full and failing disks, floods, races
	$(GO) test -count=3 -timeout 30m -tags '$(TAGS)' -run '$(FAULTS)' . ./internal/store
	CAPDO_DATABASE=postgres $(GO) test -count=1 -timeout 40m -tags '$(TAGS) e2e' ./internal/e2e
	CAPDO_KILLS=300 $(GO) test -count=1 -v -timeout 240m -tags '$(TAGS) abuse' -run 'TestNothingAcknowledgedIsLost|TestSlow|TestGreatBodies|TestAFullDisk|TestADisk|TestExpensive|TestFifty|TestTextsStay|TestWritersWait|TestABackupUnderLoad' .
	GORACE=halt_on_error=1 $(GO) test -race -count=1 -timeout 60m -tags '$(TAGS)' $(RACERS)
	GORACE=halt_on_error=1 $(GO) test -race -count=1 -timeout 60m -tags '$(TAGS)' -run '$(RACES)' .

bench: bin/capdo setup ## what people wait for against its floor, in turn; writes docs/benchmarks.md
	$(GO) test -count=1 -timeout 60m -v -tags '$(TAGS) bench' -run TestBench ./internal/bench

bench-scale: bin/capdo ## how each cost grows from 1,000 to 1,000,000 systems; writes docs/benchmarks.md
	$(GO) test -count=1 -timeout 4h -v -tags '$(TAGS) bench' -run TestScale ./internal/bench

shots: bin/capdo setup ## pictures of the main pages at both widths into ./shots, and those of the handbook
	mkdir -p shots
	CAPDO_SHOTS=$(CURDIR)/shots $(GO) test -count=1 -tags '$(TAGS) e2e' -run 'TestMainPages' ./internal/e2e
	CAPDO_GUIDE=$(CURDIR)/templates/pages/assets/shots $(GO) test -count=1 -tags '$(TAGS) e2e' -run 'TestPicturesOfTheHandbook' ./internal/e2e

golden: ## rewrite the golden files; review the difference like code
	$(GO) test -tags '$(TAGS)' ./internal/press -update

docs: ## rewrite docs/procedures and docs/coverage.md from law data and scenarios
	$(GO) run ./internal/tools/procedures docs/procedures
	$(GO) test -count=1 -tags '$(TAGS)' -run TestTheRuleBookIsPlayed . -args -update-coverage

freeze: ## at a release: note migrations and rule sets as they stand; from then on they never change
	sha256sum $(sort $(wildcard migrations/*/*.sql $(addsuffix *.yaml,$(dir $(wildcard workflow/regime/*/regime.yaml))))) > packaging/released.sha256

lint:
	@bad=$$(gofmt -l $$(git ls-files '*.go')); [ -z "$$bad" ] || { echo "not gofmt'ed: $$bad"; exit 1; }
	$(GO) vet -tags '$(TAGS)' ./...
	$(GO) tool staticcheck -tags '$(TAGS)' ./...

licences: ## rewrite docs/licences.md from the modules in the program
	$(GO) run ./internal/tools/licences > docs/licences.md.new && mv docs/licences.md.new docs/licences.md

vuln: ## look the modules up in the database of known vulnerabilities, where it can be reached
	@$(GO) run golang.org/x/vuln/cmd/govulncheck@v1.8.0 -tags '$(TAGS)' ./... > /tmp/capdo-vuln.$$$$ 2>&1; code=$$?; \
	cat /tmp/capdo-vuln.$$$$; \
	if [ $$code != 0 ] && grep -qE 'fetching vulnerabilities|dial tcp|no such host|proxyconnect|vuln\.go\.dev|Forbidden' /tmp/capdo-vuln.$$$$; then \
	  echo "!!! the database of vulnerabilities was not reached: nothing is said of them"; code=0; \
	fi; rm -f /tmp/capdo-vuln.$$$$; exit $$code

check: lint test vuln ## gofmt, vet, staticcheck, test, known vulnerabilities

VERSION ?= $(shell sed -n 's/^\#\# \[\{0,1\}\([0-9][0-9.]*\).*/\1/p' CHANGELOG.md | head -n 1)

dist: ## one static program and a Debian package in ./dist
	mkdir -p dist
	$(GO) build -trimpath -tags '$(TAGS) netgo osusergo sqlite_omit_load_extension' -ldflags '-s -w -linkmode external -extldflags "-static"' -o dist/capdo .
	! ldd dist/capdo >/dev/null 2>&1
	packaging/deb.sh dist/capdo $(if $(VERSION),$(VERSION),0.0.0)

clean:
	rm -rf bin dist $(DEMO)
