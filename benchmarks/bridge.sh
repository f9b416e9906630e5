#!/usr/bin/env bash
# The stdio bridge beside a plain pipe and, where SUPERGATEWAY names its program, beside supergateway: a table. See README.md.
set -euo pipefail
cd "$(dirname "$0")/.."
. .mvn/find-jdk.sh
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
command -v cc >/dev/null || { echo "bridge.sh: no C compiler" >&2; exit 1; }
cc -O2 -o "$folder/server" gateway/bridge/src/test/c/server.c

rows=()
if [[ -x ${BRIDGE_ROOT:-}/ostiary/bridge/bin/bridge ]]; then
  # As in an image: the folder alone, at its place. Needs root for chroot.
  cc -O2 -static -o "$BRIDGE_ROOT/server" gateway/bridge/src/test/c/server.c
  mkdir -p "$BRIDGE_ROOT/proc" && mountpoint -q "$BRIDGE_ROOT/proc" || mount -t proc proc "$BRIDGE_ROOT/proc"
  trap 'umount "$BRIDGE_ROOT/proc"; rm -rf "$folder" "$BRIDGE_ROOT/server" "$BRIDGE_ROOT/keys.json"' EXIT
  rows+=("bridge=chroot|$BRIDGE_ROOT|/ostiary/bridge/bin/bridge|serve|--listen|127.0.0.1:{port}|--keys|/keys.json|--audience|{audience}|--max-sessions|2000|--|/server")
else
  jar=$(ls gateway/bridge/target/ostiary-gateway-bridge-*.jar | head -n 1)
  jackson=$(find ~/.m2/repository/com/fasterxml/jackson/core/jackson-core -name "jackson-core-$(sed -n 's:.*<jackson.version>\(.*\)</jackson.version>.*:\1:p' pom.xml).jar")
  rows+=("bridge=$JAVA_HOME/bin/java|-XX:+UseSerialGC|-XX:TieredStopAtLevel=1|-Xmx96m|--enable-native-access=ALL-UNNAMED|-cp|$jar:$jackson|dev.ostiary.gateway.bridge.BridgeMain|serve|--listen|127.0.0.1:{port}|--keys|{keys}|--audience|{audience}|--max-sessions|2000|--|$folder/server")
fi
if [[ -n ${SUPERGATEWAY:-} ]]; then
  rows+=("supergateway=node|$SUPERGATEWAY|--stdio|$folder/server|--outputTransport|streamableHttp|--stateful|--streamableHttpPath|/mcp|--port|{port}|--logLevel|none")
fi
echo "load before: $(cut -d' ' -f1-3 /proc/loadavg), $(nproc) CPUs" >&2
"$JAVA_HOME/bin/java" ${BENCH_OPTS:-} benchmarks/bridge/BridgeBench.java "$folder/server" "${BRIDGE_ROOT:-$folder}" "${rows[@]}"
# Nothing may be left of ten thousand sessions; says so by its exit code.
"$JAVA_HOME/bin/java" ${BENCH_OPTS:-} benchmarks/bridge/ManySessions.java "${BRIDGE_ROOT:-$folder}" "${rows[0]}"
