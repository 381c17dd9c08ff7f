# SignFlow. `make run` starts it, `make demo` shows it, `make test` and `make check` judge it.
PYTHON ?= python3
PY := .venv/bin/python

.PHONY: help run demo test proof chaos fuzz check bench format lock clean

help:
	@echo "make run     SignFlow on http://localhost:8000 with Setu's stand-in, until Ctrl-C"
	@echo "make demo    the whole job, from upload to the verified signed file"
	@echo "make test    the test suite, on SQLite and again on PostgreSQL and Redis"
	@echo "make proof   the properties among the tests, a hundred times as often"
	@echo "make chaos   everything as processes, under kills and bad networks, with one table (SHORT=1, SEED=n)"
	@echo "make fuzz    calls made up from the API's document, as each role, with one table (SHORT=1, SEED=n)"
	@echo "make check   style, types, migrations, lock, layers, secrets in the history, known holes in packages"
	@echo "make bench   what reads and callbacks cost, beside a floor, in about five minutes"
	@echo "make format  let ruff arrange the code"
	@echo "make lock    pin the dependencies anew"
	@echo "make clean   remove the virtual environment, and var/ with all its data"

run:
	@$(PYTHON) dev/bootstrap.py standin
	@exec $(PY) -m dev.run

demo:
	@$(PYTHON) dev/bootstrap.py standin
	@exec $(PY) -m dev.demo

test:
	@$(PYTHON) dev/bootstrap.py dev
	$(PY) -m tests.run

proof:
	@$(PYTHON) dev/bootstrap.py dev
	PROOF=1 $(PY) -m tests.run -m proof

chaos:
	@$(PYTHON) dev/bootstrap.py dev
	$(PY) -m tests.chaos

fuzz:
	@$(PYTHON) dev/bootstrap.py dev
	$(PY) -m tests.fuzz

check:
	@$(PYTHON) dev/bootstrap.py dev
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy .
	SIGNFLOW_DEV=1 DATABASE_URL=sqlite:///:memory: $(PY) manage.py makemigrations --check --dry-run
	$(PY) -m dev.lock --check
	$(PY) -m dev.secretscan
	$(PY) -m dev.audit
	$(PY) -m pytest tests/test_layers.py tests/test_openapi.py

bench:
	@$(PYTHON) dev/bootstrap.py dev
	$(PY) -m bench

format:
	@$(PYTHON) dev/bootstrap.py dev
	$(PY) -m ruff check --fix .
	$(PY) -m ruff format .

lock:
	@$(PYTHON) dev/bootstrap.py dev
	$(PY) -m dev.lock

clean:
	rm -rf .venv var .mypy_cache .ruff_cache .pytest_cache .hypothesis staticfiles
