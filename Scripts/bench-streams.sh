#!/usr/bin/env bash
# Measures the learners and detectors of streams beside River, in turns, and writes their sections of Benchmarks/STREAMS.md.
#   DATA=folder ROUNDS=3 Scripts/bench-streams.sh [PART...]      parts: electricity anomalies drift; all by default
# DATA holds electricity.csv.gz (Elec2: 45,312 rows, 6 columns, the class last). BINARY=path leaves out the build.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

environment=.deps/streams
data=${DATA:-${MILLRACE_DATA:-../shared/data}/streams}
pins="river==0.26.1 pvlib==0.16.1 scikit-learn==1.9.1"
fail() { echo "bench-streams: $*" >&2; exit 1; }

if [ "$(cat $environment/pins 2>/dev/null)" != "$pins" ]; then
    echo "bench-streams: installing $pins into $environment" >&2
    python3 -m venv $environment || fail "python3 cannot make a virtual environment: install python3-venv"
    # shellcheck disable=SC2086
    $environment/bin/python -m pip install --quiet $pins || fail "could not install the peers: is there a network?"
    echo "$pins" >$environment/pins
fi
if [ -z "${BINARY:-}" ]; then
    Scripts/setup.sh
    swift build -c release --package-path Benchmarks --product streams >&2
    BINARY=Benchmarks/.build/release/streams
fi
[ -f "$data/electricity.csv.gz" ] || fail "$data/electricity.csv.gz is missing"
gzip -dc "$data/electricity.csv.gz" >$environment/electricity.csv
gzip -dc $environment/lib/python3*/site-packages/river/datasets/shuttle.csv.gz >$environment/shuttle.csv
$environment/bin/python Benchmarks/peers/stations.py >$environment/stations.csv
exec $environment/bin/python Benchmarks/peers/streams_report.py "$BINARY" $environment "${ROUNDS:-3}" "$@"
