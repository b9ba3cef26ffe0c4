#!/usr/bin/env bash
# Trains over two hosts, simulated by network namespaces with a cable between them, and compares with one process.
#
#   Scripts/two-hosts.sh [PROGRAM]      PROGRAM: DistributedTraining, found in .build/release when not given
#
# Prints the largest difference of a parameter and the time of a step. Ends with 0 and a line that says why where the
# rights for namespaces, or the tools, are missing; with 1 where the result is wrong.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

program=${1:-.build/release/DistributedTraining}
skip() { echo "two-hosts: skipped: $*"; exit 0; }
fail() { echo "two-hosts: $*" >&2; exit 1; }

command -v ip >/dev/null || skip "the command ip is missing (Debian package iproute2)"
[ "$(id -u)" = 0 ] || skip "network namespaces need root"
[ -x "$program" ] || fail "$program is missing: swift build -c release -Xswiftc -enable-testing --product DistributedTraining"
program=$(realpath "$program")

left=millrace-left-$$ right=millrace-right-$$ cable=mr$(($$ % 100000))
work=$(mktemp -d)
processes=()
clean() {
    for process in "${processes[@]}"; do kill -9 "$process" 2>/dev/null || true; done
    ip netns delete "$left" 2>/dev/null || true
    ip netns delete "$right" 2>/dev/null || true
    rm -rf "$work"
}
trap clean EXIT
trap 'exit 130' INT TERM

ip netns add "$left" 2>"$work/log" || skip "no rights to make a network namespace ($(tail -n1 "$work/log"))"
ip netns add "$right"
ip link add "${cable}l" netns "$left" type veth peer name "${cable}r" netns "$right" 2>"$work/log" \
    || skip "no virtual cable can be made ($(tail -n1 "$work/log"))"
ip -n "$left" address add 10.77.0.1/24 dev "${cable}l"
ip -n "$right" address add 10.77.0.2/24 dev "${cable}r"
for end in "$left ${cable}l" "$right ${cable}r"; do
    read -r host device <<<"$end"
    ip -n "$host" link set "$device" up
    ip -n "$host" link set lo up
done

# run RANK NAMESPACE FOLDER SETTING…
run() {
    local rank=$1 host=$2 folder=$3
    shift 3
    mkdir -p "$folder"
    RANK=$rank WORLD_SIZE=2 MILLRACE_RENDEZVOUS=tcp://10.77.0.1:29511 MILLRACE_TIMEOUT=60 MILLRACE_THREADS=1 \
        ip netns exec "$host" "$program" "$folder" "$@"
}

settings=(epochs=5 width=256 bucket=65536 batch=64 time)
mkdir -p "$work/one"
MILLRACE_THREADS=1 "$program" "$work/one" "${settings[@]}" >"$work/one.text"
# The hosts share no folder: all that the second one knows came over the cable.
run 0 "$left" "$work/host0" "${settings[@]}" >"$work/two.text" 2>"$work/errors" &
first=$!
run 1 "$right" "$work/host1" "${settings[@]}" >/dev/null 2>>"$work/errors" &
second=$!
processes=("$first" "$second")
wait "$first" || fail "host 0 failed: $(cat "$work/errors")"
wait "$second" || fail "host 1 failed: $(cat "$work/errors")"
cmp -s "$work/host0/parameters-0" "$work/host1/parameters-1" || fail "the hosts ended with different parameters"
difference=$(paste <(od -An -v -tf4 -w4 "$work/one/parameters-0") <(od -An -v -tf4 -w4 "$work/host0/parameters-0") \
    | awk '{ d = $1 - $2; if (d < 0) d = -d; if (d > most) most = d } END { print most + 0, NR }')
read -r most count <<<"$difference"
awk -v most="$most" -v count="$count" 'BEGIN { exit !(count > 1000 && most < 1e-5) }' \
    || fail "$count parameters differ by up to $most from those of one process"

# A host that dies ends the run on the other one.
run 0 "$left" "$work/lost0" epochs=200 width=256 kill=1:7 >/dev/null 2>"$work/lost" &
first=$!
run 1 "$right" "$work/lost1" epochs=200 width=256 kill=1:7 >/dev/null 2>&1 &
second=$!
processes=("$first" "$second")
if wait "$first"; then fail "host 0 went on without host 1"; fi
wait "$second" || true
grep -q "another process has ended" "$work/lost" || fail "host 0 ended without a reason: $(cat "$work/lost")"
[ -s "$work/lost0/run/last.safetensors" ] || fail "host 0 left no checkpoint"

echo "two-hosts: one process: $(tail -n1 "$work/one.text")"
echo "two-hosts: two hosts:   $(tail -n1 "$work/two.text")"
echo "two-hosts: $count parameters, equal on both hosts, differ by at most $most from those of one process"
echo "two-hosts: after host 1 was killed host 0 said: $(tail -n1 "$work/lost")"
