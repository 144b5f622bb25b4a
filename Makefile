# `make` alone lists what there is.
SHELL := /bin/bash
PYTHON ?= $(shell command -v python3.11 || command -v python3 || echo python3)
VENV_PYTHON := .venv/bin/python
ARGS ?=
# Tests, checks and installs must not change with the caller's settings.
unexport DJANGO_SETTINGS_MODULE PYTHONPATH PYTHONHOME VIRTUAL_ENV

.DEFAULT_GOAL := help
.PHONY: help install install-dev demo test lint format bench faults messages lock clean

help: ## List the commands
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

install: ## Install what the product needs into .venv
	@$(PYTHON) -m scripts.install

install-dev: ## Install what tests and checks need, too
	@$(PYTHON) -m scripts.install --dev

demo: install ## Run the demonstration in the foreground (PORT, STATE_DIR, DATABASE_URL, REDIS_URL)
	@$(VENV_PYTHON) -m scripts.demo

test: install-dev ## Run every test (ARGS="-k name" chooses some)
	@$(VENV_PYTHON) -m scripts.run_tests $(ARGS)

lint: install-dev ## Check style, types, import contract, migrations and messages
	@$(VENV_PYTHON) -m scripts.lint

format: install-dev ## Put code and templates into the project's form
	@.venv/bin/ruff check --fix --quiet .
	@.venv/bin/ruff format .

bench: install-dev ## Run the benchmarks (ARGS="name" chooses some)
	@$(VENV_PYTHON) -m scripts.bench $(ARGS)

faults: install-dev ## Kill workers, broker and database at random under running forms (PASSAGE_FAULTS=200)
	@$(VENV_PYTHON) -m scripts.faults

messages: install-dev ## Collect new sentences into locale/da (needs GNU gettext)
	@$(VENV_PYTHON) -m scripts.check_messages --write

lock: install-dev ## Compile the pinned requirements anew
	@$(VENV_PYTHON) -m scripts.lock $(ARGS)

clean: ## Remove what can be made again; data under STATE_DIR stays
	@rm -rf .venv node_modules static_build static_build.new .mypy_cache .ruff_cache .pytest_cache .hypothesis \
		.import_linter_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
	@find locale -name '*.mo' -delete 2>/dev/null || true
