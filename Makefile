# Aqueduct: `make run` serves, `make test` tests, `make help` tells the rest. All is installed into .venv.
SHELL := /bin/bash
PYTHON ?= python3
VENV ?= .venv
export VENV
# Tests start hundreds of programs: without bytecode each compiles all that it imports, 0.6 s of CPU.
unexport PYTHONDONTWRITEBYTECODE
BIN := $(VENV)/bin
# The branch that the API must stay compatible with.
PROTO_BASE ?= main
# Most tests wait for processes: two at a time take two processors.
TEST_PROCESSES ?= 2
SOURCES := aqueduct tests benchmarks scripts

.PHONY: help setup generate generate-check fmt fmt-check lint types contracts buf cover check test run demo bench bench-quick lock clean
.DEFAULT_GOAL := help

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 16

setup: $(VENV)/.installed ## the virtual environment

$(VENV)/.installed: requirements/dev.txt requirements/uv.txt pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/uv.txt
	VIRTUAL_ENV=$(VENV) $(BIN)/uv pip install --quiet --require-hashes -r requirements/dev.txt
	VIRTUAL_ENV=$(VENV) $(BIN)/uv pip install --quiet --no-deps --no-build-isolation -e .
	touch $@

run: setup ## serve on loopback, data under .aqueduct
	$(BIN)/aqueduct serve --data-dir .aqueduct

demo: setup ## two versions of a service, switched under load
	$(BIN)/aqueduct demo

test: setup ## every test
	$(BIN)/python -m pytest -n $(TEST_PROCESSES) --dist loadfile

# The closing line is pytest's: `test` comes last.
check: setup generate-check fmt-check lint types contracts buf cover test ## what CI runs

cover: setup ## the pure layers are covered whole, branches too
	$(BIN)/coverage erase
	$(BIN)/python -m pytest -q -n $(TEST_PROCESSES) --dist loadfile tests/unit tests/golden tests/transcripts --cov=aqueduct --cov-report=
	$(BIN)/coverage report --include='aqueduct/model/*,aqueduct/render/*,aqueduct/plan/*' --show-missing --fail-under=100

generate: setup ## aqueduct/v1 from protos
	scripts/generate.sh

generate-check: setup
	scripts/generate.sh --check

fmt: setup ## format everything
	$(BIN)/ruff format $(SOURCES)
	$(BIN)/ruff check --fix-only --quiet $(SOURCES)
	$(BIN)/buf format -w protos

fmt-check: setup
	$(BIN)/ruff format --check $(SOURCES)
	$(BIN)/buf format -d --exit-code protos

lint: setup ## ruff
	$(BIN)/ruff check $(SOURCES)

types: setup ## mypy
	$(BIN)/mypy

contracts: setup ## import-linter
	$(BIN)/lint-imports

buf: setup ## the API's lint and compatibility
	$(BIN)/buf lint
	scripts/buf_breaking.sh $(PROTO_BASE)

bench: setup ## the tables of benchmarks/README.md, within 15 minutes
	$(BIN)/python -m benchmarks

bench-quick: setup ## less of each, within 2 minutes
	$(BIN)/python -m benchmarks --quick

lock: setup ## resolve the requirements anew
	scripts/lock.sh

clean: ## remove what make made
	rm -rf $(VENV) .aqueduct .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .coverage .hypothesis
