#!/usr/bin/env bash
# Builds the documentation of the Engine into .build/docs: open it with a static web server at that folder.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

graphs=.build/symbol-graphs
rm -rf .build/docs
mkdir -p $graphs
# A scratch path of its own: a symbol graph is written only when a module is really compiled, so other builds must not do it first.
swift build --target Engine --scratch-path .build/docs-build -Xswiftc -emit-symbol-graph -Xswiftc -emit-symbol-graph-dir -Xswiftc "$PWD/$graphs"
find $graphs -name '*.symbols.json' ! -name 'Engine*.symbols.json' -delete
docc=$(command -v docc || echo "$(dirname "$(realpath "$(command -v swift)")")/docc")
"$docc" convert Sources/Engine/Engine.docc --additional-symbol-graph-dir $graphs --transform-for-static-hosting \
    --fallback-display-name Engine --fallback-bundle-identifier millrace.Engine --warnings-as-errors --output-path .build/docs
echo "docs: .build/docs/documentation/engine/index.html"
