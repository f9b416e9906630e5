#!/bin/sh
# How fast `./ostiary connect` is there: from its start to the answered `initialize`, and the parts of it.
# benchmarks/connect-start.sh [RUNS]
set -eu
root=$(cd -P "$(dirname "$0")/.." && pwd)
. "$root/.mvn/find-jdk.sh"
"$root/ostiary" connect --help >/dev/null
exec "$JAVA_HOME/bin/java" "$root/benchmarks/connect/ConnectStart.java" "$root/ostiary" "$JAVA_HOME" "${1:-20}"
