#!/bin/sh
# Root folders with RabbitMQ as Debian's releases have it, for the tests to run on other versions than the installed one.
#   eng/brokers.sh VERSION...    makes what is missing (2 minutes, 250 MB each) and prints one folder a line
# Versions: 3.10 (bookworm), 4.0 (trixie), 4.3 (sid). They lie in MESSAGING_BROKERS, which is by default
# ${XDG_CACHE_HOME:-~/.cache}/messaging-brokers, and are made once. MESSAGING_BROKERS_MIRROR names a mirror of Debian
# where apt's sources name none that has these releases.
set -eu

fail() {
  printf '%s\n' "$@" >&2
  exit 2
}

server=usr/lib/rabbitmq/bin/rabbitmq-server
brokers=${MESSAGING_BROKERS:-${XDG_CACHE_HOME:-${HOME:?HOME is not set: name a folder with MESSAGING_BROKERS}/.cache}/messaging-brokers}

mirror() {
  if [ -n "${MESSAGING_BROKERS_MIRROR:-}" ]; then
    echo "$MESSAGING_BROKERS_MIRROR"
    return
  fi
  # The one that most of apt's sources name; security updates lie apart and hold no whole release.
  apt-get indextargets --format '$(REPO_URI)' 2>/dev/null | grep -v -- '-security' | sort | uniq -c | sort -rn | awk 'NR == 1 { print $2 }'
}

need_debootstrap() {
  command -v debootstrap >/dev/null 2>&1 && return
  echo "Installing the package debootstrap" >&2
  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends debootstrap; } >/dev/null 2>&1 ||
    fail "RabbitMQ $1 for the tests is made with debootstrap, which is not installed and could not be." \
      "Install it, then run this again: apt-get install debootstrap"
}

make() {
  version=$1 suite=$2
  [ "$(id -u)" = 0 ] ||
    fail "RabbitMQ $version for the tests is made, and runs, in a root folder: only root may do that." \
      "Run this as root, or run the tests on the installed RabbitMQ alone: ./test.sh"
  need_debootstrap "$version"
  from=$(mirror)
  [ -n "$from" ] ||
    fail "RabbitMQ $version for the tests comes from Debian's $suite, and apt's sources name no mirror." \
      "Run apt-get update first, or name one: MESSAGING_BROKERS_MIRROR=http://deb.debian.org/debian"
  echo "Making RabbitMQ $version for the tests: Debian's $suite from $from in $brokers/$suite" >&2
  # What an attempt before left half done is of no use; only what is whole gets the name that is looked for.
  rm -rf "$brokers/$suite.new"
  mkdir -p "$brokers/$suite.new"
  log=$brokers/$suite.log
  debootstrap --variant=minbase --include=rabbitmq-server "$suite" "$brokers/$suite.new/root" "$from" >"$log" 2>&1 || {
    tail -n 5 "$log" >&2
    fail "RabbitMQ $version for the tests could not be made: debootstrap failed, see $log." \
      "It needs the network (the mirror $from), about 300 MB of disk, and root's right to make devices."
  }
  root=$brokers/$suite.new/root
  rm -rf "$root"/var/cache/apt/archives/*.deb "$root"/var/lib/apt/lists/*
  [ -c "$root/dev/null" ] || mknod -m 666 "$root/dev/null" c 1 3
  [ -c "$root/dev/urandom" ] || mknod -m 666 "$root/dev/urandom" c 1 9
  # Nodes are called NAME@localhost.
  grep -q localhost "$root/etc/hosts" 2>/dev/null || echo "127.0.0.1 localhost" >>"$root/etc/hosts"
  rm -rf "${brokers:?}/$suite"
  mv "$brokers/$suite.new" "$brokers/$suite"
}

[ $# -gt 0 ] || fail "Usage: eng/brokers.sh VERSION... (3.10, 4.0 or 4.3)"
for version in "$@"; do
  case $version in
    3.10) suite=bookworm ;;
    4.0) suite=trixie ;;
    4.3) suite=sid ;;
    *) fail "There is no RabbitMQ '$version' to make for the tests: choose from 3.10, 4.0 and 4.3." ;;
  esac
  if [ ! -x "$brokers/$suite/root/$server" ]; then
    mkdir -p "$brokers" || fail "RabbitMQ $version for the tests needs a folder that can be written: name one with MESSAGING_BROKERS."
    # One at a time, of all who want the same.
    (flock 9; [ -x "$brokers/$suite/root/$server" ] || make "$version" "$suite") 9>"$brokers/$suite.lock"
  fi
  has=$(ls "$brokers/$suite/root/usr/lib/rabbitmq/lib" | sed -n 's/^rabbitmq_server-//p' | head -n 1)
  case $has in
    "$version".*) ;;
    *) echo "Debian's $suite has RabbitMQ $has by now; the tests that ask for $version run on that." >&2 ;;
  esac
  echo "$brokers/$suite/root"
done
