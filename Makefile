# The commands of this project. `make` lists them.
.DEFAULT_GOAL := help
SHELL := /bin/bash
PORT ?= 8000
export SITE_ORIGIN ?= http://127.0.0.1:$(PORT)
VENV := .venv
BIN := $(VENV)/bin

help:  ## list the commands
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*##/\t/' | expand -t 12

run: staticfiles/.collected  ## set up and serve the product with a demo clinic (PORT=8000)
	@$(BIN)/python manage.py migrate --verbosity 0
	@$(BIN)/python manage.py demo --sample 10
	@PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/honcho start --no-prefix

# Compressing them all takes seconds: done again only when one has changed, or a directory has, from which one went.
staticfiles/.collected: $(VENV)/.installed $(shell find intake/static screening/static)
	@$(BIN)/python manage.py collectstatic --noinput --verbosity 0
	@touch $@

code:  ## print the current six digits of the demo sign-ins
	@$(BIN)/python manage.py code

# What never asks a database says nothing new on another one.
PURE := screening/engine screening/proofs tests/screening/engine tests/screening/proofs tests/screening/replay \
	$(wildcard tests/screening/exchange/test_*.py) \
	$(filter-out %/test_coverage.py,$(wildcard tests/screening/content/test_*.py)) \
	$(addprefix tests/screening/test_,answer_files.py cases.py comparing.py forms.py packing.py) \
	$(addprefix tests/intake/clinician/test_,beside.py face_sheet.py pdf_writer.py summary.py summary_answers.py \
		summary_safety.py summary_unknown.py trend_on_paper.py) \
	tests/intake/patient/test_words.py tests/intake/test_vault.py tests/intake/backups/test_sealing.py \
	$(addprefix tests/test_,documents.py imports.py) \
	$(addprefix tests/trust/test_,checks.py deploy.py known_bad.py mutation.py supply.py trust_runs.py)

test: $(VENV)/.installed-dev  ## run every test on SQLite, and all but most journeys on PostgreSQL as well
	@tools/test_needs.sh
	@echo "== SQLite"
	@$(BIN)/pytest -n 2 --dist loadfile
	@echo "== PostgreSQL"
	@$(BIN)/python tools/with_postgres.py $(BIN)/pytest -n 2 --dist loadfile -m "not browser or both_databases" $(addprefix --ignore=,$(PURE))

trust: $(VENV)/.installed-dev  ## prove what docs/safety.md promises, on both databases, and print one table (CHECKS="C01 C18", or --again)
	@tools/test_needs.sh
	@$(BIN)/python -m tools.trust $(CHECKS)

mutants: $(VENV)/.installed-dev  ## break a copy of the product in known ways and see that the tests notice (ONLY="csv")
	@$(BIN)/python -m tools.known_bad $(ONLY)

mutation: $(VENV)/.installed-dev  ## change one thing at a time in what matters most, count what the tests notice (GROUP="audit")
	@$(BIN)/python -m tools.mutation $(GROUP)

lighthouse: $(VENV)/.installed  ## measure two patient pages with Lighthouse, as a phone (Node; the network once)
	@tools/lighthouse.sh

interop: $(VENV)/.installed-dev  ## ask validators and a renderer about our FHIR files (Node; the network once)
	@tools/interop.sh

screenshots: $(VENV)/.installed-dev  ## take a picture of every page the journeys see, into screenshots/
	@tools/test_needs.sh
	@SCREENSHOTS=screenshots $(BIN)/pytest tests/journeys

lint: $(VENV)/.installed-dev  ## check style, types, templates and migrations
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/djhtml --check --tabwidth 2 templates
	@$(BIN)/python manage.py makemigrations --check --dry-run
	@$(BIN)/python manage.py check --fail-level WARNING

format: $(VENV)/.installed-dev  ## rewrite the code and templates in the house style
	@$(BIN)/ruff check --fix --quiet .
	@$(BIN)/ruff format --quiet .
	@$(BIN)/djhtml --tabwidth 2 templates

bench: $(VENV)/.installed  ## measure speed (benchmarks/README.md says what)
	@$(BIN)/python -m benchmarks

pins:  ## compile requirements*.in into pins for Python 3.11 to 3.13, and into hashes for production
	@tools/pins.sh
	@$(BIN)/python -m tools.supply licences

sbom: $(VENV)/.installed  ## write sbom.json, a CycloneDX list of what production installs
	@$(BIN)/python -m tools.supply sbom sbom.json

audit: $(VENV)/.installed-dev  ## look for known holes, risky code and secrets; says what it could not reach
	@tools/audit.sh

clean:  ## remove the environment and the demo's data
	rm -rf $(VENV) var staticfiles

$(VENV)/.installed: requirements.txt
	@tools/install.sh $(VENV) requirements.txt
	@touch $@

$(VENV)/.installed-dev: requirements-dev.txt
	@tools/install.sh $(VENV) requirements-dev.txt
	@touch $@ $(VENV)/.installed

.PHONY: help run code test trust mutants mutation lighthouse interop screenshots lint format bench pins sbom audit clean
