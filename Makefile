# For those who set up and develop; press officers use ./press. Every target sets up what it needs.

PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	"$$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo "$$p"; break; }; done)
BIN := .venv/bin
PRESS := $(BIN)/python -m plugins.desk
INSTALL := $(BIN)/python -m pip install -qq --disable-pip-version-check --no-input --require-hashes

# A lock file names no host, so that everyone's own package index can be used.
LOCK := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-header --no-annotate --no-emit-index-url

.DEFAULT_GOAL := help
.PHONY: help serve build check test lint bench soak env env-test lock clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

serve: env ## Build content/ and show the whole press room on this machine, with the e-mail list and its letters
	@$(PRESS) build && $(PRESS) serve

build: env ## Build content/ into output/
	@$(PRESS) build

check: env ## Tell every fault in content/, also in texts that are not public yet
	@$(PRESS) check

test: env-test ## Run all tests and checks (installs a browser and an HTML checker if they are missing)
	@tests/site/setup
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/python -m pytest -n auto

lint: env-test ## Check style and types only
	$(BIN)/ruff check
	$(BIN)/mypy

bench: env-test .venv-bench/.locked ## Measure builds beside Pelican's and Hugo's (takes long; RELEASES=1000 is quicker)
	@$(BIN)/python -m tests.benchmarks $(RELEASES:%=--releases %) $(BENCH)
	@$(BIN)/python -m tests.benchmarks.letters
	@$(BIN)/python -m tests.benchmarks.signups

soak: env-test ## Live through long random histories: builds, feeds, the list (hours; EDITS, YEARS, LIVES, SEED)
	@seed=$${SEED:-$$(od -An -N4 -tu4 /dev/urandom | tr -d ' ')}; echo "Repeat with: make soak SEED=$$seed"; \
	PRESSROOM_EDITS=$(or $(EDITS),10000) PRESSROOM_YEARS=$(or $(YEARS),1000) PRESSROOM_SOAK=$(or $(LIVES),20) \
	$(BIN)/python -m pytest -n auto --hypothesis-seed=$$seed tests/site/test_incremental.py tests/site/test_years.py \
		tests/subscriptions/test_kills.py tests/subscriptions/test_disasters.py

env: .venv/.locked ## Make the environment in .venv from the lock file

env-test: .venv/.locked-test ## The same, with what tests need

lock: ## Choose versions anew and write the lock files (needs uv)
	@command -v uv >/dev/null || { echo 'make lock needs uv: pipx install uv'; exit 1; }
	$(LOCK) --upgrade --output-file requirements.lock pyproject.toml
	$(LOCK) --upgrade --constraints requirements.lock --group test --output-file requirements-test.lock pyproject.toml
	$(LOCK) --upgrade --group bench --output-file requirements-bench.lock

clean: ## Remove what was built and what was remembered (not the environment)
	rm -rf output .preview .cache .hypothesis .mypy_cache .pytest_cache .ruff_cache

# Made from nothing when the lock file changes, so that it holds what the lock file says and nothing else.
.venv/.locked: requirements.lock
	@if [ -z "$(PYTHON)" ]; then echo 'Python 3.11 or later is needed (python3 is older or missing). Debian, Ubuntu:' \
		'apt install python3; macOS: brew install python. Another one: make PYTHON=/path/to/python3' >&2; exit 1; fi
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
		if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
			echo 'Installing python3-venv …' >&2; \
			apt-get -qq update >&2 && DEBIAN_FRONTEND=noninteractive apt-get -qq install -y python3-venv >&2; \
		else echo "Python's venv is missing. Debian, Ubuntu: sudo apt install python3-venv" >&2; exit 1; fi; }
	@echo 'Setting up the environment in .venv (once, about half a minute) …' >&2
	@$(PYTHON) -m venv --clear .venv
	@$(INSTALL) -r requirements.lock
	@touch $@

.venv/.locked-test: requirements-test.lock .venv/.locked
	@echo 'Adding what tests need …' >&2
	@$(INSTALL) -r requirements-test.lock
	@touch $@

# Apart from .venv: the press room neither needs nor meets what it is compared with.
.venv-bench/.locked: requirements-bench.lock
	@echo 'Setting up what builds are compared with in .venv-bench …' >&2
	@$(PYTHON) -m venv --clear .venv-bench
	@.venv-bench/bin/python -m pip install -qq --disable-pip-version-check --no-input --require-hashes -r $<
	@touch $@
