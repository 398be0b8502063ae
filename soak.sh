#!/usr/bin/env bash
# Runs the soak alone, for so many seconds (300 unless said): one fault after another under load. SOAK_SEED repeats one.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1
SOAK_SECONDS=${1:-300} exec dotnet test Gateway.Tests --filter FullyQualifiedName~SoakTests --logger "console;verbosity=normal"
