#!/usr/bin/env bash
# Whole sign-ins at the facade per second: register, authorize, consent, Entra (the emulator), token, first call. Prints Markdown.
#
#   ./mvnw -pl benchmarks -am -DskipTests package && benchmarks/sign-ins.sh
#
# SECONDS_PER_RUN (10) · WARMUP_SECONDS (15) · CLIENTS (16) · STORES ("memory file redis") · CPUS (0,1; empty: all) · JAVA_OPTS
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../.mvn/find-jdk.sh"
ostiary_find_jdk || { echo "sign-ins.sh needs a JDK 25; set JAVA_HOME" >&2; exit 3; }
[[ -r $here/target/classpath ]] || { echo "sign-ins.sh needs the module: ./mvnw -pl benchmarks -am -DskipTests package" >&2; exit 3; }
state=$(mktemp -d)
chmod 700 "$state"
trap 'rm -rf "$state"' EXIT
cpus=${CPUS-0,1}
pin=()
[[ -n $cpus ]] && pin=(taskset -c "$cpus")
echo "| store | clients at once | sign-ins per second | p50 ms | p99 ms | errors |"
echo "|---|---|---|---|---|---|"
for store in ${STORES:-memory file redis}; do
  # shellcheck disable=SC2086
  "${pin[@]}" "$JAVA_HOME/bin/java" ${JAVA_OPTS:--XX:+UseSerialGC -Xmx512m} --enable-native-access=ALL-UNNAMED \
    --sun-misc-unsafe-memory-access=allow -cp "$here/target/classes:$(cat "$here/target/classpath")" \
    dev.ostiary.benchmarks.load.SignInLoad "$store" "$state" "${WARMUP_SECONDS:-15}" "${SECONDS_PER_RUN:-10}" "${CLIENTS:-16}" \
    2>"$state/log" || { cat "$state/log" >&2; exit 1; }
done
