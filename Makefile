# What a contributor runs. `make` alone prints this list.
.PHONY: help test lint bench fuzz faults
GOFUMPT := mvdan.cc/gofumpt@v0.12.0
GOLANGCI := github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0

help: ## this list
	@sed -n 's/^\([a-z]*\): ## /\1\t/p' Makefile

test: ## all tests that need nothing installed
	go test ./...

lint: ## vet, golangci-lint, gofumpt
	go vet ./...
	go run $(GOLANGCI) run ./...
	@test -z "$$(go run $(GOFUMPT) -l . | tee /dev/stderr)"

bench: ## benchmarks of the parts, then of the whole against the straightforward way
	go test -run '^$$' -bench . -benchmem ./...
	go run . bench

fuzz: ## every fuzz target for half a minute
	@for pkg in $$(go list ./...); do \
	  for target in $$(go test -list '^Fuzz' $$pkg | grep '^Fuzz'); do \
	    echo "$$pkg $$target"; go test -run '^$$' -fuzz "^$$target$$" -fuzztime 30s $$pkg || exit 1; \
	  done; \
	done

faults: ## kill the real program twenty times at random and count the records
	go test -count 1 -run 'TestKill|TestRoles' -v ./internal/command
