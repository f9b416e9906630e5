#!/bin/sh
# How fast `./ostiary connect` is there: from its start to the answered `initialize`, and the parts of it;
# and of several at once, which share one token of az.
# benchmarks/connect-start.sh [RUNS]
set -eu
root=$(cd -P "$(dirname "$0")/.." && pwd)
. "$root/.mvn/find-jdk.sh"
"$root/ostiary" connect --help >/dev/null
"$JAVA_HOME/bin/java" "$root/benchmarks/connect/ConnectStart.java" "$root/ostiary" "$JAVA_HOME" "${1:-20}"
# Five editor windows at once, and an az that takes 1.5 s.
exec "$JAVA_HOME/bin/java" "$root/benchmarks/connect/ConnectWindows.java" "$root/ostiary" 5 5 1.5
