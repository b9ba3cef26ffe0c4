#!/usr/bin/env bash
# Brings what a build of Millrace needs and the machine lacks: system packages through apt, and oneDNN out of
# its Python wheel into .deps/lib. A second run ends at the stamp. Each failure is one line on stderr and exit 1.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

wheel=onednn-cpu-gomp==2023.2.0        # oneDNN 3.2
wheel_sha256=2f22a54d6a890ed14bfa185d42a4be65d8b5b1df85dc1f0f3a9abe31620416fb
library_sha256=e6376208cf6bacb041c346b504207e3aa1189a13f941c92a4383a55ac27058ae
member=onednn_cpu_gomp-2023.2.0.data/data/lib/libdnnl.so.3
library=.deps/lib/libdnnl.so.3
stamp=.deps/setup.stamp
platform=$(uname -sm)

fail() { echo "setup: $*" >&2; exit 1; }

command -v swift >/dev/null || fail "no Swift compiler found: install Swift 6.3 or newer (swift.org/install) and put it on PATH"

# The stamp names the version of this script that succeeded, so that a changed pin is fetched again.
version=$(cksum <Scripts/setup.sh)
if [ "$(cat $stamp 2>/dev/null)" = "$version" ] && { [ "$platform" != "Linux x86_64" ] || [ -f $library ]; }; then
    exit 0
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
else
    echo "setup: oneDNN is used on x86-64 Linux only; on $platform the portable kernels will serve"
fi

echo "$version" >"$work/stamp"
mv "$work/stamp" $stamp
