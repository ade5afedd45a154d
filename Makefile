# The targets are the documentation of how to work on rca. `make` lists them.
#
# They run in .venv, which `make setup` makes. Another interpreter: make check PYTHON=python3.12

PYTHON ?= .venv/bin/python

.PHONY: help setup check format lint types contracts test docs-test examples notebooks bench record readme clean

help:           ## this list
	@awk -F':.*## ' '/^[a-z-]+:.*## / {printf "%-12s %s\n", $$1, $$2}' Makefile

setup:          ## a virtual environment in .venv with rca (editable) and all that the checks need
	python3 -m venv .venv
	.venv/bin/pip install -q -e '.[test]'

check: lint types contracts test docs-test examples notebooks    ## all that CI checks, in its order

format:         ## sort imports and mend what ruff can mend safely; layout is by hand, within 120 columns
	$(PYTHON) -m ruff check --fix .

lint:           ## ruff, with the reason of each ignored rule in pyproject.toml
	$(PYTHON) -m ruff check .

types:          ## mypy --strict on rca/
	$(PYTHON) -m mypy

contracts:      ## who may import whom (import-linter)
	$(PYTHON) -c 'from importlinter.cli import lint_imports; raise SystemExit(lint_imports())'

test:           ## the tests, in random order, warnings are errors; skipped ones are listed with their reason
	$(PYTHON) -m pytest -q

docs-test:      ## the examples in the docstrings of rca/
	$(PYTHON) -m pytest -q --doctest-modules rca

examples:       ## every script examples/*.py; each prints a short result and ends with 0
	@set -e; for script in examples/*.py; do echo "== $$script"; $(PYTHON) $$script; done

notebooks:      ## executes every notebook from top to bottom
	$(PYTHON) notebooks/execute.py

bench:          ## speed and accuracy, side by side with peers; minutes, not part of check
	@set -e; for script in benchmarks/*.py; do echo "== $$script"; $(PYTHON) $$script; done

record:         ## records the incidents of the lab again, in real time: 8 minutes; needs git
	$(PYTHON) examples/lab/record_order_leak.py --out examples/incidents/order-leak
	$(PYTHON) examples/lab/record_order_healthy.py --out examples/incidents/order-healthy

readme:         ## puts the real output of the commands into README.md
	$(PYTHON) docs/refresh_readme.py

clean:          ## removes what the checks leave behind
	rm -rf .venv build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -prune -exec rm -rf {} +
