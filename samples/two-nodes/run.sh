#!/usr/bin/env bash
# Two gateways over one Redis are one: who listens at either hears what is published at one, and both list the same members.
#
#   REDIS=host:port   a Redis that is there already; by default one is started, and ended with the rest
#   BUILT=file.dll    a gateway that is built already; by default it is built first
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

channel=chat:two-nodes
work=$(mktemp -d)
started=()

# The last that was started ends first, so the clients before the gateways, and Redis after them.
finish() {
    for ((i = ${#started[@]} - 1; i >= 0; i--)); do
        kill "${started[i]}" 2>/dev/null || true
        wait "${started[i]}" 2>/dev/null || true
    done
    rm -rf "$work"
}
trap finish EXIT
trap 'exit 130' INT TERM

fail() {
    echo "$1" >&2
    [[ ! -f ${2-} ]] || cat "$2" >&2
    exit 1
}

# Waits until a command succeeds, for 20 s.
until_it() {
    local end=$((SECONDS + 20))
    until "$@"; do
        ((SECONDS < end)) || return 1
        sleep 0.1
    done
}

# --- Redis ---------------------------------------------------------------------------------------------------------

# Another program may have the port: it is ours when the process that answers is the one that was started.
is_ours() {
    redis-cli -p "$2" info server 2>/dev/null | grep -q "^process_id:$1[^0-9]" || ! kill -0 "$1" 2>/dev/null
}

start_redis() {
    { command -v redis-server && command -v redis-cli; } >/dev/null || fail "redis-server is not on this machine; install it, or set REDIS=host:port."
    for _ in {1..10}; do
        local port=$((20000 + RANDOM % 10000))
        redis-server --bind 127.0.0.1 --port "$port" --dir "$work" --save '' >"$work/redis.log" &
        until_it is_ours "$!" "$port" || fail "Redis does not answer." "$work/redis.log"
        if kill -0 "$!" 2>/dev/null; then
            started+=("$!")
            REDIS=127.0.0.1:$port
            return
        fi
    done
    fail "Redis does not start." "$work/redis.log"
}

# --- the gateways --------------------------------------------------------------------------------------------------

if [[ -z ${BUILT-} ]]; then
    echo "Building the gateway."
    dotnet build Gateway --nologo --verbosity quiet >"$work/build.log" || fail "It does not build." "$work/build.log"
    BUILT=Gateway/bin/Debug/net10.0/RealtimeGateway.dll
fi

[[ -n ${REDIS-} ]] || start_redis

# What makes gateways one: the same Redis and prefix. Users of one are users of the other by the same secret.
export Gateway__Redis__Configuration=$REDIS
export Gateway__Redis__Prefix=two-nodes-$$-$RANDOM:
Gateway__Auth__Jwt__Secret=$(head -c 32 /dev/urandom | base64)
export Gateway__Auth__Jwt__Secret
export ASPNETCORE_ENVIRONMENT=Development

start_gateway() {
    touch "$work/$1.log"
    dotnet "$BUILT" --urls http://127.0.0.1:0 >"$work/$1.log" 2>&1 &
    started+=("$!")
}

# Ready, and one with the others: a gateway that does not reach Redis is "degraded".
is_ready() {
    url=$(sed -n 's|^RealtimeGateway is ready: \(.*\)/realtime$|\1|p' "$work/$1.log")
    [[ -n $url && $(curl -s "$url/health/ready") == '{"status":"ready"}' ]]
}

start_gateway one
start_gateway other
until_it is_ready one || fail "The first gateway is not ready." "$work/one.log"
one=$url
until_it is_ready other || fail "The second gateway is not ready." "$work/other.log"
other=$url
echo "Two gateways over Redis at $REDIS:"
echo "  one    $one"
echo "  other  $other"

# --- a user at each ------------------------------------------------------------------------------------------------

# A token of one gateway is good at the other.
token_of() {
    curl -sf "$one/dev/token" --json "{\"userId\":\"$1\"}" | sed 's/.*"token":"\([^"]*\)".*/\1/'
}

listen() {
    touch "$work/$1.events"
    curl -sN -H "Authorization: Bearer $(token_of "$1")" "$2/sse?channel=$channel" >"$work/$1.events" &
    started+=("$!")
    until_it grep -q '^event: subscribed' "$work/$1.events" || fail "$1 is not subscribed." "$work/$1.events"
}

# What a user has heard of one kind, each on its line.
heard() {
    grep -A 1 "^event: $2\$" "$work/$1.events" | sed -n 's/^data: //p'
}

has_heard() {
    [[ -n $(heard "$@") ]]
}

listen ann "$one"
listen ben "$other"

for node in one other; do
    members=$(curl -sf "${!node}/api/channels/$channel/members" | grep -o '"userId":"[a-z]*"' | cut -d '"' -f 4 | paste -sd ' ')
    echo "Members, asked at $node: $members"
done

echo "Published at one: $(curl -sf "$one/api/publish" --json "{\"channel\":\"$channel\",\"event\":\"message\",\"data\":{\"text\":\"hello\"}}")"
for user in ann ben; do
    until_it has_heard "$user" event || fail "$user heard nothing." "$work/$user.events"
done

echo "Heard by ann at one: $(heard ann event)"
echo "Heard by ben at other: $(heard ben event)"
