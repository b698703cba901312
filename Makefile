# Everything a developer does here, as one word each. `make` prints the list.
SHELL := /bin/bash
.DEFAULT_GOAL := help
VENV := .venv
BIN := $(VENV)/bin
# The first of these that runs and is new enough; PYTHON=... overrides it.
PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3 python; do \
	$$p -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { command -v $$p; break; }; done)
# Tests run in five processes, as some always wait; a file with servers stays in one, so that they are started once
# (tests/support/scheduling.py).
PYTEST := $(BIN)/python -m pytest -n 5
# A target whose module is not part of this checkout is not listed.
has = $(wildcard tests/$(1)/__main__.py tests/$(1).py)

.PHONY: help setup demo test check format reference schemas bench bench-peers golden chaos simulate fuzz compose-test clean

help: ## This list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' \
	| while IFS=$$'\t' read -r name text; do \
		case "$$name" in \
			bench) [ -n "$(call has,bench)" ] || continue ;; \
			bench-peers) [ -n "$(call has,bench/peers)" ] || continue ;; \
			chaos) [ -n "$(call has,chaos)" ] || continue ;; \
			simulate) [ -n "$(call has,simulation)" ] || continue ;; \
			fuzz) [ -n "$(call has,fuzz)" ] || continue ;; \
			golden) [ -n "$(call has,support/golden)" ] || continue ;; \
		esac; printf '  make %-14s %s\n' "$$name" "$$text"; done

# --- environments: one .venv; the stamps say what is in it ------------------------------------------------------------

define install
	@if [ -z "$(PYTHON)" ]; then echo "Warren needs Python 3.11 or newer with venv and pip (Debian: apt install python3 python3-venv), or PYTHON=/path/to/it" >&2; exit 1; fi
	@[ -x $(BIN)/python ] || "$(PYTHON)" -m venv $(VENV)
	@uv=$$(command -v uv || echo $(BIN)/uv); [ -x "$$uv" ] || $(BIN)/python -m pip install -q uv 2>/dev/null || true; \
	{ [ -x "$$uv" ] && "$$uv" pip install -q --python $(BIN)/python -e '.[$(1)]'; } || $(BIN)/python -m pip install -q -e '.[$(1)]'
	@touch $@
endef

$(VENV)/.dev: pyproject.toml
	@echo "Installing what development needs into $(VENV) ..."
	$(call install,dev)
	@touch $(VENV)/.run

$(VENV)/.run: pyproject.toml
	@echo "Installing what running needs into $(VENV) ..."
	$(call install,embedded)

setup: $(VENV)/.dev ## Create .venv with everything for development
	@echo '$(VENV) is ready: . $(VENV)/bin/activate'

# --- the two commands -------------------------------------------------------------------------------------------------

demo: $(VENV)/.run ## Run the examples, with nothing else installed: no server, no container
	@$(BIN)/python -m examples.demo

test: $(VENV)/.dev ## All tests, with real servers (found or started); containers: make compose-test
	$(PYTEST)

# --- quality ----------------------------------------------------------------------------------------------------------

check: $(VENV)/.dev ## Format, lint, types, layers, and the tests that need no server
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/mypy tests
	$(BIN)/lint-imports
	$(PYTEST) tests/unit tests/architecture

format: $(VENV)/.dev ## Rewrite the code as `make check` wants it
	$(BIN)/ruff format
	$(BIN)/ruff check --fix

reference: $(VENV)/.dev ## Generate the pages in docs/reference: messages, Python API, command line, refusals, types
	$(BIN)/python -m docs

schemas: reference

compose-test: $(VENV)/.dev ## Build the image, start docker-compose.yml, run a workflow, scale, kill a worker
	$(BIN)/python -m pytest tests/e2e/test_compose.py --timeout 900

# --- measuring and breaking -------------------------------------------------------------------------------------------

SEED ?= 1
MINUTES ?= 2
N ?= 1000

bench: $(VENV)/.dev ## Measure workloads W1 to W5 on real servers; prints a table and JSON
	$(BIN)/python -m tests.bench

bench-peers: $(VENV)/.dev ## The same workloads on other engines, where they are installed
	$(BIN)/python -m tests.bench.peers

golden: $(VENV)/.dev ## Rewrite the golden IR files from the fixture workflows
	$(BIN)/python -m tests.support.golden
	$(BIN)/python -m tests.unit.engine.snapshots.test_golden

chaos: $(VENV)/.dev ## Kill and pause services and servers while runs are under way: SEED=1 MINUTES=2
	$(BIN)/python -m tests.chaos --seed $(SEED) --minutes $(MINUTES)

simulate: $(VENV)/.dev ## Simulated clusters with random faults: N=1000
	$(BIN)/python -m tests.simulation --runs $(N)

fuzz: $(VENV)/.dev ## Random programs, natively and through the engine: N=1000
	$(BIN)/python -m tests.fuzz --programs $(N)

clean: ## Remove the environment and all caches
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache dist build
