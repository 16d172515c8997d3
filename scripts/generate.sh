#!/usr/bin/env bash
# Writes aqueduct/v1 and, where Go is installed, clients/go/aqueductv1 from protos/. With --check it changes nothing
# and fails where they differ.
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

# Generators of Go's are built by `go tool`, from clients/go/tools/go.mod.
has_go() {
  if command -v go >/dev/null && go -C clients/go/tools list -m >/dev/null 2>&1; then
    return 0
  fi
  echo "clients/go/aqueductv1 is left out: it needs Go 1.25 or newer" >&2
  [[ "${AQUEDUCT_TEST_REQUIRE_ALL:-}" != 1 ]] || exit 1
  return 1
}

# Writes what $1 names from what was generated there, or compares the two.
settle() {
  if [[ "$check" == "--check" ]]; then
    diff -r -x __pycache__ "$1" "$2" || { echo "$2 is stale: run 'make generate'" >&2; exit 1; }
  else
    rm -rf "$2"
    mv "$1" "$2"
  fi
}

check="${1:-}"
settle "$out/aqueduct/v1" aqueduct/v1
if has_go; then
  "$bin/buf" generate --template clients/go/buf.gen.yaml -o "$out/go"
  settle "$out/go/aqueductv1" clients/go/aqueductv1
fi
