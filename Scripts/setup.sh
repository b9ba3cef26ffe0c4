#!/usr/bin/env bash
# Brings what a build of Millrace needs and the machine lacks: system packages through apt, oneDNN and Arrow C++ out of
# their Python wheels into .deps/lib, and the shims over native libraries, compiled by Scripts/shims.sh. A second run
# ends at the stamp. Each failure is one line on stderr and exit 1.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

wheel=onednn-cpu-gomp==2023.2.0        # oneDNN 3.2
wheel_sha256=2f22a54d6a890ed14bfa185d42a4be65d8b5b1df85dc1f0f3a9abe31620416fb
library_sha256=e6376208cf6bacb041c346b504207e3aa1189a13f941c92a4383a55ac27058ae
member=onednn_cpu_gomp-2023.2.0.data/data/lib/libdnnl.so.3
library=.deps/lib/libdnnl.so.3

arrow_wheel=pyarrow==26.0.1            # Arrow C++ 26.0.1: headers and libraries
arrow_wheel_sha256=39cb0f2418282c24bea6ceda77b03e5a8f0a5766b63a8bf194d4e2a2c423548c
arrow_libraries="arrow arrow_acero arrow_compute arrow_dataset arrow_s3 parquet"
arrow_version=2600                     # of the libraries' names
arrow_stamp=.deps/arrow.stamp

stamp=.deps/setup.stamp
platform=$(uname -sm)

fail() { echo "setup: $*" >&2; exit 1; }

command -v swift >/dev/null || fail "no Swift compiler found: install Swift 6.3 or newer (swift.org/install) and put it on PATH"

# Everything that comes out of the wheels is there.
fetched() {
    local name
    [ -f $library ] && [ "$(cat $arrow_stamp 2>/dev/null)" = "$arrow_wheel_sha256" ] && [ -d .deps/include/arrow ] || return 1
    for name in $arrow_libraries; do [ -f .deps/lib/lib$name.so.$arrow_version ] || return 1; done
}

# The stamp names the version of this script that succeeded, so that a changed pin is fetched again.
version=$(cksum <Scripts/setup.sh)
if [ "$(cat $stamp 2>/dev/null)" = "$version" ] && { [ "$platform" != "Linux x86_64" ] || fetched; }; then
    exec Scripts/shims.sh
fi

swift --version >/dev/null 2>&1 || fail "the Swift compiler on PATH does not run: see what 'swift --version' says"
mkdir -p .deps/lib
# Everything is made here, checked, and moved into place last: an interrupted run leaves nothing half done.
work=$(mktemp -d .deps/setup.XXXXXX)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM

# found PATTERN...: one of the patterns names a file.
found() {
    local pattern
    for pattern; do
        if compgen -G "$pattern"; then return 0; fi
    done
    return 1
}

# needs PACKAGE WHAT CHECK...: installs the Debian package unless the check says that it is there already.
needs() {
    local package=$1 what=$2
    shift 2
    if "$@" >/dev/null 2>&1; then return; fi
    local sudo=
    [ "$(id -u)" = 0 ] || sudo="sudo -n"
    export DEBIAN_FRONTEND=noninteractive
    if { $sudo apt-get update && $sudo apt-get install -y --no-install-recommends "$package" && "$@"; } </dev/null >/dev/null 2>&1; then
        echo "setup: installed $package"
    else
        fail "$what is missing and could not be installed: install the package $package and run make setup again"
    fi
}

if [ "${platform%% *}" = Linux ]; then
    # Swift brings its own compiler, but links with the system's start-up files and headers.
    needs libc6-dev "the C library's headers" found /usr/include/stdio.h
    needs g++ "the compiler's support library" found "/usr/lib/gcc/*/*/crtbeginS.o"
    # What reads compressed files, pictures and sound.
    needs zlib1g-dev "zlib" found "/usr/include/zlib.h"
    needs libturbojpeg0-dev "libturbojpeg" found "/usr/include/turbojpeg.h" "/usr/include/*/turbojpeg.h"
    needs libpng-dev "libpng" found "/usr/include/png.h"
    needs libsndfile1-dev "libsndfile" found "/usr/include/sndfile.h"
    # What training over several processes talks by.
    needs libgloo-dev "gloo" found "/usr/include/gloo/context.h"
fi

