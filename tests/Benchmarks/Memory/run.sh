#!/usr/bin/env bash
# What the gateway keeps in memory while BENCH_CALLS (100,000) recorded calls go through it.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
log=$(mktemp)
trap 'rm -f "$log"' EXIT

dotnet build --nologo -v quiet -c Release "$here/GatewayBench.csproj" > "$log" || { cat "$log"; exit 1; }
dotnet "$here/bin/Release/net10.0/GatewayBench.dll" "${BENCH_CALLS:-100000}"
