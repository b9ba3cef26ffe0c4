#!/usr/bin/env bash
# Compiles the shims over native libraries: Shims/NAME/*.cc (or *.c) become .deps/lib/libmillrace_NAME.so, loaded when first needed.
# A shim whose sources have not changed is left alone. Each failure is one line on stderr and exit 1.
#
# Shims/NAME/flags says how:
#   needs=PATH      skip the shim where this file or folder is missing
#   compile=FLAGS   for the compiler, on top of -fPIC -fvisibility=hidden
#   link=FLAGS      for the linker; libraries beside the shim are found by themselves
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

fail() { echo "setup: $*" >&2; exit 1; }

for flags in Shims/*/flags; do
    folder=$(dirname "$flags") name=$(basename "$(dirname "$flags")")
    library=.deps/lib/libmillrace_$name.so stamp=.deps/lib/libmillrace_$name.stamp
    setting() { sed -n "s/^$1=//p" "$flags"; }
    needed=$(setting needs)
    if [ -n "$needed" ] && [ ! -e "$needed" ]; then continue; fi
    read -ra compile <<<"$(setting compile)"
    read -ra link <<<"$(setting link)"
    # The headers that a shim shares with its Swift side stand behind -ISources/….
    shared=()
    for flag in "${compile[@]}"; do
        if [[ $flag == -ISources/* ]]; then shared+=("${flag#-I}"/*.h); fi
    done
    version=$(cat Scripts/shims.sh "$folder"/* "${shared[@]}" | cksum)
    if [ -f "$library" ] && [ "$(cat "$stamp" 2>/dev/null)" = "$version" ]; then continue; fi

    echo "setup: compiling the shim $name"
    mkdir -p .deps/lib
    work=$(mktemp -d .deps/shims.XXXXXX)
    trap 'rm -rf "$work"' EXIT
    trap 'exit 130' INT TERM
    compiler=g++
    sources=("$folder"/*.cc)
    if [ ! -e "${sources[0]}" ]; then compiler=gcc sources=("$folder"/*.c); fi
    export LC_ALL=C
    printf '%s\n' "${sources[@]}" | xargs -P "$(nproc)" -I '{}' bash -c 'source=$1 work=$2; shift 2
        "$@" -fPIC -fvisibility=hidden -c "$source" -o "$work/$(basename "$source").o"' _ '{}' "$work" $compiler "${compile[@]}" 2>"$work/log" \
        || fail "the shim $name does not compile: $(grep -m1 -E 'error' "$work/log" || tail -n1 "$work/log")"
    $compiler -shared -Wl,-rpath,'$ORIGIN' -Wl,--no-undefined "$work"/*.o -o "$work/library" "${link[@]}" 2>"$work/log" \
        || fail "the shim $name does not link: $(tail -n1 "$work/log")"
    echo "$version" >"$work/stamp"
    sync "$work/library"
    mv "$work/library" "$library"
    mv "$work/stamp" "$stamp"
    rm -rf "$work"
done
