#!/usr/bin/env bash
# What a web app's front door takes: an endpoint that does nothing, this library's gateway (HTTP/JSON and gRPC) in front of
# a worker over RabbitMQ, and the same gateway written with MassTransit's request client. The load comes from wrk
# (HTTP/1.1) and h2load (HTTP/2), so both must be installed (Debian: apt-get install wrk nghttp2-client), beside
# rabbitmq-server.
#
#   benchmarks/web-load.sh              prints requests/s, the ratio to the endpoint that does nothing, and latencies
#
# CONNECTIONS (256), SECONDS_EACH (10), WARMUP (8) and ROUNDS (3) change it.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
connections=${CONNECTIONS:-256}
seconds=${SECONDS_EACH:-10}
warmup=${WARMUP:-8}
rounds=${ROUNDS:-3}
for tool in wrk h2load curl; do
    command -v "$tool" > /dev/null || { echo "web-load.sh needs $tool." >&2; exit 1; }
done
dotnet build "$here/WebLoad" -c Release -v quiet -nologo >&2
folder=$(mktemp -d)
pids=()
stop() {
    kill "${pids[@]}" 2> /dev/null || true
    wait "${pids[@]}" 2> /dev/null || true
    rm -rf "$folder"
}
trap stop EXIT

free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
wait_for() { for _ in $(seq 300); do if "$@" > /dev/null 2>&1; then return; fi; sleep 0.1; done; echo "Gave up on: $*" >&2; exit 1; }

amqp=$(free_port)
cat > "$folder/rabbitmq.conf" <<CONF
listeners.tcp.local = 127.0.0.1:$amqp
CONF
touch "$folder/plugins"
HOME=$folder RABBITMQ_NODENAME=web-load-$$@localhost RABBITMQ_NODE_PORT=$amqp RABBITMQ_DIST_PORT=$(free_port) \
    RABBITMQ_MNESIA_BASE=$folder/data RABBITMQ_LOG_BASE=$folder/log RABBITMQ_CONFIG_FILE=$folder/rabbitmq.conf \
    RABBITMQ_ENABLED_PLUGINS_FILE=$folder/plugins /usr/lib/rabbitmq/bin/rabbitmq-server > "$folder/broker.log" 2>&1 &
pids+=($!)
wait_for bash -c "exec 3<> /dev/tcp/127.0.0.1/$amqp"
sleep 3
broker=amqp://guest:guest@127.0.0.1:$amqp

declare -A http http2
run() { "$here/WebLoad/bin/Release/net10.0/Messaging.WebLoad" "$@" > "$folder/$1.log" 2>&1 & pids+=($!); }
run worker "$broker"
run masstransit-worker "$broker"
for system in nothing gateway masstransit; do
    http[$system]=$(free_port)
    http2[$system]=$(free_port)
    run "$system" "$broker" "${http[$system]}" "${http2[$system]}"
done

json='{"text":"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"}'
printf '%s' "$json" > "$folder/body.json"
python3 - "$json" > "$folder/body.grpc" <<'PY'
import struct, sys
body = sys.argv[1].encode()
sys.stdout.buffer.write(b"\0" + struct.pack(">I", len(body)) + body)
PY
cat > "$folder/post.lua" <<LUA
wrk.method = "POST"
wrk.body = '$json'
wrk.headers["Content-Type"] = "application/json"
LUA
for system in nothing gateway masstransit; do
    wait_for curl -sf -X POST -H 'content-type: application/json' -d "$json" "http://127.0.0.1:${http[$system]}/echo/Echo"
done

load_http() { # system seconds -> requests/s p50 p99 errors
    wrk -t 1 -c "$connections" -d "$2s" --latency -s "$folder/post.lua" "http://127.0.0.1:${http[$1]}/echo/Echo" > "$folder/wrk.txt"
    awk '/Requests\/sec/ { rate = $2 } /50%/ { p50 = $2 } /99%/ { p99 = $2 } /Non-2xx|Socket errors/ { errors = errors " " $0 } END { print rate, p50, p99, errors }' "$folder/wrk.txt"
}

load_grpc() { # system seconds content-type body
    h2load -t 1 -c "$connections" -m 1 -D "$2" --warm-up-time 1 -d "$4" -H "content-type: $3" -H 'te: trailers' "http://127.0.0.1:${http2[$1]}/echo/Echo" > "$folder/h2load.txt"
    awk '/^finished in/ { rate = $4 } /^time for request/ { p50 = $6 } /status codes/ { if ($0 !~ / 0 3xx, 0 4xx, 0 5xx/) errors = $0 } END { print rate, p50, "-", errors }' "$folder/h2load.txt"
}

measure() { # system door seconds
    case $2 in
        http) load_http "$1" "$3" ;;
        http2) load_grpc "$1" "$3" application/json "$folder/body.json" ;;
        grpc) load_grpc "$1" "$3" application/grpc+json "$folder/body.grpc" ;;
    esac
}

cases=("nothing http" "gateway http" "masstransit http" "nothing http2" "gateway grpc")
for case in "${cases[@]}"; do
    # shellcheck disable=SC2086
    measure $case "$warmup" > /dev/null
done
printf '| round | system | door | requests/s | of nothing | p50 | p99 |\n|---|---|---|---|---|---|---|\n'
for round in $(seq "$rounds"); do
    for case in "${cases[@]}"; do
        read -r system door <<< "$case"
        read -r rate p50 p99 errors <<< "$(measure "$system" "$door" "$seconds")"
        [ "$system" = nothing ] && base=$rate
        ratio=$(awk "BEGIN { printf \"%.2f\", $rate / $base }")
        printf '| %s | %s | %s | %s | %s | %s | %s |%s\n' "$round" "$system" "$door" "$rate" "$ratio" "$p50" "$p99" "${errors:-}"
    done
done
