# Two commands do all on a fresh machine: `make run` and `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DEVBOX := $(BIN)/devbox
READY := $(VENV)/.ready
# Official images where they can be had; stand-ins made from the distribution's packages elsewhere (said on stderr).
IMAGES = images=$$(docker/offline/ensure $(USED_BY)) || exit $$?; [ -z "$$images" ] || { set -a; . "$$images"; set +a; }

.PHONY: run test check bench setup engine down clean help

help: ## list the targets
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  \1\t/' | expand -t 12

setup: $(READY) ## virtual environment with devbox and its tools

$(READY): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "devbox needs Python 3.11 or newer; $(PYTHON) is older (PYTHON=... chooses another)" >&2; exit 2; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || { echo "no venv module: install python3-venv" >&2; exit 2; }
	$(BIN)/pip install --quiet --disable-pip-version-check -e '.[dev]'
	@touch $@

engine: $(READY) ## make sure that a Docker Engine answers
	@$(DEVBOX) engine start --yes

run: USED_BY = dev
run: engine ## build the reference dev stack's image and open devbox on it (without a terminal: bring it up, ask each service, print the table)
	@$(IMAGES); $(DEVBOX) build && exec $(DEVBOX) --up

down: $(READY) ## stop the reference dev stack (its data stays)
	@$(DEVBOX) down

check: $(READY) ## format, lint, types, directions of imports
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

test: check engine ## all tests, on a real engine
	@$(IMAGES); $(BIN)/pytest -n 3 --no-loadscope-reorder $(TESTS)

bench: engine ## benchmarks, as ratios
	@$(IMAGES); for file in tests/benchmarks/bench_*.py; do $(BIN)/python -m "$$(echo "$${file%.py}" | tr / .)" || exit $$?; done

clean: ## remove what the build leaves behind
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis dist build
