#!/usr/bin/env bash
# The gateway beside nginx, in one run on one machine: the same workload, the same calls, alternating. Prints Markdown.
# Installs nothing. See README.md in this folder for what is measured and how to read it.
#
#   ./mvnw -pl benchmarks -am -DskipTests package && benchmarks/side-by-side.sh
#
# GATEWAY    command that runs the gateway in the foreground; it may use $STAGE (folder with resources.yaml) and
#            $GATEWAY_PORT. Default: the server of this build, with GATEWAY_JAVA_OPTS. "none": only nginx and the workload.
# ROUNDS (3) pairs per comparison · SECONDS_PER_RUN (10) · WARMUP_SECONDS (15) · CONNECTIONS (32) · WRK_THREADS (2)
# ROUTE (/echo) path of the endpoint at the gateway · STAGE_JAVA_OPTS
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(dirname "$here")

gateway=${GATEWAY:-}
shown=
gateway_java=${GATEWAY_JAVA_OPTS:--XX:+UseSerialGC -Xmx128m}
rounds=${ROUNDS:-3}
seconds=${SECONDS_PER_RUN:-10}
warmup=${WARMUP_SECONDS:-15}
connections=${CONNECTIONS:-32}
threads=${WRK_THREADS:-2}
route=${ROUTE:-/echo}

for tool in nginx wrk curl; do
  command -v "$tool" >/dev/null || missing+=("$tool")
done
if [[ -n ${missing[*]:-} ]]; then
  echo "side-by-side.sh needs ${missing[*]}; on Debian: apt-get install nginx-light wrk curl" >&2
  exit 3
fi

# The same way to a JDK as ./mvnw and ./ostiary.
. "$root/.mvn/find-jdk.sh"
ostiary_find_jdk || { echo "side-by-side.sh needs a JDK 25; set JAVA_HOME" >&2; exit 3; }
if [[ ! -r $here/target/classpath ]]; then
  echo "side-by-side.sh needs the module: ./mvnw -pl benchmarks -am -DskipTests package" >&2
  exit 3
fi

# The jar and not the folder: an AOT cache takes jars alone.
classpath=$(ls "$here"/target/ostiary-benchmarks-*.jar):$(cat "$here/target/classpath")
jvm="--sun-misc-unsafe-memory-access=allow --enable-native-access=ALL-UNNAMED"
if [[ -z $gateway ]]; then
  # $GATEWAY_AOT is set further down, as soon as there is a cache.
  gateway="\"\$JAVA_HOME/bin/java\" $gateway_java $jvm \${GATEWAY_AOT:-} -cp \"\$OSTIARY_CLASSPATH\" dev.ostiary.benchmarks.load.GatewayUnderTest \"\$STAGE\" \"\$GATEWAY_PORT\" \"\$ADMIN_PORT\""
  shown="server of this build, $gateway_java, AOT cache"
elif [[ $gateway == none ]]; then
  gateway=
fi
export JAVA_HOME OSTIARY_CLASSPATH=$classpath

STAGE=$(mktemp -d)
export STAGE
started=()
finish() {
  for pid in "${started[@]}"; do
    # Whole process groups of our own: launchers may have started the real program as a child.
    kill -- "-$pid" 2>/dev/null || true
  done
  wait 2>/dev/null || true
  rm -rf "$STAGE"
}
trap finish EXIT
trap 'exit 130' INT TERM

# Starts a command in a process group of its own; its pid is left in $last.
start() {
  set -m
  "$@" >"$STAGE/out.${#started[@]}" 2>&1 &
  last=$!
  set +m
  started+=("$last")
}

