# The two commands: `make demo` and `make test`. Everything is installed into .venv, from locked versions.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: demo test test-long lint bench serve lock clean

$(VENV)/run.stamp: requirements/build.txt requirements/run.txt pyproject.toml package-lock.json tools/parts.sh
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Tearline needs Python 3.11 or newer")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --require-hashes -r requirements/build.txt -r requirements/run.txt
	$(BIN)/pip install --quiet --no-deps --no-build-isolation --editable .
	tools/parts.sh $(VENV)
	@touch $@

$(VENV)/dev.stamp: $(VENV)/run.stamp requirements/dev.txt tools/test-parts.sh
	$(BIN)/pip install --quiet --require-hashes -r requirements/dev.txt
	tools/test-parts.sh
	@touch $@

$(VENV)/words.stamp: $(VENV)/run.stamp tools/messages.py $(shell find src -name '*.po')
	$(BIN)/python tools/messages.py compile
	@touch $@

demo: $(VENV)/words.stamp ## the main job on the bundled example
	$(BIN)/tearline --workspace demo/workspace demo --report demo/report.html

lint: $(VENV)/dev.stamp $(VENV)/words.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

test: lint ## everything CI runs
	$(BIN)/pytest -n 2 --dist loadscope -m "not long"
	tools/with-postgres.sh $(BIN)/pytest tests/desk -m "not long"

test-long: lint ## kills by the hundred and fuzzing
	$(BIN)/pytest -n 2 --dist loadscope

bench: $(VENV)/dev.stamp
	for each in benchmarks/[a-z]*.py; do $(BIN)/python $$each || exit 1; done

demo/report.html: $(VENV)/words.stamp
	$(MAKE) demo

serve: demo/report.html $(VENV)/words.stamp ## the desk on the demo's workspace; first make an account: `tearline user add`
	$(BIN)/tearline --workspace demo/workspace serve

lock: $(VENV)/dev.stamp ## newest versions, with hashes and without index addresses
	for each in run dev; do \
	  $(BIN)/uv pip compile --quiet --upgrade --generate-hashes --no-emit-index-url --no-annotate --no-header \
	    --python-version 3.11 $$([ $$each = dev ] && echo --extra dev) pyproject.toml -o requirements/$$each.txt; \
	done

clean:
	rm -rf demo build dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
