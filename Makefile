# GNU make and a plain sh. `make help` lists what there is.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
# Where it is set, every process that starts compiles the whole program again.
unexport PYTHONDONTWRITEBYTECODE

PORT ?= 8080
DATA ?= ./.demo
PORT2 ?= 8081
DATA2 ?= ./.demo2
KILLS ?= 5
CHAOS_KILLS ?= 40
PROMTOOL ?= v0.313.5
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input

# The first of these that is new enough makes .venv; PYTHON=… chooses one.
PYTHONS := $(or $(PYTHON),python3 python3.13 python3.12 python3.11)
NEW_ENOUGH := import sys; sys.exit(sys.version_info < (3, 11))

.PHONY: help install install-dev demo demo-kafka demo-federation demo-reset test test-kafka chaos check check-rules lint type fmt bench bench-kafka \
	tools revision migrate events openapi release-schema lock clean

help: ## 本清单 / this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-15s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))
	@echo '  PORT=$(PORT) DATA=$(DATA) PORT2=$(PORT2) DATA2=$(DATA2) KILLS=$(KILLS) CHAOS_KILLS=$(CHAOS_KILLS)'

# -- installation ----------------------------------------------------------------------------------------
# The stamps are touched last, so that an interrupted installation is taken up again. The project itself
# is installed last: its command appears when everything that it needs is there.

install: .venv/.project ## 安装到 .venv / install into .venv
install-dev: .venv/.development ## 连同开发工具一起安装 / install with the tools for development

.venv/.dependencies: requirements.lock
	@python=''; recent=''; \
	for candidate in $(PYTHONS); do \
	  "$$candidate" -c '$(NEW_ENOUGH)' 2>/dev/null || continue; \
	  recent=$${recent:-$$candidate}; \
	  if "$$candidate" -c 'import ensurepip, venv' 2>/dev/null; then python=$$candidate; break; fi; \
	done; \
	if [ -z "$$recent" ]; then \
	  echo '需要 Python 3.11 或更新版本：请安装 python3 和 python3-venv。/ Python 3.11 or newer is needed: install python3 and python3-venv.' >&2; exit 1; \
	fi; \
	if [ -z "$$python" ]; then \
	  echo "缺少 venv 模块：请安装 $$(basename "$$recent")-venv。/ $$recent lacks its venv module: install $$(basename "$$recent")-venv." >&2; exit 1; \
	fi; \
	if ! $(BIN)/python -c '$(NEW_ENOUGH); import pip' 2>/dev/null; then \
	  echo "创建虚拟环境 .venv / making .venv with $$("$$python" --version)"; \
	  "$$python" -m venv --clear .venv || exit 1; \
	fi
	@echo '安装依赖（约一至三分钟）/ installing the dependencies (one to three minutes)'
	@$(PIP) install --require-hashes -r requirements.lock || { \
	  echo '依赖未能安装：请检查能否访问软件包仓库，然后重试。/ The dependencies could not be installed: check that the package registry can be reached, then try again.' >&2; exit 1; }
	@touch $@

.venv/.project: .venv/.dependencies pyproject.toml
	@$(PIP) install -q --no-deps --no-build-isolation -e .
	@touch $@

.venv/.development: .venv/.project requirements-dev.lock
	@echo '安装开发工具 / installing the tools for development'
	@$(PIP) install -q --require-hashes -r requirements-dev.lock
	@touch $@

# -- running ---------------------------------------------------------------------------------------------
# make and the demo share a process group: Ctrl-C reaches both, and make waits until the demo has cleaned up.

demo: install ## 在本机运行演示区：PORT= DATA= / run the simulated district on this machine
	@exec $(BIN)/labour-warning demo start --port '$(PORT)' --data '$(DATA)'

demo-kafka: install ## 同一演示区，八个进程经 Kafka 运行（需要 Java、Maven）/ the same district as eight processes over Kafka
	@exec $(BIN)/labour-warning demo start --bus kafka --port '$(PORT)' --data '$(DATA)'

demo-federation: install ## 两个仲裁院之间走一遍协助事项：PORT2= DATA2= / a second installation, a request across and back
	@exec $(BIN)/labour-warning demo federation --port '$(PORT)' --data '$(DATA)' --port2 '$(PORT2)' --data2 '$(DATA2)'

demo-reset: install ## 清空演示数据，从头开始 / throw the demo's data away and start over
	@exec $(BIN)/labour-warning demo reset --data '$(DATA)'

migrate: install ## 升级数据库结构 / bring the schemas to head (DATABASE_URL, else DATA)
	@exec $(BIN)/labour-warning migrate --data '$(DATA)'

# -- proving ---------------------------------------------------------------------------------------------

test: install-dev ## 全部测试：KILLS= / the whole suite, on a real PostgreSQL and a real broker
	@KILLS='$(KILLS)' $(BIN)/pytest -n 4 --no-loadscope-reorder -m 'not chaos'