free_port() {
  local port
  while :; do
    port=$((20000 + RANDOM % 10000))
    (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || { echo "$port"; return; }
  done
}

tree() {
  echo "$1"
  local child
  for child in $(cat "/proc/$1/task/"*/children 2>/dev/null); do
    tree "$child"
  done
}

# CPU time of a process and its children, in ticks of 10 ms.
cpu() {
  local pid sum=0 stat
  for pid in $(tree "$1"); do
    stat=$(cat "/proc/$pid/stat" 2>/dev/null) || continue
    stat=${stat##*) }
    # shellcheck disable=SC2086
    set -- $stat
    sum=$((sum + ${12} + ${13}))
  done
  echo "$sum"
}

rss_mib() {
  local pid sum=0 kb
  for pid in $(tree "$1"); do
    kb=$(awk '/^VmRSS/ {print $2}' "/proc/$pid/status" 2>/dev/null) || continue
    sum=$((sum + ${kb:-0}))
  done
  echo $((sum / 1024))
}

ticks=$(getconf CLK_TCK)

# run NAME URL PID SECONDS CONNECTIONS: appends "requests/s p50µs p99µs cpuµs/request errors rss" to $STAGE/NAME
run() {
  local name=$1 url=$2 pid=$3 time=$4 conns=$5 before after line
  local wrk_threads=$((conns < threads ? conns : threads))
  before=$(cpu "$pid")
  line=$(TOKEN_FILE="$STAGE/token" wrk -t"$wrk_threads" -c"$conns" -d"${time}s" --timeout 5s -s "$here/load/call.lua" "$url" | grep '^RESULT')
  after=$(cpu "$pid")
  # shellcheck disable=SC2086
  set -- $line
  awk -v n="$2" -v us="$3" -v p50="$4" -v p99="$5" -v errors="$6" -v t=$((after - before)) -v hz="$ticks" -v rss="$(rss_mib "$pid")" \
    'BEGIN {printf "%.1f %d %d %.2f %d %d\n", n * 1e6 / us, p50, p99, n ? t * 1e6 / hz / n : 0, errors, rss}' >>"$STAGE/$name"
  echo "  $name: $(tail -1 "$STAGE/$name" | awk '{printf "%.0f req/s, p99 %.2f ms, %.1f µs CPU, %d errors", $1, $3/1000, $4, $5}')" >&2
}

call() { # call TOKEN-FILE TOOL URL → status and body
  curl -sS -m 10 -w ' %{http_code}' -H "Authorization: Bearer $(cat "$1")" -H 'Content-Type: application/json' \
    -H 'Accept: application/json, text/event-stream' -H 'MCP-Protocol-Version: 2025-06-18' \
    -d '{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"'"$2"'","arguments":{}}}' "$3"
}

milliseconds() { echo $((${EPOCHREALTIME/[.,]/} / 1000)); }

median() { # median FILE COLUMN
  awk -v c="$2" '{print $c}' "$1" | sort -n | awk '{v[NR] = $1} END {print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2}'
}

# Median of the ratios of each run to the nginx run just before it.
ratio() { # ratio FILE NGINX-FILE COLUMN
  paste -d' ' <(awk -v c="$3" '{print $c}' "$1") <(awk -v c="$3" '{print $c}' "$2") \
    | awk '$2 > 0 {print $1 / $2}' >"$STAGE/ratios"
  median "$STAGE/ratios" 1
}

# --- the stage -------------------------------------------------------------------------------------------------------
GATEWAY_PORT=$(free_port)
ADMIN_PORT=$(free_port)
export GATEWAY_PORT ADMIN_PORT
# shellcheck disable=SC2086
start "$JAVA_HOME/bin/java" -XX:+UseSerialGC -Xmx128m $jvm ${STAGE_JAVA_OPTS:-} -cp "$classpath" \
  dev.ostiary.benchmarks.load.LoadStage "$STAGE" 0 "$GATEWAY_PORT"
stage_pid=$last
for ((i = 0; i < 300; i++)); do
  [[ -s $STAGE/upstream.port ]] && break
  kill -0 "$stage_pid" 2>/dev/null || break
  sleep 0.1
done
[[ -s $STAGE/upstream.port ]] || { echo "the stage did not start:" >&2; cat "$STAGE"/out.* >&2; exit 1; }
upstream=$(cat "$STAGE/upstream.port")

declare -A nginx_port nginx_pid nginx_idle
for workers in 1 2; do
  dir=$STAGE/server$workers
  mkdir -p "$dir"
  nginx_port[$workers]=$(free_port)
  sed "s#@DIR@#$dir#; s#@WORKERS@#$workers#; s#@UPSTREAM@#$upstream#; s#@PORT@#${nginx_port[$workers]}#" \
    "$here/load/nginx.conf" >"$dir/nginx.conf"
  sed -i "s#@DIR@#$dir#g" "$dir/nginx.conf"
  start nginx -p "$dir" -c "$dir/nginx.conf"
  nginx_pid[$workers]=$last
done
nginx_url() { echo "http://127.0.0.1:${nginx_port[$1]}/"; }
upstream_url=http://127.0.0.1:$upstream/mcp
gateway_url=http://localhost:$GATEWAY_PORT$route

for workers in 1 2; do
  for ((i = 0; i < 50; i++)); do
    [[ $(call "$STAGE/token" echo "$(nginx_url "$workers")" 2>/dev/null) == *hello*200 ]] && break
    sleep 0.1
  done
  [[ $i -lt 50 ]] || { echo "nginx does not answer:" >&2; cat "$STAGE/server$workers/nginx.log" "$STAGE"/out.* >&2; exit 1; }
  nginx_idle[$workers]=$(rss_mib "${nginx_pid[$workers]}")
done

# start_gateway: sets gateway_pid and, in ms after exec, $ready (/readyz answers 200; only for the server of this build) and
# $called (the first allowed call is answered: keys read, policies loaded, workload reached).
start_gateway() {
  local begin answer out
  ready=
  begin=$(milliseconds)
  start bash -c "exec $gateway"
  gateway_pid=$last
  out=$STAGE/out.$((${#started[@]} - 1))
  while [[ -n $shown ]]; do
    curl -fsS -m 2 -o "$STAGE/none" "http://127.0.0.1:$ADMIN_PORT/readyz" 2>/dev/null && break
    still_starting "$begin" "$out" "no readiness"
  done
  [[ -z $shown ]] || ready=$(($(milliseconds) - begin))
  while :; do
    answer=$(call "$STAGE/token" echo "$gateway_url" 2>/dev/null || true)
    [[ $answer == *hello*200 ]] && break
    still_starting "$begin" "$out" "$answer"
  done
  called=$(($(milliseconds) - begin))
}

still_starting() {
  if ! kill -0 "$gateway_pid" 2>/dev/null || (($(milliseconds) - $1 > 60000)); then
    echo "the gateway does not answer a call: $3" >&2
    cat "$2" >&2
    exit 1
  fi
}

stop_gateway() {
  kill -TERM "$gateway_pid"
  wait "$gateway_pid" 2>/dev/null || true
}

gateway_pid=
if [[ -n $gateway ]]; then
  if [[ -n $shown ]]; then
    # As an image would have it: classes loaded and linked by a training run (JEP 483, 514). Five starts each way.
    GATEWAY_AOT="-XX:AOTCacheOutput=$STAGE/gateway.aot" && export GATEWAY_AOT
    echo "training run for the AOT cache" >&2
    start_gateway
    run training "$gateway_url" "$gateway_pid" 3 4
    stop_gateway
    for ((i = 0; i < 5; i++)); do
      GATEWAY_AOT=
      start_gateway
      stop_gateway
      echo "$ready $called" >>"$STAGE/starts-plain"
      GATEWAY_AOT="-XX:AOTCache=$STAGE/gateway.aot"
      start_gateway
      [[ $i == 4 ]] || stop_gateway
      echo "$ready $called" >>"$STAGE/starts-aot"
    done
  else
    start_gateway
  fi
  gateway_idle=$(rss_mib "$gateway_pid")
  # A gateway that lets everything through would be fast.
  [[ $(call "$STAGE/token" wipe "$gateway_url") != *hello* ]] || { echo "a forbidden tool was called" >&2; exit 1; }
  [[ $(call "$STAGE/other-token" echo "$gateway_url") == *401 ]] || { echo "a token for another audience was accepted" >&2; exit 1; }
  [[ $(curl -sS -m 10 -o "$STAGE/none" -w '%{http_code}' -d '{}' "$gateway_url") == 401 ]] || { echo "a call without a token was accepted" >&2; exit 1; }
fi

# --- the runs --------------------------------------------------------------------------------------------------------
echo "warming up" >&2
run warm "$upstream_url" "$stage_pid" "$warmup" "$connections"
for workers in 1 2; do
  run warm "$(nginx_url "$workers")" "${nginx_pid[$workers]}" 2 "$connections"
done
[[ -z $gateway_pid ]] || run warm "$gateway_url" "$gateway_pid" "$warmup" "$connections"

for ((round = 1; round <= rounds; round++)); do
  echo "round $round of $rounds" >&2
  run upstream "$upstream_url" "$stage_pid" "$seconds" "$connections"
  for workers in 1 2; do
    run "nginx$workers" "$(nginx_url "$workers")" "${nginx_pid[$workers]}" "$seconds" "$connections"
    [[ -z $gateway_pid ]] || run "gateway$workers" "$gateway_url" "$gateway_pid" "$seconds" "$connections"
  done
done
for ((round = 1; round <= rounds; round++)); do
  run single-nginx1 "$(nginx_url 1)" "${nginx_pid[1]}" 4 1
  [[ -z $gateway_pid ]] || run single-gateway1 "$gateway_url" "$gateway_pid" 4 1
done

# --- the table -------------------------------------------------------------------------------------------------------
row() { # row LABEL FILE RATIO-FILE RSS
  local r=–
  [[ -z $3 ]] || r=$(ratio "$STAGE/$2" "$STAGE/$3" 1 | awk '{printf "%.2f", $1}')
  awk -v label="$1" -v rps="$(median "$STAGE/$2" 1)" -v r="$r" -v p50="$(median "$STAGE/$2" 2)" -v p99="$(median "$STAGE/$2" 3)" \
    -v cpu="$(median "$STAGE/$2" 4)" -v errors="$(awk '{e += $5} END {print e}' "$STAGE/$2")" -v rss="$4" \
    'BEGIN {printf "| %s | %d | %s | %.2f | %.2f | %.0f | %s | %d |\n", label, rps, r, p50 / 1000, p99 / 1000, cpu, rss, errors}'
}
last_rss() { awk '{m = $6 > m ? $6 : m} END {print m}' "$STAGE/$1"; }

echo
echo "$(nproc) CPUs ($(awk -F': ' '/model name/ {print $2; exit}' /proc/cpuinfo)), shared by wrk, proxy and workload; $(nginx -v 2>&1 | sed 's/.*: //'); $("$JAVA_HOME/bin/java" -version 2>&1 | sed -n 3p)."
echo "$connections connections, medians of $rounds runs of $seconds s, token $(wc -c <"$STAGE/token") bytes, $(date -u +%F)."
[[ -z $gateway_pid ]] || echo "Gateway: ${shown:-\`$gateway\`}; first allowed call answered $called ms after exec."
if [[ -n $gateway_pid && -n $shown ]]; then
  echo
  echo "| from exec, median of 5 starts, ms | ready | first allowed call |"
  echo "|---|---|---|"
  echo "| without AOT cache | $(median "$STAGE/starts-plain" 1) | $(median "$STAGE/starts-plain" 2) |"
  echo "| with AOT cache | $(median "$STAGE/starts-aot" 1) | $(median "$STAGE/starts-aot" 2) |"
fi
echo
echo "| | req/s | ratio to nginx | p50 ms | p99 ms | CPU µs per request | RSS MiB idle → load | errors |"
echo "|---|---|---|---|---|---|---|---|"
row "workload alone" upstream "" "– → $(last_rss upstream)"
for workers in 1 2; do
  row "nginx, $workers worker$([[ $workers == 1 ]] || echo s)" "nginx$workers" "nginx$workers" "${nginx_idle[$workers]} → $(last_rss "nginx$workers")"
  [[ -z $gateway_pid ]] || row "gateway, after nginx with $workers" "gateway$workers" "nginx$workers" "$gateway_idle → $(last_rss "gateway$workers")"
done
echo
echo "One connection, p50 ms: nginx $(median "$STAGE/single-nginx1" 2 | awk '{printf "%.3f", $1 / 1000}')$([[ -z $gateway_pid ]] || median "$STAGE/single-gateway1" 2 | awk '{printf ", gateway %.3f", $1 / 1000}')."
if [[ -n $gateway_pid ]]; then
  for workers in 1 2; do
    echo "p99 to nginx with $workers: $(ratio "$STAGE/gateway$workers" "$STAGE/nginx$workers" 3 | awk '{printf "%.2f", $1}')."
  done
fi
