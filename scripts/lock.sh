#!/usr/bin/env bash
# Resolves requirements/*.txt anew: every package pinned, with its hashes.
set -euo pipefail
cd "$(dirname "$0")/.."
compile=("${VENV:-.venv}/bin/uv" pip compile --quiet --upgrade --universal --python-version 3.11
  --generate-hashes --no-emit-index-url --no-header --no-annotate)
"${compile[@]}" pyproject.toml -o requirements/runtime.txt
"${compile[@]}" pyproject.toml --group dev -c requirements/runtime.txt -o requirements/dev.txt
echo uv | "${compile[@]}" - -o requirements/uv.txt
