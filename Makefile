# The handful of commands. `make` alone lists them; `make demo` and `make test` need nothing but Python 3.11+ and make.
PYTHON ?= python3
DEMO_HOME ?= demo-home
PORT ?= 3000
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/ready
OLDER_DUCKDB := 1.1.3 1.4.4 1.5.2

export DAGSTER_DISABLE_TELEMETRY := yes
export DBT_SEND_ANONYMOUS_USAGE_STATS := false

.DEFAULT_GOAL := help
.PHONY: help demo dev test lint format check clean lock \
	bench-ingest bench-pollock bench-samples bench-estimate calibrate

help: ## list these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: $(READY) ## write the demo world's exports and run the whole pipeline on them
	$(BIN)/maturity-impact demo --home $(DEMO_HOME)

dev: $(READY) ## open Dagster's page on 127.0.0.1 for the demo home (PORT=3000)
	@$(BIN)/python -c "import pathlib, orchestration.runs as runs; runs.dagster_home(pathlib.Path('$(DEMO_HOME)'))"
	DAGSTER_HOME=$(abspath $(DEMO_HOME))/dagster MATURITY_HOME=$(abspath $(DEMO_HOME)) \
		$(BIN)/dagster dev --host 127.0.0.1 --port $(PORT) --workspace workspace.yaml

# Two workers, and many small products: threads of the linear algebra only stand in each other's way.
test: export OPENBLAS_NUM_THREADS := 1
test: $(READY) ## pass the tests
	@# The driver that steers Chromium carries a Node.js of its own, which needs libatomic.
	@.ci/debian-packages chromium libatomic1
	$(BIN)/python -m pytest -n 2 --dist loadfile

lint: $(READY) ## format, ruff, types, import rules, SQL, Dagster definitions
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/sqlfluff lint --config dbt_project/.sqlfluff dbt_project
	$(BIN)/dagster definitions validate --workspace workspace.yaml

format: $(READY) ## rewrite Python and SQL into the house form, and what the contracts render for dbt
	$(BIN)/python -m orchestration.rendered
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .
	$(BIN)/sqlfluff fix --config dbt_project/.sqlfluff dbt_project

check: lint test ## lint and test: what CI runs

bench-ingest: $(READY) ## five million tickets: DuckDB alone, pandas with pandera, and ours, side by side (ROWS=5000000)
	$(BIN)/python benchmarks/ingest/run.py --rows $(or $(ROWS),5000000)

bench-pollock: $(READY) ## the Pollock benchmark of polluted CSVs, from a folder you have (POLLOCK=folder)
	$(BIN)/python benchmarks/pollock/run.py $(POLLOCK)

bench-samples: $(READY) ## public samples of vendors' exports against what their content implies (SAMPLES=folder)
	$(BIN)/python benchmarks/samples/run.py $(or $(SAMPLES),../shared/samples)

bench-estimate: $(READY) ## the battery, a fit on 10 million rows and the bootstrap, each beside others
	$(BIN)/python -m benchmarks.estimate.run --home $(DEMO_HOME)

calibrate: $(READY) ## draw planted worlds, see how often intervals, verdicts and claims hold; resumes (WORLDS=500)
	$(BIN)/python -m benchmarks.calibration.run --worlds $(or $(WORLDS),500)

clean: ## remove what these commands made, the environment and the demo home included
	rm -rf $(VENV) $(DEMO_HOME) dbt_project/target dbt_project/logs build *.egg-info
	rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find contracts models orchestration tests -name __pycache__ -type d -prune -exec rm -rf {} +

lock: $(READY) ## pin every dependency anew, with hashes and without addresses
	$(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-header --extra dev --output-file requirements.lock pyproject.toml
	for version in $(OLDER_DUCKDB); do \
		echo "duckdb==$$version" | $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
			--no-emit-index-url --no-header --output-file requirements-duckdb-$${version%.*}.lock - || exit 1; \
	done

# The lock is complete, so pip resolves nothing: --no-deps. Older DuckDBs stand apart, in build/; they show that old readers open an edition.
$(READY): requirements.lock $(wildcard requirements-duckdb-*.lock) pyproject.toml
	@.ci/debian-packages python3-venv
	@echo "Setting up $(VENV) from requirements.lock: about two minutes, once."
	rm -rf $(VENV)
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --no-deps --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	$(BIN)/python -m orchestration.dbt
	$(BIN)/python -m tests.older_duckdb
	@touch $(READY)
