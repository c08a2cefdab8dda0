#!/bin/sh
# Make the virtual environment $1 hold exactly the locked packages of $2, and Foramen itself.
set -eu
venv=$1
lock=$2
python=${PYTHON:-python3}

say() { printf '%s\n' "$*" >&2; }

# Debian splits venv from python3; without it there is no pip to start from.
if [ ! -x "$venv/bin/pip" ]; then
  if ! "$python" -c 'import ensurepip' 2>/dev/null; then
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
      say "setting up: python3-venv (Debian keeps it apart from python3)"
      apt-get update -qq && apt-get install -y -qq --no-install-recommends python3-venv >/dev/null
    else
      say "Foramen needs Python's venv module. Install it once with: sudo apt-get install python3-venv"
      exit 1
    fi
  fi
  say "setting up: a virtual environment in $venv"
  "$python" -m venv "$venv"
fi

say "setting up: the packages of $lock (about a minute the first time)"
# Python compiles each module when it is first imported; compiling them all at once would take 115 MB more.
"$venv/bin/pip" install --quiet --disable-pip-version-check --no-compile --require-hashes -r "$lock"
"$venv/bin/pip" install --quiet --disable-pip-version-check --no-compile --no-deps --editable .
