#!/usr/bin/env bash
# Installs the real thalassa 0.4.1, as locked in package-lock.json, outside the repository, and patches the
# installed copy so that it runs on today's Node.js. Prints where it is. Does nothing where it is there.
set -euo pipefail
here="$(cd "$(dirname "$0")" && pwd)"
directory="${AQUEDUCT_TEST_THALASSA:-${XDG_CACHE_HOME:-$HOME/.cache}/aqueduct-tests/thalassa}"
mkdir -p "$directory"
exec 9>"$directory/lock"
flock 9
wanted="$(cat "$here/package-lock.json" "$here/install.sh" | sha256sum | cut -d' ' -f1)"
if [[ "$(cat "$directory/installed" 2>/dev/null)" != "$wanted" ]]; then
  rm -f "$directory/installed"
  cp "$here/package.json" "$here/package-lock.json" "$directory"
  # No scripts: hiredis, which is optional, does not compile any more.
  (cd "$directory" && npm ci --ignore-scripts --omit=optional --no-audit --no-fund --silent)
  # hapi 1.x takes away Node's own listeners before these have run: since Node 0.12 the connection is never
  # closed then, and a second request on it never answered.
  request="$directory/node_modules/hapi/lib/request.js"
  sed -i -E 's#^( *)(self\.raw\.re[qs]\.removeAllListeners\(\);)#\1// \2#' "$request"
  [[ "$(grep -c '// self.raw.re[qs].removeAllListeners' "$request")" == 2 ]]
  echo "$wanted" >"$directory/installed"
fi
echo "$directory"
