# Everything a newcomer needs is two commands: `make demo` and `make test`. Both set up what they need first.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin

.DEFAULT_GOAL := help
.PHONY: help demo stop web test check format lock bench docs clean

help:            ## what can be made
	@grep -E '^[a-z]+: .*##' $(MAKEFILE_LIST) | sed -E 's/: .*## */\t/' | expand -t 12

$(VENV)/app: requirements/app.txt pyproject.toml tools/setup.sh
	@PYTHON="$(PYTHON)" tools/setup.sh $(VENV) requirements/app.txt
	@touch $@

$(VENV)/dev: $(VENV)/app requirements/dev.txt
	@PYTHON="$(PYTHON)" tools/setup.sh $(VENV) requirements/dev.txt
	@touch $@

web: $(VENV)/app    ## what the browser runs, built into the package where it is older than its sources
	@tools/build_web.sh $(VENV)

demo: $(VENV)/app web   ## a whole procedure on the digital patient, a report to open, and the application running
	@$(BIN)/foramen demo --out out/demo
	@$(BIN)/python -m foramen.cli.demo_site start

stop:            ## end the application that `make demo` left running
	@if [ -x $(BIN)/python ]; then $(BIN)/python -m foramen.cli.demo_site stop; fi

test: $(VENV)/dev web    ## every test but the slow sweeps, with coverage
	@tools/test_system.sh
	@$(BIN)/pytest -n auto --dist worksteal --cov --cov-report=term:skip-covered

check: $(VENV)/dev   ## lint, types and which room may import which
	@$(BIN)/ruff check src tests benchmarks tools
	@$(BIN)/ruff format --check src tests benchmarks tools
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@tools/build_web.sh $(VENV) check

format: $(VENV)/dev  ## put the code into its one shape
	@$(BIN)/ruff check --fix src tests benchmarks tools
	@$(BIN)/ruff format src tests benchmarks tools

lock: $(VENV)/app   ## pin every dependency again, with hashes
	@$(BIN)/pip install --quiet uv
	@for set in app dev; do \
	  $(BIN)/uv pip compile pyproject.toml --extra web $$([ $$set = dev ] && echo --extra postgres --group dev) --universal --python-version 3.11 \
	    --generate-hashes --no-header --no-emit-index-url --no-annotate --upgrade --quiet -o requirements/$$set.txt; done

bench: $(VENV)/dev   ## speed and accuracy against peers; prints the tables kept in docs/
	@$(BIN)/python -m benchmarks

docs: $(VENV)/dev    ## the documentation as a site in site/
	@$(BIN)/mkdocs build --strict

clean: stop      ## forget everything that was made
	rm -rf $(VENV) out site dist frontend/node_modules src/foramen/web/static/built .pytest_cache .mypy_cache .ruff_cache .coverage
