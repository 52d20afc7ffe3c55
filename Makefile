# Two commands matter: `make demo` and `make test`. Each sets up what it needs by itself.
#   make demo    the whole main job on a sample document, in ./demo
#   make test    all tests            make lint   style, types, import rule
#   make bench   what docs/benchmarks.md quotes; ENVELOPES="1 10" (1 10 100 1000): MB of the attachments,
#                DOCUMENTS (1000000): documents in the registers
#   make soak    5,000 examples of each property, FUZZ_SECONDS (600) of guided search for each fuzz target, and as long
#                of writers and readers of one register that are killed at random
#   make locale  compile the Vietnamese catalogues
PYTHON ?= python3
VENV   ?= .venv
FUZZ_SECONDS ?= 600
DOCUMENTS ?= 1000000
ifeq ($(OS),Windows_NT)
BIN := $(VENV)/Scripts
else
BIN := $(VENV)/bin
endif
READY := $(VENV)/.ready

.PHONY: demo test lint bench soak locale system clean

demo: $(READY) system
	$(BIN)/edocs demo demo

test: $(READY) system
	$(BIN)/python -m pytest --numprocesses auto --dist worksteal $(PYTEST_ARGS)

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/python certs/test/make.py --check

bench: $(READY) system
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[bench]'
	$(BIN)/python benchmarks/signing.py
	$(BIN)/python benchmarks/verifying.py
	$(BIN)/python benchmarks/envelopes.py $(ENVELOPES)
	$(BIN)/python benchmarks/registering.py --documents $(DOCUMENTS) --postgres
	$(BIN)/python benchmarks/reporting.py
	$(BIN)/python benchmarks/startup.py

soak: $(READY) system
	$(BIN)/python tests/register_soak.py --seconds $(FUZZ_SECONDS) sqlite:$$(mktemp -d)
	HYPOTHESIS_PROFILE=soak FUZZ_SECONDS=$(FUZZ_SECONDS) $(BIN)/python -m pytest --timeout 3600 tests/properties tests/fuzz $(PYTEST_ARGS)

locale: $(READY)
	for po in edocs/locale/vi/LC_MESSAGES/*.po; do $(BIN)/pybabel compile -D $$(basename $$po .po) -d edocs/locale -l vi || exit 1; done

$(READY): pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "edocs needs Python 3.11 or newer; set PYTHON=")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	$(BIN)/python -c 'import pathlib; pathlib.Path("$(READY)").touch()'

# Fonts and independent witnesses; `edocs doctor` says what is missing where this cannot install it.
system: $(READY)
	@$(BIN)/python tests/system.py

clean:
	rm -rf $(VENV) demo build *.egg-info .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
