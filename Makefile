# Linli. `make help` lists what can be done; Python 3.11 or newer and make are all that is needed.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.SUFFIXES:
MAKEFLAGS += --no-builtin-rules

# The locked packages were chosen for 3.11; newer ones do as well.
PYTHON ?= $(shell for p in python3.11 python3.12 python3.13 python3 python3.14; do \
	if "$$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then command -v "$$p"; exit; fi; done)
BIN := .venv/bin
PYTEST_ARGS ?=

.PHONY: help run test check bench soak setup assets format stop lock clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@echo
	@echo "  PORT=8001 make run                      another port (HOST=0.0.0.0: reachable from other machines)"
	@echo "  DATABASE_URL=postgresql://… make run    a PostgreSQL server of your own"
	@echo "  PYTEST_ARGS='-k intake' make test       some tests only"

run: assets ## start Linli with its demonstration data on http://localhost:8000
	@LINLI_DEMO=$${LINLI_DEMO-1} exec $(BIN)/python -m linli.project.cli run

test: assets ## every test
	@$(BIN)/python -m pytest -n 2 --dist loadscope $(PYTEST_ARGS)

check: assets ## lint, types, layers
	@$(BIN)/python -m ruff check .
	@$(BIN)/python -m ruff format --check .
	@$(BIN)/python -m mypy
	@$(BIN)/lint-imports --no-cache
	@$(BIN)/python -m pytest -q tests/test_house.py

bench: assets ## measure; figures and ratios go to var/bench.json (SCALE=district: the register of a loaded district)
	@$(BIN)/python -m linli.project.cli bench $(if $(SCALE),--scale $(SCALE))

soak: assets ## the long campaigns at full size (kills, power cuts, probes, fuzz)
	@$(BIN)/python -m linli.project.cli soak

setup: ## make the environment in .venv
	@if [ -z "$(PYTHON)" ]; then \
		echo "Linli needs Python 3.11 or newer and found none. Install it, or: make $(MAKECMDGOALS) PYTHON=/path/to/python3.11" >&2; \
		exit 1; fi
	@"$(PYTHON)" requirements/install.py

assets: setup ## build the pages' scripts and styles, compile the translations
	@$(BIN)/python -m linli.project.assets
	@$(BIN)/python -m linli.project.messages

format: setup ## format the code, mend what can be mended
	@$(BIN)/python -m ruff check --fix .
	@$(BIN)/python -m ruff format .

stop: setup ## stop the database servers that a killed run left behind
	@$(BIN)/python -m linli.project.postgres stop var/pg var/pg-test

lock: setup ## choose new versions of the packages
	@for f in uv base dev; do $(BIN)/python -m uv pip compile --quiet --universal --fork-strategy fewest \
		--generate-hashes --python-version 3.11 --no-header --upgrade requirements/$$f.in -o requirements/$$f.txt || exit 1; done

clean: ## remove what was built and installed; the data in var/ stays
	rm -rf .venv node_modules linli/web/ui/static/linli/build
	find linli -name '*.mo' -delete
