#!/bin/sh
# Makes the folder that is /ostiary/bridge in every image: a Java runtime with nothing but what the bridge uses, the C library that
# it needs, and the bridge. It runs in any image of the processor that it was made on: glibc of whatever age, musl, or nothing at all.
#
#   make-folder.sh JAR JACKSON_CORE FOLDER
#
# JAVA_HOME is the JDK that it is made of. Needs patchelf and a C compiler with a static C library (Debian: patchelf gcc libc6-dev).
set -eu
jar=$1 jackson=$2 to=$3
here=$(cd "$(dirname "$0")" && pwd)
home=/ostiary/bridge

for tool in patchelf cc; do
  command -v $tool >/dev/null || { echo "make-folder.sh: no $tool (Debian: apt-get install patchelf gcc libc6-dev)" >&2; exit 1; }
done

rm -rf "$to" && mkdir -p "$(dirname "$to")"
"$JAVA_HOME/bin/jlink" --add-modules java.base,jdk.httpserver --strip-debug --no-man-pages --no-header-files \
  --compress zip-6 --vm server --output "$to"
mkdir -p "$to/lib/app" "$to/licences"
cp "$jar" "$to/lib/app/bridge.jar"
cp "$jackson" "$to/lib/app/jackson-core.jar"
cc -O2 -Wall -static -s -o "$to/bin/bridge" "$here/launcher.c"

# What a JVM finds out about these classes at its start, found out here once (JEP 483, 514). The cache fits these very files: sizes and
# times, whatever the path. Images are written with this time for every file.
find "$to" -exec touch -h -d @1 {} +
options="-XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Xms16m -Xmx96m --enable-native-access=ALL-UNNAMED"
"$to/bin/java" -XX:+UseSerialGC -Xshare:dump >/dev/null 2>&1
"$to/bin/java" -XX:AOTCacheOutput="$to/lib/bridge.aot" $options -cp "$to/lib/app/bridge.jar:$to/lib/app/jackson-core.jar" \
  dev.ostiary.gateway.bridge.BridgeMain serve --listen 127.0.0.1:0 --keys /dev/null --audience urn:none -- true >/dev/null 2>"$to.log" &
training=$!
waited=0
until grep -qs 'listening on' "$to.log"; do
  kill -0 $training 2>/dev/null && [ $waited -lt 600 ] || { cat "$to.log" >&2; exit 1; }
  waited=$((waited + 1))
  sleep 0.2
done
kill $training
wait $training || :
rm -f "$to.log" "$to/lib/server/classes.jsa" "$to/lib/classlist" "$to/lib/jrt-fs.jar" "$to/bin/keytool"
[ -s "$to/lib/bridge.aot" ] || { echo "make-folder.sh: no cache was made" >&2; exit 1; }

# The C library, beside the JDK's own libraries.
loader=$(patchelf --print-interpreter "$to/bin/java")
for library in "$(basename "$loader")" libc.so.6 libm.so.6 libdl.so.2 libpthread.so.0 librt.so.1; do
  path=$(ldconfig -p | awk -v name="$library" '$1 == name { print $NF; exit }')
  [ -n "$path" ] || path=$loader
  cp -L "$path" "$to/lib/$library"
done
# Others that the JDK's libraries name (zlib, where the JDK is built with the system's).
missing() { find "$to/bin" "$to/lib" -type f \( -name '*.so' -o -name '*.so.*' -o -name java -o -name jspawnhelper \) -exec patchelf --print-needed {} + 2>/dev/null | sort -u; }
for library in $(missing); do
  case $library in libjvm.so | libjli.so | libjava.so | libnet.so | libnio.so | libzip.so | libjimage.so | libverify.so) continue ;; esac
  [ -e "$to/lib/$library" ] && continue
  path=$(ldconfig -p | awk -v name="$library" '$1 == name { print $NF; exit }')
  [ -n "$path" ] && cp -L "$path" "$to/lib/$library"
done

# DT_RPATH, which LD_LIBRARY_PATH does not come before, and an interpreter by its absolute path: hence the fixed place.
for program in "$to/bin/java" "$to/lib/jspawnhelper"; do
  [ -e "$program" ] && patchelf --set-interpreter "$home/lib/$(basename "$loader")" "$program" &&
    patchelf --force-rpath --set-rpath "$home/lib:$home/lib/server" "$program"
done
find "$to/lib" -name '*.so' -exec patchelf --force-rpath --set-rpath "$home/lib:$home/lib/server" {} \;

# One thread that collects, half the heap that the largest messages need at once, and no attaching.
cat >"$to/lib/bridge.args" <<ARGS
-XX:+UseSerialGC
-XX:TieredStopAtLevel=1
-Xms16m
-Xmx96m
-Xss256k
-XX:ReservedCodeCacheSize=24m
-XX:+ExitOnOutOfMemoryError
-XX:+DisableAttachMechanism
-XX:-UsePerfData
-XX:AOTCache=$home/lib/bridge.aot
-Xlog:disable
-Xlog:all=error:stderr
--enable-native-access=ALL-UNNAMED
-cp
$home/lib/app/bridge.jar:$home/lib/app/jackson-core.jar
dev.ostiary.gateway.bridge.BridgeMain
ARGS

cp "$here/NOTICE-glibc.txt" "$to/licences/glibc.txt"
cp "$here/../../../LICENSE" "$to/licences/ostiary.txt"
for text in /usr/share/common-licenses/LGPL-2.1 /usr/share/doc/libc6/copyright; do
  [ -e "$text" ] && cp -L "$text" "$to/licences/glibc-$(basename "$text").txt"
done
find "$to" -exec touch -h -d @1 {} +
chmod -R u+rwX,go+rX,go-w "$to"
du -sk "$to" | awk '{ printf "made %s, %.1f MB\n", "'"$to"'", $1 / 1024 }' >&2
