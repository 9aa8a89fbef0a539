#!/bin/sh
# Installs Gladia's SDK below the build folder, then runs the test. Exit code 77: skipped.
#
#   run.sh EMULATOR SOURCE_DIR BUILD_DIR
set -eu
emulator=$1 source=$2 build=$3

skip() {
  echo "SKIPPED: $*"
  exit 77
}

command -v node >/dev/null || skip "node is not installed"
command -v npm >/dev/null || skip "npm is not installed"

mkdir -p "$build"
cp "$source"/tests/node/package.json "$source"/tests/node/package-lock.json \
  "$source"/tests/node/sdk_compatibility.mjs "$build"
cd "$build"
if ! cmp -s package-lock.json installed.lock; then
  npm ci --no-audit --no-fund --ignore-scripts --fetch-retries 1 --fetch-timeout 30000 </dev/null ||
    skip "the SDK cannot be had from the npm registry"
  cp package-lock.json installed.lock
fi
exec node sdk_compatibility.mjs "$emulator" "$source/examples/data/sample.wav" \
  "$source/examples/data/sample.txt"
