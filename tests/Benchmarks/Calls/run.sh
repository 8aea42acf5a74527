#!/usr/bin/env bash
# Real calls through the whole stack, on ports of its own (15700 and on). BENCH_RATE, BENCH_SECONDS, BENCH_RUNS and
# BENCH_WARM_UP choose another load than 50 calls a second in five windows of 20 s.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
log=$(mktemp)
trap 'rm -f "$log"' EXIT

dotnet build --nologo -v quiet -c Release "$here/CallsBench.csproj" > "$log" || { cat "$log"; exit 1; }
dotnet "$here/bin/Release/net10.0/CallsBench.dll"
