#!/bin/sh
# usage: Scripts/install.sh PREFIX   puts program, libraries, manual page and completions there (make install)
set -eu
cd "$(dirname "$0")/.."
prefix=$1
program=.build/release/millrace
[ -x "$program" ] || { echo "install: $program is not there: run make build" >&2; exit 1; }

# The program looks for libraries in .deps/lib upward from its own folder, so it lies beside them and bin has a link.
home=$prefix/lib/millrace
mkdir -p "$prefix/bin" "$home/.deps/lib" "$prefix/share/man/man1" "$prefix/share/bash-completion/completions" \
    "$prefix/share/zsh/site-functions" "$prefix/share/fish/vendor_completions.d"
for library in .deps/lib/*.so*; do
    [ -f "$library" ] && install -m 755 "$library" "$home/.deps/lib/"
done
install -m 755 "$program" "$home/millrace"
ln -sfn ../lib/millrace/millrace "$prefix/bin/millrace"
install -m 644 Manual/millrace.1 "$prefix/share/man/man1/millrace.1"
"$home/millrace" completions bash > "$prefix/share/bash-completion/completions/millrace"
"$home/millrace" completions zsh > "$prefix/share/zsh/site-functions/_millrace"
"$home/millrace" completions fish > "$prefix/share/fish/vendor_completions.d/millrace.fish"
echo "installed in $prefix: bin/millrace, share/man/man1/millrace.1 and the completions of bash, zsh and fish"
