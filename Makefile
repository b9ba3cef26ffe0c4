# Millrace: `make` lists what can be made.
.DEFAULT_GOAL := help
.PHONY: help setup build test test-s3 test-tsan bench bench-tables demo results format lint golden docs manual install clean

PREFIX := /usr/local

# Debug builds of numeric code are unusable, so tests run in release with testing enabled.
RELEASE := -c release -Xswiftc -enable-testing
TSAN := --sanitize=thread --scratch-path .build/tsan
THREADED := Threads|Session|Program
SWIFT_ROOTS := $(wildcard Package.swift Sources Tests Examples Benchmarks)

help: ## list the targets
	@grep -E '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

setup: ## fetch what the build needs and the machine lacks (once)
	@Scripts/setup.sh

build: setup ## build everything in release
	swift build $(RELEASE)

test: setup ## run all tests, with native and then with portable kernels
	swift build --build-tests $(RELEASE)
	swift test --skip-build $(RELEASE)
	MILLRACE_KERNELS=portable swift test --skip-build $(RELEASE)

test-s3: setup ## run the tests of object stores against a server on this machine
	swift build --build-tests $(RELEASE)
	Scripts/s3-tests.sh

test-tsan: setup ## run the threaded suites under the thread sanitizer
	swift build --build-tests $(TSAN)
	@swift test list --skip-build $(TSAN) | grep -qE '$(THREADED)' || { echo "test-tsan: no suite is named like $(THREADED)" >&2; exit 1; }
	MILLRACE_KERNELS=portable TSAN_OPTIONS=halt_on_error=1 swift test --skip-build $(TSAN) --filter '$(THREADED)'

bench: setup ## measure against the peers: make bench [ONLY=name] [JSON=1] [NEIGHBOUR=1]
	cd Benchmarks && ONLY='$(ONLY)' JSON='$(JSON)' NEIGHBOUR='$(NEIGHBOUR)' ./bench

bench-tables: setup ## measure scans of tables and boosted trees: make bench-tables [ONLY=word,word]
	ONLY='$(ONLY)' Scripts/bench-tables.sh

demo: setup ## train on handwritten digits
	swift run -c release --package-path Examples digits

results: setup ## train the recipes and write Recipes/RESULTS.md: make results [ONLY=name,name]
	@Scripts/results.sh $(ONLY)

format: ## rewrite the Swift sources in the house style
	swift format --in-place --parallel --recursive $(SWIFT_ROOTS)

lint: ## check the Swift sources against the house style, and the loop in README.md against the example
	swift format lint --strict --parallel --recursive $(SWIFT_ROOTS)
	@! sed -n '/^<!-- loop/,/^<!-- \/loop/p' README.md | grep -vE '^(<!--|```|$$)' | grep -vxFf Examples/Digits/main.swift

golden: ## recompute golden numbers with the references: make golden [ONLY=family]
	Scripts/golden.sh $(ONLY)

docs: setup ## build the Engine's documentation into .build/docs
	Scripts/docs.sh

manual: build ## write Manual/millrace.1 anew from the help texts
	.build/release/millrace manual > Manual/millrace.1

install: build ## put program, libraries, manual page and completions under PREFIX: make install [PREFIX=/usr/local] [DESTDIR=…]
	@Scripts/install.sh '$(DESTDIR)$(PREFIX)'

clean: ## remove build products, keep .deps
	rm -rf .build Examples/.build Benchmarks/.build
