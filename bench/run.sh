#!/usr/bin/env bash
# Builds what is measured and what measures, runs the scenarios that are named (all of them otherwise), and writes results.json, RESULTS.md and
# results.svg here. With --quick nothing is written: so few rounds say nothing. Other options are those of the driver.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1
results=(--results "$PWD")
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
dotnet build -c Release Driver
if command -v npm >/dev/null && [[ ! peers/socketio/node_modules/.package-lock.json -nt peers/socketio/package-lock.json ]]; then
    npm ci --no-audit --no-fund --prefix peers/socketio
fi
exec taskset -c 0 dotnet Driver/bin/Release/net10.0/Driver.dll "${results[@]}" "$@"
