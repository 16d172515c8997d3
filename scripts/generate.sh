#!/usr/bin/env bash
# Writes aqueduct/v1 from protos/. With --check it changes nothing and fails where they differ.
set -euo pipefail
cd "$(dirname "$0")/.."
bin="${VENV:-.venv}/bin"
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT

"$bin/python" -m grpc_tools.protoc -I protos -I third_party/googleapis \
  --python_out="$out" --pyi_out="$out" --grpc_python_out="$out" \
  --plugin=protoc-gen-mypy_grpc="$bin/protoc-gen-mypy_grpc" --mypy_grpc_out="quiet:$out" \
  --descriptor_set_out="$out/descriptors" --include_source_info \
  protos/aqueduct/v1/*.proto
"$bin/python" scripts/comments.py "$out/descriptors" "$out/aqueduct/v1/comments.json"
# Files without a service need no gRPC code.
grep -L '^service ' protos/aqueduct/v1/*.proto | xargs -n1 basename -s .proto | while read -r name; do
  rm "$out/aqueduct/v1/${name}_pb2_grpc.py" "$out/aqueduct/v1/${name}_pb2_grpc.pyi"
done
printf '"""Generated from protos/aqueduct/v1 by `make generate`; never edited."""\n' >"$out/aqueduct/v1/__init__.py"

if [[ "${1:-}" == "--check" ]]; then
  diff -r -x __pycache__ "$out/aqueduct/v1" aqueduct/v1 || { echo "aqueduct/v1 is stale: run 'make generate'" >&2; exit 1; }
else
  rm -rf aqueduct/v1
  mv "$out/aqueduct/v1" aqueduct/v1
fi
