# The one entry for people and for CI. Needs python3 (>= 3.11), python3-venv and make; no compiler.
VENV := .venv
BIN := $(VENV)/bin
PYTHON ?= python3
PIP := $(BIN)/pip --disable-pip-version-check install --quiet

.PHONY: demo emulate test check format docs clean
.DEFAULT_GOAL := demo

demo: $(VENV)/.runtime            ## one whole sale, shown in the terminal
	@$(BIN)/python -m bridge.emulation.demo

emulate: $(VENV)/.runtime         ## an emulated till that stays up until Ctrl-C
	@$(BIN)/pos-bridge run --emulate

test: $(VENV)/.dev                ## the whole suite
	@$(BIN)/python -m pytest -n auto --maxprocesses 4

check: $(VENV)/.dev               ## format, lint, types
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy

format: $(VENV)/.dev
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

docs: $(VENV)/.runtime            ## write the reference pages anew from the code
	@$(BIN)/python -m bridge.reference

clean:
	rm -rf $(VENV)

# --require-hashes makes an install repeatable: the versions and the bytes are those of requirements/.
# The project itself is linked in without a build environment of its own, so nothing unpinned is fetched.
$(VENV)/.runtime: requirements/runtime.txt pyproject.toml
	@echo "making $(VENV) ..."
	@$(PYTHON) -m venv $(VENV)
	@$(PIP) --require-hashes -r requirements/runtime.txt
	@$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.dev: requirements/dev.txt $(VENV)/.runtime
	@echo "installing the tools of the tests ..."
	@$(PIP) --require-hashes -r requirements/dev.txt
	@touch $@
