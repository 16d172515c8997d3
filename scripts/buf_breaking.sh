#!/usr/bin/env bash
# Refuses changes of the API that break its clients: the working tree against what it grew from.
# That is the merge base with a branch (by default main); on the branch itself the last commit, or
# the one before it where nothing is left to commit.
set -euo pipefail
cd "$(dirname "$0")/.."

branch="${1:-main}"
if ! git rev-parse --quiet --verify HEAD >/dev/null 2>&1; then
  echo "buf breaking: no git history here, nothing to compare with"
  exit 0
fi
git rev-parse --quiet --verify "origin/$branch" >/dev/null && branch="origin/$branch"
base=$(git merge-base HEAD "$branch" 2>/dev/null || git rev-parse HEAD)
if [[ "$base" == "$(git rev-parse HEAD)" && -z "$(git status --porcelain -- protos)" ]]; then
  base=$(git rev-parse --quiet --verify HEAD~1 || true)
fi
if [[ -z "$base" ]] || ! git cat-file -e "$base:buf.yaml" 2>/dev/null; then
  echo "buf breaking: no API before this commit, nothing to compare with"
  exit 0
fi
before=$(mktemp -d)
trap 'rm -rf "$before"' EXIT
git archive "$base" buf.yaml protos third_party | tar -x -C "$before"
"${VENV:-.venv}/bin/buf" breaking --against "$before"
