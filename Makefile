# Every target makes .venv from the lock first if it is missing or older than the lock.
PYTHON ?= python3
PORT ?= 8001
RUN = .venv/.run
DEV = .venv/.dev

.PHONY: serve build verify test test-long lint format lock dictionary standard citation notebooks screenshots lighthouse licences audit clean
.DEFAULT_GOAL := serve

serve: build ## build everything and serve it on http://127.0.0.1:$(PORT)/
	.venv/bin/datasette . --port $(PORT)

build: plans.db ## plans.db in this folder, and site/: every permanent page, download and picture as a file
	.venv/bin/python build_db.py pages --address http://127.0.0.1:$(PORT)/

verify: $(RUN) ## compare the data with the report: make verify KEIKAKU_REPORT=FILE
	.venv/bin/python build_db.py verify --report "$(KEIKAKU_REPORT)"

test: $(DEV) plans.db ## all tests but the long ones, on all processors
	.venv/bin/python -m pytest -m "not long" -n logical --no-loadscope-reorder

test-long: $(DEV) plans.db ## long random runs: kills, requests, mutated files, abuse
	.venv/bin/python -m pytest -m long

lint: $(DEV)
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy

format: $(DEV)
	.venv/bin/ruff check --fix .
	.venv/bin/ruff format .

lock: $(DEV) ## the locks from pyproject.toml; make lock UPGRADE=--upgrade takes the newest of everything
	.venv/bin/python -m pip install --quiet uv
	.venv/bin/uv pip compile --quiet pyproject.toml --group build --universal --generate-hashes --no-header --no-annotate $(UPGRADE) -o requirements.lock
	.venv/bin/uv pip compile --quiet pyproject.toml --group dev --universal --generate-hashes --no-header --no-annotate $(UPGRADE) -o requirements-dev.lock

dictionary: $(RUN) ## docs/data-dictionary.md from the schema, the vocabularies and metadata.yml; the picture of the tables
	.venv/bin/python -m tools.dictionary
	.venv/bin/python -m tools.er_diagram

standard: $(RUN) ## static/standard/: Table Schema and example workbook, from the model and docs/add-a-plan.ja.md
	.venv/bin/python -m tools.standard

licences: $(DEV) ## docs/licences.md from what the libraries of the locks say
	.venv/bin/python -m tools.licences

audit: $(DEV) ## known weaknesses of the locked libraries, as PyPI tells them (needs the network; not in CI)
	.venv/bin/python -m pip install --quiet pip-audit
	.venv/bin/pip-audit --requirement requirements.lock --disable-pip

citation: plans.db ## CITATION.cff from metadata.yml and plans.db
	.venv/bin/python -m tools.citation

notebooks: $(DEV) plans.db ## run docs/notebooks/ against the site and keep what they show
	.venv/bin/python -m tests.notebooks.running_notebooks

screenshots: $(DEV) ## a picture of every kind of page at both widths, in screenshots/ (needs chromium, chromium-driver)
	.venv/bin/python -m tools.take_screenshots

lighthouse: $(DEV) build ## Lighthouse's figures for the main pages, into docs/lighthouse.md (needs node and chromium; not in CI)
	.venv/bin/datasette . --port $(PORT) & trap "kill $$!" EXIT; curl -s -o /dev/null --retry 30 --retry-connrefused http://127.0.0.1:$(PORT)/; \
	CHROME_PATH=$${CHROME_PATH:-$$(command -v chromium)} .venv/bin/python -m benchmarks.lighthouse http://127.0.0.1:$(PORT)

clean:
	rm -rf .venv plans.db site .pytest_cache .mypy_cache .ruff_cache .hypothesis screenshots

plans.db: $(RUN) build_db.py $(wildcard keikaku/*.py keikaku/*/*.py keikaku/*/*/*.py keikaku/*/*.sql keikaku/*/*.yml data data/* data/*/* data/*/*/*)
	.venv/bin/python build_db.py $(if $(KEIKAKU_REPORT),--report "$(KEIKAKU_REPORT)")

$(RUN): requirements.lock
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.12")'
	$(PYTHON) -m venv .venv
	.venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	.venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@

$(DEV): $(RUN) requirements-dev.lock
	.venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	touch $@
