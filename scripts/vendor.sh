#!/usr/bin/env bash
# Puts the page's libraries into aqueduct/ui/vendor, from npm, pinned by version and checksum, as modules that need
# no build: names of packages become paths. Licences go along. `--check` only tells whether all is as it would be.
set -euo pipefail
cd "$(dirname "$0")/.."
readonly REGISTRY=https://registry.npmjs.org
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT

# NAME VERSION SHA512: unpacks the package into $work/NAME.
package() {
  local file="$work/$1.tgz"
  curl -fsSL -o "$file" "${NPM_REGISTRY:-$REGISTRY}/$1/-/$1-$2.tgz"
  echo "$3  $file" | sha512sum --check --quiet
  mkdir "$work/$1"
  tar -xzf "$file" -C "$work/$1" --strip-components=1
}

package preact 11.2.0 fc77c723fecdf387ba1ab581277276f34cf798b6912620dc4af8ff03ecbfe006cb9cd0ffd549461ded6c47aa18b931b021dd273fb76a0d4f4e9cbc4c3d9ef106
package htm 3.1.1 f7cdd5ca0f0dc1413b26467a3663aaa4267eb21d5b2afda2613954933956980e490f669c2a8c5de0a5716cc9b15fff399ad7dd9c399316834a720e43180bf135
package uplot 1.6.32 2883159c6ebccefbb95d751b0b82d010f9e1c0ec41b8bc96d401eda66e882935c89a46cb824332fa369b8cb8122cc6ac36e186cd09bf7a9ded3a4c93c6989023

made="$work/vendor"
mkdir "$made"
bare() { grep -v '^//# sourceMappingURL' "$1"; }
bare "$work/preact/dist/preact.mjs" >"$made/preact.js"
bare "$work/preact/hooks/dist/hooks.mjs" | sed -E "s#from ?[\"']preact[\"']#from\"./preact.js\"#g" >"$made/hooks.js"
bare "$work/htm/dist/htm.mjs" >"$made/htm.js"
{ bare "$work/uplot/dist/uPlot.iife.min.js"; echo 'export default uPlot;'; } >"$made/uplot.js"
cp "$work/uplot/dist/uPlot.min.css" "$made/uplot.css"
# For the type checker alone (tests/ui/tsconfig.json); they are not served.
echo 'export * from "preact";' >"$made/preact.d.ts"
echo 'export * from "preact/hooks";' >"$made/hooks.d.ts"
echo 'export { default } from "htm";' >"$made/htm.d.ts"
echo 'export { default } from "uplot";' >"$made/uplot.d.ts"
for name in preact htm uplot; do
  printf '%s %s\n\n' "$name" "$(sed -nE 's/^ *"version": "([^"]+)".*/\1/p' "$work/$name/package.json" | head -1)"
  cat "$work/$name/LICENSE"
  printf '\n\n'
done >"$made/LICENSES.txt"

if [[ "${1:-}" == --check ]]; then
  diff -r "$made" aqueduct/ui/vendor
else
  cp "$made"/* aqueduct/ui/vendor/
fi
