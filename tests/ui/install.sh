#!/usr/bin/env bash
# Installs what the tests of the page need from npm, as locked in package-lock.json, outside the repository, and has
# tests/ui/node_modules lead there. Does nothing where it is there.
set -euo pipefail
here="$(cd "$(dirname "$0")" && pwd)"
wanted="$(sha256sum <"$here/package-lock.json" | cut -d' ' -f1)"
directory="${XDG_CACHE_HOME:-$HOME/.cache}/aqueduct-tests/ui/$wanted"
mkdir -p "$directory"
exec 9>"$directory/lock"
flock 9
if [[ ! -e "$directory/installed" ]]; then
  cp "$here/package.json" "$here/package-lock.json" "$directory"
  (cd "$directory" && npm ci --ignore-scripts --no-audit --no-fund --silent)
  touch "$directory/installed"
fi
ln -sfn "$directory/node_modules" "$here/node_modules"
