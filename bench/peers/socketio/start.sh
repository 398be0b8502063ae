#!/usr/bin/env bash
# Becomes a Socket.IO server at the given port of 127.0.0.1, with the packages that package-lock.json names.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

if [[ ! node_modules/.package-lock.json -nt package-lock.json ]]; then
    npm ci --no-audit --no-fund >&2
fi
NODE_ENV=production exec node server.mjs "$1"
