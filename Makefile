# The two commands of the README (make run, make test) and the few around them.
# Everything happens in .venv, made from requirements.lock when it or pyproject.toml has changed.

# The first interpreter that starts and is recent enough; or name your own: make run PYTHON=/path/to/python
ifeq ($(origin PYTHON),undefined)
PYTHON := $(shell for candidate in python3.11 python3.12 python3.13 python3; do \
	if "$$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then echo "$$candidate"; break; fi; done 2>/dev/null)
endif

BIN := .venv/bin
STAMP := .venv/.installed

.DELETE_ON_ERROR:
.PHONY: run test test-deep bench docs audit install clean

run: $(STAMP)
	$(BIN)/cliffedge compare

# One thread for linear algebra: results must not depend on how many, and the test workers share the cores.
test test-deep bench: export OMP_NUM_THREADS := 1
test test-deep bench: export OPENBLAS_NUM_THREADS := 1
test test-deep bench: export MKL_NUM_THREADS := 1
test test-deep bench: export MPLBACKEND := Agg

# pytest ends with code 5 when no test ran, so an empty selection fails here too.
test: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy --strict sim
	$(BIN)/pytest -n 2 --dist worksteal -m "not deep" tests

test-deep: $(STAMP)
	$(BIN)/pytest -n 2 --dist worksteal -m deep tests

bench: $(STAMP)
	@test -e tests/benchmarks || { echo "There are no benchmarks yet: tests/benchmarks is missing." >&2; exit 1; }
	$(BIN)/python -m tests.benchmarks

# The documentation as a site, docs/_build/html/index.html; a warning fails it. Nothing is fetched.
docs: $(STAMP)
	$(BIN)/python -m sphinx -W --keep-going -q -b html docs docs/_build/html
	@echo "Open docs/_build/html/index.html"

# Known vulnerabilities in the locked packages; needs the network, and says plainly where there is none.
audit:
	PYTHON="$(PYTHON)" .ci/audit

install: $(STAMP)

$(STAMP): requirements.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "Cliff Edge needs Python 3.11 or later; none of python3.11, python3.12, python3.13, python3 is one. Name yours: make PYTHON=..." >&2; exit 1; }
	"$(PYTHON)" -m venv .venv || { echo "No virtual environment could be made (on Debian and Ubuntu: apt-get install python3-venv)." >&2; exit 1; }
	$(BIN)/python -m pip install --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --no-deps --no-build-isolation -e .
	@touch $@

clean:
	rm -rf .venv build dist docs/_build docs/_generated .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find sim tests -type d -name __pycache__ -prune -exec rm -rf {} +