test-kafka: install-dev ## 仅消息总线测试 / the tests on a Kafka broker alone
	@$(BIN)/pytest -m kafka

chaos: install-dev ## 负载下的故障测试：CHAOS_KILLS= / faults under load, at most ten minutes; CHAOS_KILLS=500 for hours
	@SEED="$${SEED:-$$(od -An -N2 -tu2 /dev/urandom | tr -d ' ')}"; echo "SEED=$$SEED"; export SEED; \
	KILLS='$(CHAOS_KILLS)' $(BIN)/pytest -n 2 --no-loadscope-reorder -m chaos -rs -s \
	  -o faulthandler_timeout=$$((900 + 30 * $(CHAOS_KILLS))) tests/chaos

check: install-dev ## 三十秒内的检查 / lint, types, contracts and unit tests in under 30 s
	@$(MAKE) --no-print-directory -j2 --output-sync=target type check-rules

check-rules: lint
	@$(BIN)/pytest -q tests/unit tests/architecture -m 'not slow'

lint: install-dev ## 代码规则与导入契约 / code rules and import contracts
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/lint-imports --no-logo

type: install-dev ## 类型检查 / types
	@$(BIN)/mypy

fmt: install-dev ## 格式化 / format
	@$(BIN)/ruff check --fix --quiet . || true
	@$(BIN)/ruff format .

bench: install-dev ## 性能测量，写入 build/bench.json / measure, and write build/bench.json
	@mkdir -p build
	@exec $(BIN)/python -m benchmarks

bench-kafka: install-dev ## 经 Kafka 的性能测量，约十分钟，写入 build/bench-kafka.json / measure over Kafka, ten minutes
	@mkdir -p build
	@exec $(BIN)/python -m benchmarks.kafka

tools: build/tools/kustomize build/tools/promtool ## 部署测试所用的工具（需要 Go）/ what the deployment's tests need, into build/tools

KUSTOMIZE := sigs.k8s.io/kustomize/kustomize/v5@v5.8.1
build/tools/kustomize:
	@GOBIN='$(CURDIR)/build/tools' go install $(KUSTOMIZE)

# Not `go install`: its module has replacements, which only a module of its own may pass over.
build/tools/promtool:
	@mkdir -p build/tools/promtool.src
	@cd build/tools/promtool.src && { test -f go.mod || go mod init promtool; } && \
	go get github.com/prometheus/prometheus/cmd/promtool@$(PROMTOOL) && \
	CGO_ENABLED=0 go build -tags remove_all_sd -ldflags='-s -w' -o ../promtool github.com/prometheus/prometheus/cmd/promtool

# -- changing --------------------------------------------------------------------------------------------

revision: install-dev ## 新的数据库迁移：S=服务 M="说明" / a new migration: S=service M="message"
	@test -n '$(S)' && test -n '$(M)' || { echo '用法 / usage: make revision S=warning M="add sessions"' >&2; exit 2; }
	@$(BIN)/python .ci/new_revision.py '$(S)' '$(M)'
	@$(BIN)/ruff check -q --fix 'services/$(S)/migrations' && $(BIN)/ruff format -q 'services/$(S)/migrations'

events: install-dev ## 重写事件的基准模式与 docs/events.md / rewrite the golden schemas and docs/events.md
	@$(BIN)/labour-warning events

release-schema: install-dev ## 发布时保存数据库结构 / at a release: store its schema for the tests of those that follow
	@$(BIN)/python .ci/store_schema.py

openapi: install-dev ## 重写提交在库中的 OpenAPI 文件 / rewrite the committed OpenAPI files
	@$(BIN)/labour-warning openapi

# The locks name no host, so that they work with any mirror. uv only resolves; pip installs.
UV := $(or $(shell command -v uv 2>/dev/null),build/uv/bin/uv)
LOCK := $(UV) pip compile -q --generate-hashes --universal --no-header --no-emit-index-url --no-annotate \
	--python-version 3.11 pyproject.toml

lock: $(if $(filter build/%,$(UV)),$(UV)) ## 重写依赖锁文件 / rewrite the locks from pyproject.toml
	@$(LOCK) --extra warning --extra embedded --extra build -o requirements.lock
	@$(LOCK) --all-extras -c requirements.lock -o requirements-dev.lock
	@$(LOCK) --extra warning --extra tracing --extra build -c requirements-dev.lock -o deploy/requirements.lock

build/uv/bin/uv:
	@python3 -m venv build/uv
	@build/uv/bin/pip install -q --disable-pip-version-check uv

clean: ## 删除生成物，保留 .venv 与演示数据 / remove what was made; .venv and the demo's data stay
	@rm -rf build dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	@find services shared simulation tests benchmarks -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true
