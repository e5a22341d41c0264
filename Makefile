# Two commands: `make run` and `make test`. Everything they need, they install.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: install run check test machine odoo bench clean

install: $(VENV)/.installed  ## the environment alone

$(VENV)/.installed: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(0 if (3, 11) <= sys.version_info[:2] < (3, 14) else "Python 3.11, 3.12 or 3.13 is needed; this is %d.%d. Name another: make PYTHON=python3.12 …" % sys.version_info[:2])'
	@$(PYTHON) -m venv $(VENV) || { echo "A virtual environment could not be made: install your system's package for it (Debian: python3-venv)." >&2; exit 1; }
	@echo "Installing the pinned packages (about 1.5 GB, one to three minutes) ..."
	@$(BIN)/python -m pip install -q --disable-pip-version-check pip==$$(sed -n 's/^pip==//p' constraints.txt)
	@$(BIN)/python -m pip install -q --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@

run: install  ## the chat at http://localhost:8000
	@$(BIN)/copilot prepare
	@exec $(BIN)/copilot serve

check: install  ## the quick lane: style, types, unit tests; no server
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/pytest -q -m "not odoo and not browser and not install"

machine:
	@sh deploy/test_machine.sh

test: install machine  ## everything, with a real Odoo and a real browser
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	@$(MAKE) --no-print-directory odoo || { echo "The real Odoo could not be started: its tests do not run." >&2; [ "$$CI" != true ]; }
	$(BIN)/pytest

odoo: install  ## a real Odoo 19 with the demo distributor, in the background
	@$(PYTHON) deploy/dev_odoo.py provision
	@$(PYTHON) deploy/dev_odoo.py up
	@$(PYTHON) deploy/dev_odoo.py seed

bench: install
	$(BIN)/python -m benchmarks

clean:
	rm -rf $(VENV) .data build dist *.egg-info
