#!/usr/bin/env bash
# The control plane among 1,000 workloads and 500 policies, on a real API server with two replicas. Prints Markdown.
# Needs the API server of the tests: OSTIARY_KUBE or KUBE_API_TEST_DIR. See README.md in this folder.
#
#   ./mvnw -pl benchmarks -am -DskipTests package && benchmarks/control-plane.sh --rest 10
#
# --rest MINUTES: how long nothing must be written when nothing happens (1). The table is that of docs/performance.md.
# WORKLOADS (1000) · POLICIES (500) · EDITS (10) · OPERATOR_JAVA_OPTS: by default what the JVM makes of the
# image's options in a container with 512 MiB · JAVA_OPTS of the process with the replicas · KEEP: a folder for the operator's log
set -euo pipefail
rest=1
case ${1:-} in
  --rest) [[ ${2:-} =~ ^[0-9]+(\.[0-9]+)?$ ]] || { echo "control-plane.sh: --rest takes minutes, for example 10" >&2; exit 2; }; rest=$2 ;;
  "") ;;
  *) echo "usage: control-plane.sh [--rest MINUTES]" >&2; exit 2 ;;
esac
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../.mvn/find-jdk.sh"
ostiary_find_jdk || { echo "control-plane.sh needs a JDK 25; set JAVA_HOME" >&2; exit 3; }
[[ -r $here/target/classpath ]] || { echo "control-plane.sh needs the module: ./mvnw -pl benchmarks -am -DskipTests package" >&2; exit 3; }
folder=$(mktemp -d)
chmod 700 "$folder"
trap 'rm -rf "$folder"' EXIT
shared="--enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow"
operator=${OPERATOR_JAVA_OPTS:--Xmx256m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -XX:+ExitOnOutOfMemoryError}
echo "$(nproc) CPUs ($(awk -F': ' '/model name/ {print $2; exit}' /proc/cpuinfo)), shared by API server, etcd, operator and replicas;" \
  "$("$JAVA_HOME/bin/java" -version 2>&1 | sed -n 3p); load $(cut -d' ' -f1-3 /proc/loadavg) at the start; operator with \`$operator\`; $(date -u +%F)."
echo
status=0
# shellcheck disable=SC2086
"$JAVA_HOME/bin/java" ${JAVA_OPTS:--XX:+UseSerialGC -Xmx1g} $shared -cp "$here/target/classes:$(cat "$here/target/classpath")" \
  dev.ostiary.benchmarks.crowd.ControlPlane "$folder" "${WORKLOADS:-1000}" "${POLICIES:-500}" "${EDITS:-10}" "$rest" \
  $operator $shared 2>"$folder/log" || status=$?
[[ -z ${KEEP:-} ]] || cp "$folder/operator.log" "$folder/log" "$KEEP/"
if [[ $status != 0 ]]; then
  tail -n 40 "$folder/log" >&2
  tail -n 10 "$folder/operator.log" >&2 || true
  exit "$status"
fi
echo
echo "Load at the end: $(cut -d' ' -f1-3 /proc/loadavg)."
