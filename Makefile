# Two commands set everything up on a machine with Python 3.11 or later and make:
#   make demo   build the worked case: a map, a table of legs, findings
#   make test   run the tests (browser tests too, where a Chromium is found)

PYTHON ?= python3
VENV ?= .venv
OUT ?= out/dprk-russia-2023
BIN = $(VENV)/bin

.PHONY: demo test lint bench assets release clean
.DELETE_ON_ERROR:

demo: $(VENV)/.demo
	$(BIN)/routemap build data/dprk-russia-2023 -o $(OUT)

test: $(VENV)/.test
	$(BIN)/python -m pytest $(PYTEST_ARGS)

lint: $(VENV)/.test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: $(VENV)/.bench
	$(BIN)/python -m compileall -q routemap benchmarks
	$(BIN)/python benchmarks/run.py

# One of them: bench-accuracy, bench-places, bench-rail, bench-sea, bench-build, bench-checks.
bench-%: $(VENV)/.bench
	$(BIN)/python -m compileall -q routemap benchmarks
	$(BIN)/python benchmarks/bench_$*.py

assets: $(VENV)/.test
	for step in countries borders areas basemap mask rail road sea gazetteer; do \
	  $(BIN)/python data/build/$$step.py || exit 1; done

# A release needs every licence question answered: see sources.json.
release: $(VENV)/.test
	! grep -n '"licence_status": "open"' routemap/assets/sources.json
	$(BIN)/python -m pip wheel --quiet --no-deps --wheel-dir dist .

clean:
	rm -rf $(VENV) out .pytest_cache .mypy_cache .ruff_cache

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "routemap needs Python 3.11 or later; set PYTHON=..." >&2; exit 1; }
	$(PYTHON) -m venv $(VENV) && $(BIN)/python -m pip install --quiet --upgrade "pip>=25.1" \
	  || { rm -rf $(VENV); exit 1; }

$(VENV)/.demo: pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --editable ".[fast]"
	@touch $@

$(VENV)/.test: pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --editable ".[fast,excel,notebook,online,osm]" --group test --group lint
	@touch $@ $(VENV)/.demo

$(VENV)/.bench: $(VENV)/.test
	$(BIN)/python -m pip install --quiet --group bench
	@touch $@
