#!/usr/bin/env bash
# JMH: what single functions of the request path cost. Arguments go to JMH: a pattern, -f, -wi, -i, -p name=value, -prof gc.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../.mvn/find-jdk.sh"
ostiary_find_jdk || { echo "functions.sh needs a JDK 25; set JAVA_HOME" >&2; exit 3; }
[[ -r $here/target/classpath ]] || { echo "functions.sh needs the module: ./mvnw -pl benchmarks -am -DskipTests package" >&2; exit 3; }
exec "$JAVA_HOME/bin/java" -cp "$here/target/classes:$(cat "$here/target/classpath")" org.openjdk.jmh.Main \
  -jvmArgs "-XX:+UseSerialGC -Xmx512m --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow" \
  -f 1 -wi 3 -w 1s -i 5 -r 1s "$@"
