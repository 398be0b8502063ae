#!/usr/bin/env bash
# Becomes an nginx with Nchan at the given port of 127.0.0.1. Its files are in a folder of its own, made new at each start.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

port=$1
folder=${TMPDIR:-/tmp}/peer-nchan-$port
modules=$(nginx -V 2>&1 | grep -oE 'modules-path=[^ ]+' | cut -d= -f2)

rm -rf "$folder"
mkdir -p "$folder"
sed -e "s|MODULES|$modules|; s|PORT|$port|" nginx.conf.template >"$folder/nginx.conf"
exec nginx -p "$folder" -c "$folder/nginx.conf" -e stderr
