# What there is to do here. `make` alone lists it.
#
#   make run HOST=0.0.0.0 PORT=8080    another address; PYTHON=/path/to/python3.12 another interpreter
#   make test PYTEST="-k quotas -x"    options handed to pytest

HOST ?= localhost
PORT ?=
WORKERS ?= 4
PYTEST ?=
PYTHON ?=
SECONDS ?=
SEED ?=
PAGES ?=

VENV := .venv
PY := $(VENV)/bin/python
RUN_READY := $(VENV)/.ready-to-run
TEST_READY := $(VENV)/.ready-to-test

export PYTHON
unexport PYTHONDONTWRITEBYTECODE # every worker and every app that the tests start would compile all modules anew

.DEFAULT_GOAL := help
.PHONY: help run test lint pytest format bench chaos soak screens docs system-packages clean

help: ## list these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: $(RUN_READY) ## the app on the demo company, in your browser
	@$(PY) -m streamlit run app.py --server.address=$(HOST) $(if $(PORT),--server.port=$(PORT)) \
		--server.showEmailPrompt=false --browser.gatherUsageStats=false

# Two at a time: apt beside pip, then mypy beside the tests; each of them leaves a core idle.
test: ## everything: ruff, mypy, pytest
	@$(MAKE) --no-print-directory --jobs=2 lint pytest || \
		{ echo "Not all is well: ruff, mypy or the tests say above what isn't." >&2; exit 1; }

lint: $(TEST_READY) ## ruff and mypy
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .
	@$(PY) -m mypy

pytest: $(TEST_READY) system-packages ## the tests alone
	@$(PY) -m pytest -n $(WORKERS) $(PYTEST)

format: $(TEST_READY) ## let ruff repair and lay out the code
	@$(PY) -m ruff check --fix .
	@$(PY) -m ruff format .

bench: $(TEST_READY) ## how fast it is
	@$(PY) -m bench

chaos: $(TEST_READY) ## edits under faults, SECONDS=120 SEED=1: no wrong number is ever shown
	@$(PY) -m chaos run $(if $(SECONDS),--seconds=$(SECONDS)) $(if $(SEED),--seed=$(SEED))

soak: $(TEST_READY) system-packages ## the app with 50 viewers, SECONDS=600: reads, CPU, memory
	@$(PY) -m chaos soak $(if $(SECONDS),--seconds=$(SECONDS))

screens: $(TEST_READY) system-packages ## take the pictures of docs/screens again
	@$(PY) -m scripts.screens $(PAGES)

docs: $(RUN_READY) ## write docs/tables.md and docs/metrics.md again
	@$(PY) -m scorecard.docs

system-packages: ## Chromium and MariaDB for the tests, where apt can bring them
	@scripts/system_packages.sh

# The stamps are newer than the requirements they were made from, or they are made again.
$(RUN_READY): requirements.txt scripts/venv.sh
	@scripts/venv.sh $(VENV) requirements.txt
	@touch $@

$(TEST_READY): requirements-dev.txt requirements.txt scripts/venv.sh
	@scripts/venv.sh $(VENV) requirements-dev.txt
	@touch $(RUN_READY) $@

clean: ## remove what was built
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis build
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
