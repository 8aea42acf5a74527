#!/usr/bin/env bash
# From a caller's INVITE to the card on a manager's screen, and what connected pages cost, with a stack on ports of its own
# (15700 and on) and Debian's Chromium. BENCH_RATE, BENCH_SECONDS and BENCH_RUNS choose another load than 5 calls a second in
# five windows of 60 s.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
log=$(mktemp)
trap 'rm -f "$log"' EXIT

if [ "$EUID" = 0 ]; then "$here/../../RealCalls/install"; else sudo "$here/../../RealCalls/install"; fi
dotnet build --nologo -v quiet -c Release "$here/ConsoleBench.csproj" > "$log" || { cat "$log"; exit 1; }
dotnet "$here/bin/Release/net10.0/ConsoleBench.dll"
