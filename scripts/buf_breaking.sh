#!/usr/bin/env bash
# Refuses changes of the API that break its clients, against a git branch (by default main).
set -euo pipefail
cd "$(dirname "$0")/.."
base="${1:-main}"
git rev-parse --quiet --verify "origin/$base" >/dev/null && base="origin/$base"
if ! git cat-file -e "$base:buf.yaml" 2>/dev/null; then
  echo "buf breaking: $base has no API yet, nothing to compare with"
  exit 0
fi
"${VENV:-.venv}/bin/buf" breaking --against ".git#ref=$(git rev-parse "$base")"
