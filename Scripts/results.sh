#!/usr/bin/env bash
# Trains recipes with all their seeds and writes Recipes/results.jsonl and Recipes/RESULTS.md: results.sh [NAME[,NAME…]]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

only=${1:-}
program=$(swift build -c release --show-bin-path)/millrace
[ -x "$program" ] || swift build -c release --product millrace >&2

for recipe in Recipes/*/*.yaml; do
    name=$(basename "$recipe" .yaml)
    if [ -n "$only" ] && [[ ",$only," != *",$name,"* ]]; then continue; fi
    "$program" results --book Recipes "$recipe"
done
