#!/usr/bin/env bash
# Runs one fuzzer on its seeds and on the corpus grown so far.
#   tools/run_fuzzer.sh TARGET LIBFUZZER_LIMIT
# A crash leaves its input in tests/fuzz/found/TARGET/; mend the cause, keep the input.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
target=$1 limit=$2
name=${target%_fuzz}
corpus=build/fuzz/corpus/$name
mkdir -p "$corpus" "tests/fuzz/found/$name"
seeds=()
for folder in "tests/fuzz/seeds/$name" "tests/fuzz/found/$name"; do
  [ -d "$folder" ] && seeds+=("$folder")
done
log=build/fuzz/$target.log
if build/fuzz/tests/"$target" "$corpus" "${seeds[@]}" "$limit" -timeout=10 -rss_limit_mb=2048 -max_len=65536 \
     -artifact_prefix="tests/fuzz/found/$name/" -print_final_stats=1 >"$log" 2>&1; then
  echo "$target: $(grep -o 'stat::number_of_executed_units: *[0-9]*' "$log" | grep -o '[0-9]*$') executions, no finding"
else
  tail -n 40 "$log"
  echo "$target: FAILED; the input is in tests/fuzz/found/$name/" >&2
  exit 1
fi
