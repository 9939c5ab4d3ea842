# Every task of the project. `make help` lists them.
PYTHON ?= python3
BIN := .venv/bin
UV := $(BIN)/uv pip install --quiet --python $(BIN)/python
RUN := .venv/.installed-run
DEV := .venv/.installed-dev
AUDITS := .venv/audit/bin
AUDIT := .venv/audit/.installed
# Licences that a project under Apache-2.0 may build on; the LGPL and the MPL leave a program that uses their library alone.
LICENCES := MIT;Apache;BSD;ISC;PSF;Python Software Foundation;MPL;Mozilla;LGPL;GNU Library or Lesser
# They tell tools no licence: axe-playwright-python is under the MIT licence; espeakng-loader brings eSpeak NG, under the GPL 3,
# which is installed beside the line and not distributed with it (NOTICE).
READ_BY_HAND := axe-playwright-python espeakng-loader

.DEFAULT_GOAL := help
.PHONY: help setup demo unit test test-all check hooks format bench shapes shots audit lock clean

help: ## List the tasks
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 20

setup: $(RUN) ## Install what is needed to answer calls, into .venv

demo: $(RUN) ## Start everything on this machine and place a call (ONCE=1 ends after it)
	$(BIN)/warmline demo $(if $(ONCE),--once)

unit: $(DEV) ## Run the tests of the pure core, in seconds
	$(BIN)/pytest -m "unit and not slow"

test: $(DEV) ## Run the tests, browsers and real speech included (a quarter of an hour)
	$(BIN)/pytest -m "not slow"

test-all: $(DEV) ## Run every test, the slow ones too
	$(BIN)/pytest

check: $(DEV) ## Formatting, lint, types and layers
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(DEV) ## Format the code and mend what lint can
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

hooks: $(DEV) ## Check formatting, lint, types and layers before each commit
	$(BIN)/pre-commit install

bench: $(RUN) ## Measure speech on this machine
	$(BIN)/warmline bench speech

shapes: $(DEV) ## Accept the public shapes as they are now: tables, addresses, settings, documents
	$(BIN)/python -m tests.project.shapes

shots: $(DEV) ## Take the pictures of the pages for the docs; all of them into FOLDER=...
	$(BIN)/python -m bench.tools.shots $(FOLDER)

audit: $(AUDIT) $(DEV) ## Licences, secrets in files, known holes (asks the network); a bill of materials into build/
	$(AUDITS)/pip-licenses --python=$(BIN)/python --from=mixed --partial-match --allow-only="$(LICENCES)" --ignore-packages $(READ_BY_HAND) --format=json --output-file=/dev/null
	git ls-files -z | xargs -0 $(AUDITS)/detect-secrets-hook --baseline requirements/known-secrets.json
	mkdir -p build && $(AUDITS)/cyclonedx-py environment --output-format JSON --output-file build/sbom.json $(BIN)/python
	$(AUDITS)/pip-audit --disable-pip --require-hashes --strict -r requirements/run.txt

lock: $(DEV) ## Pin the newest allowed versions of everything
	$(BIN)/uv pip compile requirements/uv.in $(LOCK) -o requirements/uv.txt
	$(BIN)/uv pip compile pyproject.toml --group build --group models $(LOCK) -o requirements/run.txt
	$(BIN)/uv pip compile pyproject.toml --group build --group models --group dev $(LOCK) -c requirements/run.txt -o requirements/dev.txt
	$(BIN)/uv pip compile --group audit $(LOCK) -o requirements/audit.txt
LOCK := --universal --python-version 3.11 --override requirements/overrides.txt --generate-hashes --no-header --no-annotate --quiet

$(AUDIT): requirements/audit.txt
	@echo "Installing what audits"
	@$(PYTHON) -m venv .venv/audit
	@$(AUDITS)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements/audit.txt
	@touch $@

clean: ## Remove the environment, caches and the data folder
	rm -rf .venv var build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache *.egg-info

.venv/.uv: requirements/uv.txt
	@$(PYTHON) -c 'import sys; ok = (3, 11) <= sys.version_info < (3, 14); sys.exit(0 if ok else "Warmline needs Python 3.11 to 3.13, and $(PYTHON) is " + sys.version.split()[0] + ": name another one, as in `make demo PYTHON=python3.12`.")'
	@echo "Creating the environment in .venv"
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements/uv.txt
	@touch $@

$(RUN): .venv/.uv requirements/run.txt pyproject.toml
	@echo "Installing what is locked, models included (about 1 GB on disk; a minute or two)"
	@$(UV) --no-deps --require-hashes -r requirements/run.txt
	@$(UV) --no-deps --no-build-isolation --editable .
	@touch $@

$(DEV): $(RUN) requirements/dev.txt
	@echo "Installing the tools for tests and checks"
	@$(UV) --no-deps --require-hashes -r requirements/dev.txt
	@touch $@
