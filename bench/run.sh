#!/usr/bin/env bash
# Builds what is measured and what measures, runs the scenarios that are named (all of them otherwise), and writes results.json, RESULTS.md and
# results.svg here. With --quick nothing is written: so few rounds say nothing. Other options are those of the driver.
set -euo pipefail
bench=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1
results=(--results "$bench")
for argument in "$@"; do
    if [[ $argument == --quick ]]; then
        results=()
    fi
done

if (($(nproc) < 2)); then
    echo "Two processors are needed: one for the driver, one for the servers." >&2
    exit 1
fi

# What one process of the driver and one of a server need for 5,000 connections each, and more.
ulimit -n "$(ulimit -Hn)"

# Nothing of the build goes on beside what is measured.
dotnet build -c Release --disable-build-servers -nodeReuse:false "$bench/Driver"
if command -v npm >/dev/null && [[ ! $bench/peers/socketio/node_modules/.package-lock.json -nt $bench/peers/socketio/package-lock.json ]]; then
    npm ci --no-audit --no-fund --prefix "$bench/peers/socketio"
fi
exec taskset -c 0 dotnet "$bench/Driver/bin/Release/net10.0/Driver.dll" "${results[@]}" "$@"
