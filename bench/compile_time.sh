#!/usr/bin/env bash
# What <gladia.hpp> costs a program that includes it, in compiled mode: CPU seconds and memory of
# the compiler, medians of several rounds, beside a program that includes <string>.
#
#   CXX=g++ STANDARD=17 ROUNDS=5 CXXFLAGS=-O2 bench/compile_time.sh
set -euo pipefail
cd "$(dirname "$0")/.."

compiler=${CXX:-c++}
standard=${STANDARD:-17}
rounds=${ROUNDS:-5}
read -ra flags <<<"${CXXFLAGS:--O2}"

if [[ ! -x /usr/bin/time ]]; then
  echo "needs GNU time (Debian: apt install time)" >&2
  exit 1
fi
folder=$(mktemp -d)
trap 'rm -r "$folder"' EXIT

# Measures one compilation: seconds of CPU and KiB of memory are added to files of its name.
compile() {
  local name=$1 header=$2
  printf '#include <%s>\nint main() {}\n' "$header" >"$folder/$name.cpp"
  /usr/bin/time -f '%U %S %M' -o "$folder/time" \
    env CCACHE_DISABLE=1 "$compiler" "-std=c++$standard" "${flags[@]}" -Iinclude \
    -DBOOST_ASIO_NO_DEPRECATED -c "$folder/$name.cpp" -o "$folder/$name.o"
  awk '{ print $1 + $2 }' "$folder/time" >>"$folder/$name.seconds"
  awk '{ print $3 }' "$folder/time" >>"$folder/$name.memory"
}

median() { sort -n "$1" | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }

headers=(string gladia.hpp "$@")
for ((round = 0; round < rounds; ++round)); do
  for header in "${headers[@]}"; do compile "${header//\//_}" "$header"; done
done

echo "# $("$compiler" --version | head -n 1), C++$standard, ${flags[*]}, medians of $rounds"
for header in "${headers[@]}"; do
  name=${header//\//_}
  # Lines as the programs print them, for bench/run.
  printf '%-48s %14.4f\n' "compile.seconds.${name%.hpp}" "$(median "$folder/$name.seconds")" \
    "compile.megabytes.${name%.hpp}" $(($(median "$folder/$name.memory") / 1024))
done
