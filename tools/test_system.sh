#!/bin/sh
# The real peers that the tests meet and pip cannot bring: a browser, a database server, a reader of DICOM's rules.
# Where they are missing and cannot be installed, the tests that need them say so by name.
set -eu

missing=
command -v chromium >/dev/null || missing="$missing chromium libegl1 libgl1-mesa-dri fonts-dejavu-core"
ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || missing="$missing postgresql"
command -v dciodvfy >/dev/null || missing="$missing dicom3tools"
command -v pdftotext >/dev/null || missing="$missing poppler-utils"
[ -z "$missing" ] && exit 0

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  echo "setting up for the tests:$missing" >&2
  # shellcheck disable=SC2086  # a list of packages
  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
else
  echo "not installed, so the tests that need them are skipped:$missing" >&2
fi
