#!/usr/bin/env bash
# Becomes a NATS server whose WebSocket listener is at the given port of 127.0.0.1.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

WEBSOCKET_PORT=$1 exec nats-server --config nats.conf
