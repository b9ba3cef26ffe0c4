#!/usr/bin/env bash
# Runs the tests that need an object store against moto, a server that speaks S3, on this machine.
# The tests have to be built: swift build --build-tests -c release -Xswiftc -enable-testing
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

version=5.2.5
environment=.deps/s3
fail() { echo "s3-tests: $*" >&2; exit 1; }

if [ "$(cat $environment/version 2>/dev/null)" != $version ]; then
    echo "s3-tests: installing moto $version into $environment"
    python3 -m venv $environment || fail "python3 cannot make a virtual environment: install python3-venv"
    $environment/bin/python -m pip install --quiet "moto[s3,server]==$version" || fail "could not install moto: is there a network?"
    echo $version >$environment/version
fi

port=$(python3 -c 'import socket
with socket.socket() as s:
    s.bind(("127.0.0.1", 0))
    print(s.getsockname()[1])')
$environment/bin/moto_server -H 127.0.0.1 -p "$port" >/dev/null 2>&1 &
server=$!
trap 'kill $server 2>/dev/null || true' EXIT
for _ in $(seq 100); do
    if curl --silent --output /dev/null "http://127.0.0.1:$port/"; then break; fi
    kill -0 $server 2>/dev/null || fail "moto_server does not start"
    sleep 0.1
done
curl --silent --fail --output /dev/null --request PUT "http://127.0.0.1:$port/millrace" || fail "moto_server makes no bucket"

AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test AWS_EC2_METADATA_DISABLED=true MILLRACE_S3=127.0.0.1:$port \
    swift test --skip-build -c release -Xswiftc -enable-testing --filter ObjectStoreTests