if [ "$platform" = "Linux x86_64" ]; then
    needs libgomp1 "libgomp.so.1" found "/usr/lib*/x86_64-linux-gnu/libgomp.so.1" "/usr/lib64/libgomp.so.1"
    if ! echo "$library_sha256  $library" | sha256sum --check --status 2>/dev/null; then
        needs python3-pip "python3 -m pip" python3 -m pip --version
        echo "setup: fetching oneDNN ($wheel, 39 MB)"
        python3 -m pip download --quiet --no-deps --only-binary=:all: --retries 2 --dest "$work" "$wheel" \
            </dev/null >/dev/null 2>&1 || fail "could not download $wheel: is there a network, and a package index that pip can reach?"
        file=$(echo "$work"/*.whl)
        echo "$wheel_sha256  $file" | sha256sum --check --status 2>/dev/null || fail "wrong checksum: $(basename "$file") is not the file that was pinned; nothing was installed"
        python3 -c 'import shutil, sys, zipfile
with zipfile.ZipFile(sys.argv[1]).open(sys.argv[2]) as packed, open(sys.argv[3], "wb") as plain:
    shutil.copyfileobj(packed, plain, 1 << 20)' "$file" "$member" "$work/library" 2>/dev/null || fail "could not unpack $(basename "$file"): is the disk full?"
        echo "$library_sha256  $work/library" | sha256sum --check --status || fail "wrong checksum: the library inside $(basename "$file") is not the one that was pinned; nothing was installed"
        sync "$work/library"
        mv "$work/library" $library
    fi
    echo "setup: oneDNN is in $library"

    if ! fetched; then
        needs g++ "the C++ compiler" command -v g++
        needs python3-pip "python3 -m pip" python3 -m pip --version
        echo "setup: fetching Arrow C++ ($arrow_wheel, 55 MB)"
        # The Python it is for does not matter, but names the file that was pinned.
        python3 -m pip download --quiet --no-deps --only-binary=:all: --retries 2 --dest "$work/arrow" --implementation cp \
            --python-version 3.11 --abi cp311 --platform manylinux_2_28_x86_64 "$arrow_wheel" \
            </dev/null >/dev/null 2>&1 || fail "could not download $arrow_wheel: is there a network, and a package index that pip can reach?"
        file=$(echo "$work"/arrow/*.whl)
        echo "$arrow_wheel_sha256  $file" | sha256sum --check --status 2>/dev/null || fail "wrong checksum: $(basename "$file") is not the file that was pinned; nothing was installed"
        python3 -c 'import os, shutil, sys, zipfile
wheel, target, version, *names = sys.argv[1:]
libraries = {f"pyarrow/lib{name}.so.{version}" for name in names}
with zipfile.ZipFile(wheel) as packed:
    for member in packed.namelist():
        path = member.removeprefix("pyarrow/")
        if member in libraries:
            place = os.path.join(target, "lib", path)
        elif path.startswith(("include/arrow/", "include/parquet/")) and "/python/" not in path and not member.endswith("/"):
            place = os.path.join(target, path)
        else:
            continue
        os.makedirs(os.path.dirname(place), exist_ok=True)
        with packed.open(member) as source, open(place, "wb") as plain:
            shutil.copyfileobj(source, plain, 1 << 20)
        libraries.discard(member)
sys.exit(1 if libraries else 0)' "$file" "$work/unpacked" $arrow_version $arrow_libraries 2>/dev/null || fail "could not unpack $(basename "$file"): is the disk full?"
        rm -rf $arrow_stamp .deps/include/arrow .deps/include/parquet
        mkdir -p .deps/include
        sync "$work"/unpacked/lib/*
        mv "$work"/unpacked/lib/* .deps/lib/
        mv "$work"/unpacked/include/* .deps/include/
        echo $arrow_wheel_sha256 >"$work/arrow.stamp"
        mv "$work/arrow.stamp" $arrow_stamp
    fi
    echo "setup: Arrow C++ is in .deps/lib"
else
    echo "setup: oneDNN is used on x86-64 Linux only; on $platform the portable kernels will serve"
    echo "setup: tables (Parquet, CSV, …) are read on x86-64 Linux only"
fi

Scripts/shims.sh

echo "$version" >"$work/stamp"
mv "$work/stamp" $stamp
