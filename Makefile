# What people do with this repository. `make` alone says it.

CARGO ?= cargo
# The demo and the tests talk to this machine only.
unexport http_proxy https_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY all_proxy

.PHONY: help demo test honesty bench replacement-data setup setup-test format lint check-format

help:
	@echo 'make demo         set everything up and play the story, then stay up'
	@echo '                  (ONCE=1: exit after it; TEMPLATE=web-linux: on Linux, not on Windows;'
	@echo '                  CATALOG=folder TEMPLATE=name: on a template of your own)'
	@echo 'make test         set everything up and run every test'
	@echo 'make honesty      count what the simulator offers, and what of it a test shows'
	@echo 'make bench        measure how fast and how large the simulated world is (a release build)'
	@echo 'make replacement-data'
	@echo '                  write anew which changes of a resource need a new one'
	@echo 'make format       format the code'
	@echo 'make lint         format check and lints'

demo: setup
	$(CARGO) build --bin bennu
	./scripts/with-tools target/debug/bennu demo $(if $(ONCE),--once) $(if $(TEMPLATE),--template $(TEMPLATE)) $(if $(CATALOG),--catalog $(CATALOG))

test: setup-test check-format
	$(CARGO) clippy --workspace --all-targets -- -D warnings
	$(CARGO) clippy --bin bennu --no-default-features -- -D warnings
	./scripts/with-tools $(CARGO) test --workspace

honesty:
	$(CARGO) test --quiet -p bennu-sim --test honesty

bench: setup
	$(CARGO) bench -p bennu-sim --bench world

# Anew from the types' published schemas, as cfn-lint carries them; again, it changes nothing.
replacement-data: setup-test
	.venv/bin/python scripts/replacement-data

setup:
	./scripts/setup

setup-test:
	./scripts/setup test

lint: check-format
	$(CARGO) clippy --workspace --all-targets -- -D warnings

check-format:
	$(CARGO) fmt --all --check

format:
	$(CARGO) fmt --all
