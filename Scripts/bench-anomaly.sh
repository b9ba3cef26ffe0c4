#!/usr/bin/env bash
# Scores the anomaly detectors on NAB, SKAB and SMAP/MSL and the fault monitor on the stations; writes Benchmarks/ANOMALY.md.
# The data is in $MILLRACE_DATA or, without it, in ../shared/data: nab/, skab/ and smap-msl/, each with its archive.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

data=${MILLRACE_DATA:-../shared/data}
for name in nab/nab-data.tar.gz nab/combined_windows.json skab/skab-data.tar.gz smap-msl/channels-npy.tar.gz; do
    if [ ! -f "$data/$name" ]; then
        echo "bench-anomaly: $data/$name is missing; MILLRACE_DATA names the folder of the data sets" >&2
        exit 1
    fi
done
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
for name in nab skab smap-msl; do
    mkdir "$folder/$name"
    for archive in "$data/$name"/*.tar.gz; do tar -xzf "$archive" -C "$folder/$name"; done
done
cp "$data/nab/combined_windows.json" "$data/nab/scoreboard_subset_standard.tsv" "$folder/nab/"
cp "$data/smap-msl/labeled_anomalies.csv" "$folder/smap-msl/"
swift build --package-path Benchmarks -c release --product anomaly
"$(swift build --package-path Benchmarks -c release --show-bin-path)/anomaly" "$folder" Examples/Stations Benchmarks/ANOMALY.md \
    "$(date -u +%F), $(uname -sm)"
