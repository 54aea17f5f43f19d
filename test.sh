#!/bin/sh
# Runs every test. Finds a RabbitMQ for them first: an image in a Docker engine that answers, else the installed
# rabbitmq-server, else Debian's package where it may be installed; then a PostgreSQL, a browser (Chromium), a Prometheus and gRPC's
# clients for Node and Python, each installed or Debian's package.
#   --brokers all        every test project that runs a broker on RabbitMQ 3.10, 4.0 and 4.3, the others once
#   --brokers 4.3        every test on that one version (3.10, 4.0 or 4.3; several with a comma)
#   --contracts          only what every broker must do: the suites of tests/Infrastructure.RabbitMq.Tests
# A version that is not installed is made by eng/brokers.sh, as root. Other arguments are passed to dotnet test.
set -eu
cd "$(dirname "$0")"

fail() {
  printf '%s\n' "$@" >&2
  exit 2
}

# Our own options are taken out of the arguments; the others stay, as they were written.
brokers= contracts=
count=$#
while [ "$count" -gt 0 ]; do
  case $1 in
    --brokers)
      [ "$count" -gt 1 ] || fail "--brokers wants a version (3.10, 4.0 or 4.3) or 'all'."
      brokers=$(printf %s "$2" | tr ',' ' ')
      shift
      count=$((count - 1)) ;;
    --brokers=*) brokers=$(printf %s "${1#*=}" | tr ',' ' ') ;;
    --contracts) contracts=yes ;;
    *) set -- "$@" "$1" ;;
  esac
  shift
  count=$((count - 1))
done
[ "$brokers" != all ] || brokers="3.10 4.0 4.3"

if ! command -v dotnet >/dev/null 2>&1 || ! dotnet --list-sdks | grep -q '^10\.'; then
  fail "test.sh needs the .NET SDK 10, and 'dotnet --list-sdks' shows none." \
    "Install it: https://dotnet.microsoft.com/download/dotnet/10.0 (or your distribution's package dotnet-sdk-10.0)."
fi

docker_image() {
  command -v docker >/dev/null 2>&1 || return 0
  timeout 10 docker image ls --format '{{.Repository}}:{{.Tag}}' 2>/dev/null | grep -E '(^|/)rabbitmq[^/]*:' | grep -v '<none>' | head -n 1 || true
}

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi
}

install_package() (
  # The tests start servers of their own; the package must not start one now.
  policy=/usr/sbin/policy-rc.d
  if [ ! -e "$policy" ]; then
    trap 'as_root rm -f "$policy"' EXIT
    printf '#!/bin/sh\nexit 101\n' | as_root tee "$policy" >/dev/null
    as_root chmod 755 "$policy"
  fi
  as_root apt-get update -qq || true
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
)

installed=/usr/lib/rabbitmq/bin/rabbitmq-server
if [ -n "$brokers" ]; then
  # What is named is what runs, whatever the environment says. "installed" stands for the server that is.
  unset MESSAGING_TEST_IMAGE MESSAGING_TEST_BROKER
  roots=
  for version in $brokers; do
    if [ -n "$(ls -d /usr/lib/rabbitmq/lib/rabbitmq_server-"$version".* 2>/dev/null)" ]; then
      root=installed
    else
      root=$(eng/brokers.sh "$version")
    fi
    echo "RabbitMQ $version for the tests: $root"
    roots="$roots $root"
  done
elif [ -n "${MESSAGING_TEST_BROKER:-}" ]; then
  echo "RabbitMQ for the tests: that in $MESSAGING_TEST_BROKER (MESSAGING_TEST_BROKER)"
elif [ -n "${MESSAGING_TEST_IMAGE:-}" ]; then
  echo "RabbitMQ for the tests: image $MESSAGING_TEST_IMAGE (MESSAGING_TEST_IMAGE)"
elif image=$(docker_image) && [ -n "$image" ]; then
  export MESSAGING_TEST_IMAGE="$image"
  echo "RabbitMQ for the tests: image $image in Docker"
else
  if [ ! -x "$installed" ] && command -v apt-get >/dev/null 2>&1 && as_root true 2>/dev/null; then
    echo "RabbitMQ for the tests: installing the package rabbitmq-server"
    install_package rabbitmq-server || true
  fi
  if [ ! -x "$installed" ]; then
    fail "test.sh found no RabbitMQ to run the tests on. Do one of these, then run it again:" \
      "  install RabbitMQ 3.10 or later: apt-get install rabbitmq-server (it need not be started)" \
      "  or start Docker and get an image: docker pull rabbitmq:4" \
      "  or name an image that Docker has: MESSAGING_TEST_IMAGE=name:tag ./test.sh"
  fi
  echo "RabbitMQ for the tests: $installed"
fi

postgres_installed() {
  ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1
}
if ! postgres_installed && command -v apt-get >/dev/null 2>&1 && as_root true 2>/dev/null; then
  echo "PostgreSQL for the tests: installing the package postgresql"
  install_package postgresql || true
fi
if ! postgres_installed; then
  fail "test.sh found no PostgreSQL to run the tests on (/usr/lib/postgresql/*/bin/initdb)." \
    "Install it, then run test.sh again: apt-get install postgresql (it need not be started)"
fi

# The packages of commands that are missing, all at once.
missing=
need() {
  command -v "$1" >/dev/null 2>&1 || missing="$missing $2"
}
need chromium chromium
need node nodejs
need npm npm
need protoc protobuf-compiler
need prometheus prometheus
/usr/bin/python3 -c 'import grpc, google.protobuf' >/dev/null 2>&1 || missing="$missing python3-grpcio python3-protobuf"
if [ -n "$missing" ]; then
  echo "A browser, gRPC clients and a Prometheus for the tests: installing$missing"
  # shellcheck disable=SC2086
  install_package $missing || fail "test.sh could not install what the tests need." \
    "Install it, then run test.sh again: apt-get install$missing"
fi

failed=0
# Runs one project, or the solution, on the broker that is chosen; what fails does not keep others from being run.
run() {
  kind=$1 what=$2
  shift 2
  dotnet test "$kind" "$what" --max-parallel-test-modules 1 "$@" || failed=$?
}

# The test projects that run a broker, as their sources say.
with_brokers() {
  grep -rlE 'Private(Broker|Cluster)' tests/*.Tests --include='*.cs' --exclude-dir=obj --exclude-dir=bin | cut -d/ -f1,2 | sort -u
}

# One test project at a time: some tests measure time, and several brokers at once would slow them all.
first=yes
for root in ${roots:-chosen}; do
  case $root in
    chosen) ;;
    installed) unset MESSAGING_TEST_BROKER ;;
    *) export MESSAGING_TEST_BROKER="$root" ;;
  esac
  [ -z "$brokers" ] || echo "The tests on RabbitMQ: $root"
  if [ -n "$contracts" ]; then
    run --project tests/Infrastructure.RabbitMq.Tests "$@"
  elif [ -n "$first" ]; then
    run --solution Messaging.sln "$@"
  else
    for project in $(with_brokers); do
      run --project "$project" "$@"
    done
  fi
  first=
done
exit "$failed"
