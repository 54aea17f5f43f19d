#!/usr/bin/env bash
# How the cost of a call grows with its payload, callers, workers, requesters and handler time: five sweeps of RoundTrip,
# as Markdown tables of ratios to rabbitmq-client on standard output. Some 20 minutes; progress goes to standard error.
#
#   benchmarks/sweep.sh [folder]        keeps what was measured, as JSON lines, in the folder (default: a temporary one)
#
# SYSTEMS=messaging,rabbitmq-client,masstransit takes half as long again. ROUNDS, WARMUP and MEASURED (seconds) as well
# as ONLY (for example ONLY='payload workers') make it shorter or longer; ARGUMENTS are handed on (--broker amqp://…).
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
folder=${1:-$(mktemp -d)}
systems=${SYSTEMS:-messaging,rabbitmq-client}
rounds=${ROUNDS:-3}
warmup=${WARMUP:-3}
measured=${MEASURED:-3}
only=${ONLY:-payload callers workers requesters handler}
command -v jq > /dev/null || { echo "sweep.sh needs jq." >&2; exit 1; }
mkdir -p "$folder"
dotnet build "$here/RoundTrip" -c Release -v quiet -nologo >&2

# sweep <name> <field> <heading> <arguments of RoundTrip...>
sweep() {
    local name=$1 field=$2 heading=$3
    shift 3
    case " $only " in *" $name "*) ;; *) return ;; esac
    echo "== $name: $*" >&2
    # shellcheck disable=SC2086
    "$here/RoundTrip/bin/Release/net10.0/Messaging.RoundTrip" \
        --systems "$systems" --rounds "$rounds" --warmup "$warmup" --seconds "$measured" "$@" --json ${ARGUMENTS:-} > "$folder/$name.json"
    printf '\n### %s\n\n' "$heading"
    jq --slurp --raw-output --arg field "$field" '
        def times(a; b): if b > 0 then a / b * 100 | round / 100 | tostring else "" end;
        (group_by(.[$field]) | map({ key: .[0][$field] | tostring, value: (.[] | select(.system == "rabbitmq-client")) }) | from_entries) as $base
        | "| \($field) | system | calls/s | p50 | p99 | CPU/call | bytes/call | max share |",
          "|---|---|---|---|---|---|---|---|",
          (.[] | select(.system != "rabbitmq-client") | . as $own | $base[$own[$field] | tostring] as $yardstick
            | "| \($own[$field]) | `\($own.system)` | \(($own.ratio // 0) * 100 | round / 100) | \(times($own.p50us; $yardstick.p50us)) | \(times($own.p99us; $yardstick.p99us)) | \(times($own.cpuUsPerCall; $yardstick.cpuUsPerCall)) | \(times($own.allocatedBytesPerCall; $yardstick.allocatedBytesPerCall)) | \($own.shareMax * 100 | round / 100) |")
        ' "$folder/$name.json"
}

sweep payload payloadBytes "Payload in bytes (32 callers)" --payload 64,1024,16384,262144 --callers 32
sweep callers concurrency "Callers" --callers 1,4,16,64,256,1024
sweep handler handler "Handler time (256 callers)" --handler 0,100us,1ms,10ms --callers 256
# Every process has to warm up, on the same processors.
warmup=$((warmup * 2))
sweep workers workers "Workers, a process each (256 callers)" --workers 1,2,4,8 --callers 256 --split
sweep requesters requesters "Requesters, a process each (256 callers)" --requesters 1,2,4,8 --callers 256 --split
echo "What was measured is in $folder." >&2
