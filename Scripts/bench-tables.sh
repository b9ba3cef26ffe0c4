#!/usr/bin/env bash
# Compares scans of tables with pyarrow's and boosted trees with scikit-learn's, and writes Benchmarks/TABLES.md.
#   ROUNDS=5 ONLY=parquet,trees Scripts/bench-tables.sh            BUILD=0 leaves out the build
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

peers="pyarrow==26.0.1 scikit-learn==1.9.1"
environment=.deps/tables
data=$environment/data
fail() { echo "bench-tables: $*" >&2; exit 1; }

Scripts/setup.sh
if [ "$(cat $environment/version 2>/dev/null)" != "$peers" ]; then
    echo "bench-tables: installing $peers into $environment" >&2
    python3 -m venv $environment || fail "python3 cannot make a virtual environment: install python3-venv"
    # shellcheck disable=SC2086
    $environment/bin/python -m pip install --quiet $peers || fail "could not install $peers: is there a network?"
    echo "$peers" >$environment/version
fi
$environment/bin/python Benchmarks/peers/tables_data.py $data || fail "the data could not be made"
[ "${BUILD:-1}" = 0 ] || swift build -c release --package-path Benchmarks --product tables >&2
exec $environment/bin/python Benchmarks/tables.py $data
