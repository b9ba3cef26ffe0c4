#!/usr/bin/env bash
# Recomputes golden numbers with the reference implementations: Scripts/golden.sh [FAMILY...], all families by default.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

environment=.deps/golden
stamp=$environment/requirements.txt
if ! cmp -s Scripts/golden/requirements.txt $stamp; then
    echo "golden: installing the references into $environment"
    rm -f $stamp
    python3 -m venv $environment || { echo "golden: python3 cannot make a virtual environment: install python3-venv" >&2; exit 1; }
    $environment/bin/python -m pip install --quiet --requirement Scripts/golden/requirements.txt
    cp Scripts/golden/requirements.txt $stamp
fi

if [ $# = 0 ]; then
    for file in Scripts/golden/*.py; do
        family=$(basename "$file" .py)
        if [ "$family" != golden ]; then set -- "$@" "$family"; fi
    done
fi
for family; do
    $environment/bin/python "Scripts/golden/$family.py"
done
