#!/usr/bin/env bash
# The morning page of the callback queue over BENCH_CLOSED (1,000,000) closed and BENCH_OPEN (5,000) open callbacks, in
# BENCH_RUNS (5) runs of BENCH_REQUESTS (400) requests, beside a round trip to the database that does nothing.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
log=$(mktemp)
trap 'rm -f "$log"' EXIT

dotnet build --nologo -v quiet -c Release "$here/CallbacksBench.csproj" > "$log" || { cat "$log"; exit 1; }
dotnet "$here/bin/Release/net10.0/CallbacksBench.dll"
