#!/bin/bash
# What scripts/test-packages does with the packages in a clean root: /try has all that it needs.
set -euo pipefail
cd /try
export DEBIAN_FRONTEND=noninteractive
step() { printf '\n-- %s\n' "$*"; }
# This root need not outlive a power cut.
apt() {
  apt-get -q -y -o Acquire::Retries=3 -o Dpkg::Use-Pty=0 -o Dpkg::Options::=--force-unsafe-io "$@"
}
# The files whose names tell that they are ours.
ours() { find / -xdev -path /try -prune -o -iname '*gladia*' -print; }

names=$(for file in deb/*.deb; do dpkg-deb --field "$file" Package; done)
version=$(dpkg-deb --field "$(ls deb/libgladia-dev_*.deb)" Version)
version=${version%-*}

step "Installing what users have: a compiler, CMake, pkg-config"
# What a run left that was broken off.
{ dpkg-query -W -f '${Package}\n' '*gladia*' 2>/dev/null || true; } | xargs -r dpkg --purge
apt autoremove --purge >/dev/null
apt update
apt install --no-install-recommends g++ cmake make pkg-config >/dev/null
if [ -n "$(ours)" ]; then
  echo "there before the packages: $(ours)" >&2
  exit 1
fi

step "Installing the packages and what they depend on"
# The model is what gladia-tools recommends; all else must come by itself.
apt install --no-install-recommends ./deb/*.deb pocketsphinx-en-us
# shellcheck disable=SC2086 # several packages are meant
dpkg --listfiles $names | sort -u >files

step "CMake: find_package(gladia $version CONFIG REQUIRED COMPONENTS testing)"
cmake -S consumer -B cmake -D GLADIA_VERSION="$version" -D TESTING=ON
cmake --build cmake
cmake/consumer
cmake/tester

step "pkg-config: the shared library, the static one, gladia::testing"
# shellcheck disable=SC2046 # several flags are meant
{
  g++ -std=c++17 transcribe.cpp -o transcribe $(pkg-config --cflags --libs gladia)
  ldd transcribe | grep "libgladia.so.${version%.*}"
  g++ -std=c++17 -static consumer/without_asio.cpp -o static $(pkg-config --static --cflags --libs gladia)
  if readelf -d static | grep NEEDED; then
    echo "linked with --static, and yet it wants shared libraries" >&2
    exit 1
  fi
  g++ -std=c++17 consumer/tester.cpp -o tester $(pkg-config --cflags --libs gladia_testing)
}
./static
./tester

step "gladia-emulator: transcribing through it"
gladia-emulator --version | grep -F "$version"
gladia-emulator >emulator.log &
emulator=$!
trap 'kill "$emulator" 2>/dev/null || true' EXIT
for _ in $(seq 100); do
  grep -q '^words: ' emulator.log && break
  sleep 0.1
done
cat emulator.log
url=$(sed -n 's/^listening on //p' emulator.log)
GLADIA_API_URL=$url GLADIA_API_KEY=any timeout 60 ./transcribe hello_world.wav | tee heard
grep -qi 'hello world' heard
kill -INT "$emulator"
wait "$emulator"
trap - EXIT

step "Removing the packages"
# shellcheck disable=SC2086
apt purge $names >/dev/null
left=$(ours; while read -r file; do
  # A folder may be there for others.
  if [ -e "$file" ] && [ ! -d "$file" ]; then echo "$file"; fi
done <files)
if [ -n "$left" ] || ldconfig -p | grep gladia; then
  echo "left behind: $left" >&2
  exit 1
fi
echo "nothing is left of $(wc -l <files) files and folders"
apt autoremove --purge >/dev/null
