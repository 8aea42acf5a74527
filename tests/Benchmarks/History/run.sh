#!/usr/bin/env bash
# Pages of the history over BENCH_CALLS (1,000,000) calls of three years, for one who sees all of them, a manager who sees his own,
# and the head of a team: BENCH_RUNS (5) runs of BENCH_REQUESTS (40) requests for each list. Filling the database takes minutes.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
log=$(mktemp)
trap 'rm -f "$log"' EXIT

dotnet build --nologo -v quiet -c Release "$here/HistoryBench.csproj" > "$log" || { cat "$log"; exit 1; }
dotnet "$here/bin/Release/net10.0/HistoryBench.dll"
