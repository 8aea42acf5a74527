#!/usr/bin/env bash
# Our gRPC server beside grpc-go's and C++'s from Debian: unary calls a second, one Go client, one message.
# The servers are measured in turn, round by round, so that what else the machine does hits all alike.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
rounds=${BENCH_RUNS:-7}
seconds=${BENCH_SECONDS:-2}
bytes=100
packages=(golang-go golang-google-grpc-dev golang-goprotobuf-dev protoc-gen-go-1-3 g++ pkg-config libgrpc++-dev
    protobuf-compiler protobuf-compiler-grpc grpc-proto)
scratch=$(mktemp -d)
servers=()

finish() {
    for server in "${servers[@]}"; do kill "$server" 2> /dev/null || true; done
    rm -rf "$scratch"
}
trap finish EXIT

quietly() { "$@" > "$scratch/step.log" 2>&1 || { cat "$scratch/step.log" >&2; exit 1; }; }

install() {
    local missing=() package
    for package in "${packages[@]}"; do
        [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2> /dev/null)" = installed ] || missing+=("$package")
    done
    [ ${#missing[@]} -gt 0 ] || return 0
    echo "installing ${missing[*]} (needs root)"
    quietly env CRM_INSTALL_LOG="$scratch/install.log" "$here/../../../deploy/lib/install" "${missing[@]}"
}

build() {
    quietly dotnet build --nologo -v quiet -c Release "$here/GrpcBench.csproj"
    mkdir -p "$scratch/protos" "$scratch/go/src/callcentercrm/testing" "$scratch/cc"
    cp -r /usr/share/grpc-proto/grpc/testing "$scratch/protos/"
    find "$scratch/protos" -name '*.proto' -exec sed -i 's#^import "grpc/#import "#' {} +
    local files=(testing/empty.proto testing/messages.proto testing/test.proto) file names=
    for file in "${files[@]}"; do names=$names,M$file=callcentercrm/testing; done
    quietly protoc -I "$scratch/protos" "--go_out=plugins=grpc$names:$scratch/go/src" "${files[@]}"
    mv "$scratch"/go/src/testing/*.pb.go "$scratch/go/src/callcentercrm/testing/"
    cp -r "$here/foreign/client" "$here/foreign/server" "$scratch/go/src/callcentercrm/"
    export GO111MODULE=off GOPATH=$scratch/go:/usr/share/gocode GOFLAGS=''
    for file in client server; do quietly /usr/bin/go build -o "$scratch/go-$file" "callcentercrm/$file"; done
    quietly protoc -I "$scratch/protos" --plugin=protoc-gen-grpc=/usr/bin/grpc_cpp_plugin --cpp_out="$scratch/cc" --grpc_out="$scratch/cc" "${files[@]}"
    # shellcheck disable=SC2046 # several words
    quietly g++ -O2 -std=c++17 -I "$scratch/cc" -o "$scratch/cc-server" "$here/foreign/server.cc" "$scratch"/cc/testing/{empty,messages,test}.pb.cc \
        "$scratch/cc/testing/test.grpc.pb.cc" $(pkg-config --cflags --libs grpc++ protobuf)
}

declare -A port
start() { # NAME COMMAND...
    local name=$1
    shift
    "$@" "$scratch/$name.port" > "$scratch/$name.log" 2>&1 &
    servers+=($!)
    for _ in $(seq 300); do
        [ ! -s "$scratch/$name.port" ] || break
        kill -0 "${servers[-1]}" 2> /dev/null || { cat "$scratch/$name.log"; exit 1; }
        sleep 0.1
    done
    port[$name]=$(cat "$scratch/$name.port")
}

measure() { "$scratch/go-client" "${port[$1]}" "$2" "$3" "$bytes"; }
median() { sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }

names=(ours go cc)
declare -A title=([ours]="ours (Kestrel, Grpc.AspNetCore)" [go]="grpc-go" [cc]="C++ gRPC, callbacks")
title[go]="grpc-go $(dpkg-query -W -f '${Version}' golang-google-grpc-dev)"
install
build
start ours dotnet "$here/bin/Release/net10.0/GrpcBench.dll"
start go "$scratch/go-server"
start cc "$scratch/cc-server"
title[cc]="C++ gRPC $(dpkg-query -W -f '${Version}' libgrpc++-dev)"

echo
echo "gRPC: unary calls/s, $bytes bytes each way, one connection of a Go client, medians of $rounds runs of $seconds s; load of the machine: $(cut -d' ' -f1 /proc/loadavg)"
for name in "${names[@]}"; do measure "$name" 32 5 > "$scratch/warm-up"; done
for concurrent in 1 32; do
    for ((round = 0; round < rounds; round++)); do
        for name in "${names[@]}"; do measure "$name" "$concurrent" "$seconds" >> "$scratch/$name.$concurrent"; done
        # Ours by theirs in the same round.
        for name in go cc; do
            paste <(tail -n 1 "$scratch/ours.$concurrent") <(tail -n 1 "$scratch/$name.$concurrent") | awk '{ printf "%.3f\n", $1 / $2 }' >> "$scratch/$name.$concurrent.ratio"
        done
    done
done
printf '%-34s %12s %12s %14s %14s\n' server '1 at a time' '32 at a time' 'ours by it, 1' 'ours by it, 32'
for name in "${names[@]}"; do
    one=- many=-
    if [ "$name" != ours ]; then one=$(median < "$scratch/$name.1.ratio") many=$(median < "$scratch/$name.32.ratio"); fi
    printf '%-34s %12s %12s %14s %14s\n' "${title[$name]}" "$(median < "$scratch/$name.1")" "$(median < "$scratch/$name.32")" "$one" "$many"
done
