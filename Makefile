# Everything here sets up what it needs in .venv first; nothing is installed elsewhere.
#
#   make run [PROG="/bin/ls -l /"]   run a program under blink
#   make build                       compile what changed, in place
#   make check                       build and run the tests
#   make fuzz [COUNT=n ENGINE=jit]   random instruction sequences against this machine's CPU
#   make differential [CASES=n] [ENGINE=interpreter|virtual|jit|softx87] [BITS=64|32|16]
#                                    every instruction form against this machine's CPU
#   make programs [ARGS="-e interpreter redis"]    real programs, natively and under blink, a line each
#   make soak [ARGS="--scale 0.1"]    long runs under load: threads, forks, connections, kills
#   make cross [ARGS=--no-build]     build for 64-bit Arm, and run the recorded results and boot programs there
#   make vectors                     record anew what this machine's CPU does, for hosts without one
#   make bench [ARGS=--quick]        time blink against native runs (and qemu, if it is on PATH)
#   make lint                        ruff and mypy

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PROG ?= /bin/echo Hello from a real x86-64 program, run by blink
FLAGS ?=
WORKERS ?= auto
CASES ?= 200
BITS ?= 64
COUNT ?= 200000
ENGINE ?= interpreter
ARGS ?=

.PHONY: run build check bench lint differential vectors cross fuzz programs soak clean

run: build
	@$(BIN)/blink $(FLAGS) $(PROG)

build: $(VENV)/ready
	@$(BIN)/python setup.py --quiet build_ext --inplace
	@cmp -s bin/blink $(BIN)/blink || install -m 755 bin/blink $(BIN)/blink
	@$(BIN)/python -m compileall -q src

check: build
	$(BIN)/python -m pytest -n $(WORKERS)

differential: build
	$(BIN)/python -m tests.differential --cases $(CASES) --engine $(ENGINE) --bits $(BITS)

fuzz: build
	$(BIN)/python -m tests.fuzz --count $(COUNT) --engine $(ENGINE) --minimise

programs: build
	$(BIN)/python -m tests.programs $(ARGS)

soak: build
	$(BIN)/python -m tests.soak $(ARGS)

vectors: build
	$(BIN)/python -m tests.vectors

cross: build
	$(BIN)/python -m tests.cross $(ARGS)

bench: build
	$(BIN)/python -m benchmarks $(ARGS)

lint: $(VENV)/ready
	$(BIN)/ruff check
	$(BIN)/mypy

# An editable install: the modules are compiled beside their sources, where `make build` renews them.
$(VENV)/ready: pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=...")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip setuptools Cython
	$(BIN)/python -m pip install --quiet --no-build-isolation --editable '.[test,lint]'
	@touch $@

clean:
	rm -rf build $(VENV)
	find src -name '*.so' -delete
