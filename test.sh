#!/usr/bin/env bash
# Builds everything once and runs every suite. The last line says what came of all of them: "N passed, N failed".
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1
results=$PWD/TestResults
rm -rf "$results"
mkdir "$results"

# What must be on the machine. A suite that needs a system package gets it here, before anything is built.
prepare() {
    if ! { dotnet --version && npm --version && node -e 'process.exit(parseInt(process.versions.node) < 20 ? 1 : 0)'; } >/dev/null; then
        echo "The tests need the .NET SDK that global.json names, and Node 20 or later with npm." >&2
        return 1
    fi
    if ! { command -v redis-server && command -v redis-cli; } >/dev/null; then
        { apt-get update && apt-get install --yes --no-install-recommends redis-server; } || return
    fi
    if ! [[ -x ${CHROMIUM:-/usr/bin/chromium} ]]; then
        { apt-get update && apt-get install --yes --no-install-recommends chromium; } || return
    fi
}

build() {
    dotnet build RealtimeGateway.sln
}

dotnet_tests() {
    dotnet test Gateway.Tests --no-build --blame-hang-timeout 5m --results-directory "$results" --logger "trx;LogFileName=dotnet.trx"
}

# The tests of a folder, the name of their results, and the ms that a file of them may take.
node_tests() (
    cd "$1"
    if [[ ! node_modules/.package-lock.json -nt package-lock.json ]]; then
        npm ci --no-audit --no-fund || return
    fi
    node --test --test-timeout="$3" \
        --test-reporter=spec --test-reporter-destination=stdout \
        --test-reporter=tap --test-reporter-destination="$results/$2.tap" \
        test/*.test.mjs
)

# The number that follows a pattern where a runner's results have it last; 0 where they have it not.
number() {
    { grep -oE "$2[0-9]+" "$1" || echo 0; } 2>/dev/null | tail -n 1 | grep -oE '[0-9]+$'
}

passed=0
failed=0
summary=

# Adds a suite to the sum. What was skipped has shown nothing, so it failed; so has a suite that ran no test or ended badly.
count() {
    local suite=$1 status=$2 total=$3 good=$4
    local bad=$((total - good))
    if ((bad == 0 && (total == 0 || status != 0))); then
        bad=1
    fi
    passed=$((passed + good))
    failed=$((failed + bad))
    summary+="$suite: $good passed, $bad failed"$'\n'
}

# A suite that ran well leaves a file.
ran_well() {
    [[ -e $results/$1.well ]] && echo 0 || echo 1
}

count_node() {
    local tap=$results/$2.tap
    count "$1" "$(ran_well "$2")" "$(number "$tap" '^# tests ')" "$(number "$tap" '^# pass ')"
}

if prepare && build; then
    {
        node_tests clients/js node 120000 && touch "$results/node.well"
        node_tests samples/chat chat 240000 && touch "$results/chat.well"
    } >"$results/node.log" 2>&1 &
    dotnet_tests && touch "$results/dotnet.well"
    wait
    cat "$results/node.log"

    # Where the run ended before its tests had, those that were being run are what to look at.
    grep -hs 'Completed="False"' "$results"/*/Sequence_*.xml || true
fi

trx=$results/dotnet.trx
count Gateway.Tests "$(ran_well dotnet)" "$(number "$trx" '<Counters total="')" "$(number "$trx" '<Counters [^>]* passed="')"
count_node clients/js node
count_node samples/chat chat

# What failed, again: it is far above by now.
printf '\n'
grep -oE 'testName="[^"]*".*outcome="Failed"' "$trx" 2>/dev/null | grep -oE '^testName="[^"]*"' | sed -E 's/^testName="(.*)"$/failed: \1/' || true
grep -hE '^ *not ok ' "$results"/*.tap 2>/dev/null | sed -E 's/^ *not ok [0-9]+ - /failed: /' || true
again=$(grep -hs 'is tried again, as the machine stood still for' "$trx" | grep -vc RealTimeAttributeTests || true)
if ((again > 0)); then
    echo "tried again, as the machine stood still: $again"
fi
printf '%s' "$summary"
echo "$passed passed, $failed failed"
((failed == 0))
