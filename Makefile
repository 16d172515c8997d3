# Aqueduct: `make run` serves, `make test` tests. Everything is installed into .venv.
SHELL := /bin/bash
PYTHON ?= python3
VENV ?= .venv
export VENV
BIN := $(VENV)/bin
PROTO_BASE ?= main
SOURCES := aqueduct tests benchmarks

.PHONY: setup generate generate-check fmt fmt-check lint types contracts buf check test run demo bench lock clean

setup: $(VENV)/.installed

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
	$(BIN)/python -m pytest

check: setup generate-check fmt-check lint types contracts buf test ## what CI runs

generate: setup
	scripts/generate.sh

generate-check: setup
	scripts/generate.sh --check

fmt: setup
	$(BIN)/ruff format $(SOURCES)
	$(BIN)/ruff check --fix-only --quiet $(SOURCES)
	$(BIN)/buf format -w protos

fmt-check: setup
	$(BIN)/ruff format --check $(SOURCES)
	$(BIN)/buf format -d --exit-code protos

lint: setup
	$(BIN)/ruff check $(SOURCES)

types: setup
	$(BIN)/mypy

contracts: setup
	$(BIN)/lint-imports

buf: setup
	$(BIN)/buf lint
	scripts/buf_breaking.sh $(PROTO_BASE)

bench: setup ## the tables of benchmarks/README.md
	$(BIN)/python -m benchmarks

lock: setup ## resolve the requirements anew
	scripts/lock.sh

clean:
	rm -rf $(VENV) .aqueduct .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
