#!/usr/bin/env bash
# Ami.Client beside the raw drain, panoramisk (Python) and asterisk-manager (node), on the same bytes.
# The player of the recorded events has core 1, each reader in its turn core 0.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
captures=$here/../../captures
runs=${BENCH_RUNS:-7}
leak_runs=${BENCH_LEAK_RUNS:-12}
asterisk_manager=0.2.0
scratch=$(mktemp -d)
player=

finish() {
    [ -z "$player" ] || kill "$player" 2> /dev/null || true
    rm -rf "$scratch"
}
trap finish EXIT

install() {
    if ! /usr/bin/python3 -c 'import panoramisk' 2> /dev/null; then
        echo "installing python3-panoramisk (needs root)"
        apt-get install -y --no-install-recommends python3-panoramisk > "$scratch/apt.log" 2>&1 \
            || { apt-get update && apt-get install -y --no-install-recommends python3-panoramisk; } > "$scratch/apt.log" 2>&1 \
            || echo "python3-panoramisk cannot be installed: its line is left out"
    fi
    command -v node > /dev/null || { echo "there is no node: the line of asterisk-manager is left out"; return; }
    (cd "$scratch" && npm install --silent --no-audit --no-fund --prefix "$scratch" "asterisk-manager@$asterisk_manager" > npm.log 2>&1) \
        || echo "asterisk-manager cannot be installed: its line is left out"
}

build() {
    dotnet build --nologo -v quiet -c Release "$here/AmiBench.csproj" > "$scratch/build.log" || { cat "$scratch/build.log"; exit 1; }
    bench=(dotnet "$here/bin/Release/net10.0/AmiBench.dll")
}

play() {
    taskset -c 1 "${bench[@]}" serve "$captures" "$scratch/port" > "$scratch/player.log" &
    player=$!
    for _ in $(seq 300); do
        [ -s "$scratch/port" ] && break
        kill -0 "$player" 2> /dev/null || { cat "$scratch/player.log"; exit 1; }
        sleep 0.1
    done
    port=$(cat "$scratch/port")
    cat "$scratch/player.log"
}

# measure NAME COMMAND...: runs the reader on core 0 and keeps the medians of its runs, by the wall clock and by its processor time.
measure() {
    local name=$1
    shift
    if ! taskset -c 0 timeout 300 "$@" > "$scratch/$name.log" 2> "$scratch/$name.err"; then
        echo "$name failed: $(tail -n 1 "$scratch/$name.err")"
        return
    fi
    wall[$name]=$(median 3 "$scratch/$name.log")
    cpu[$name]=$(median 4 "$scratch/$name.log")
    best[$name]=$(sed -n 's/^run //p' "$scratch/$name.log" | awk '{ print $2 }' | sort -n | tail -n 1)
}

median() { awk -v field="$1" '$1 == "run" { print $field }' "$2" | sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }

row() {
    local name=$1 title=$2
    [ -n "${wall[$name]:-}" ] || { printf '%-34s %14s\n' "$title" "not measured"; return; }
    awk -v title="$title" -v wall="${wall[$name]}" -v best="${best[$name]}" -v cpu="${cpu[$name]}" -v ours="${wall[ours]}" -v drain="${wall[drain]}" 'BEGIN {
        printf "%-34s %14d %14d %18d %13.3f %14.3f\n", title, wall, best, cpu, wall / ours, wall / drain }'
}

declare -A wall cpu best
install
build
echo
echo "AMI: recorded events over loopback, one reader on core 0, $runs runs each after one to warm up; load of the machine: $(cut -d' ' -f1 /proc/loadavg)"
play
measure drain "${bench[@]}" drain "$port" 2000 "$runs"
measure ours "${bench[@]}" client "$port" 1500 "$runs"
measure panoramisk /usr/bin/python3 "$here/clients/panoramisk_client.py" "$port" 100 "$runs"
[ ! -d "$scratch/node_modules/asterisk-manager" ] \
    || measure node env NODE_PATH="$scratch/node_modules" node "$here/clients/asterisk-manager-client.cjs" "$port" 50 "$runs"
printf '%-34s %14s %14s %18s %13s %14s\n' reader 'events/s' 'best run' 'events/CPU second' 'of ours' 'of the drain'
row drain 'raw drain (reads, looks at nothing)'
row ours 'Ami.Client (typed events)'
row panoramisk 'panoramisk 1.4'
row node "asterisk-manager $asterisk_manager"

echo
echo "Ami.Client's memory after each of $leak_runs times 2 million events (live heap and resident set, MB):"
taskset -c 0 "${bench[@]}" client "$port" 1100 "$leak_runs" | sed -n 's/.*heap_MB=\([^ ]*\) rss_MB=\([^ ]*\).*/\1 \/ \2/p' | paste -sd' ' | sed 's/ \([0-9.]* \/\)/,  \1/g'
echo "refused by the policy: $(sed -n 's/.*refused=\([0-9]*\).*/\1/p' "$scratch/ours.log" | tail -n 1)"
