#!/bin/sh
# A base for the images out of this machine's own JDK, where no registry can be reached: $1 is the archive to make. Needs
# OSTIARY_KUBE, the folder with the program `mkimage`, and JAVA_HOME; made again when the JDK is another one.
set -eu
made_of=$1.jdk
if [ -s "$1" ] && cmp -s "$JAVA_HOME/release" "$made_of"; then exit 0; fi
mkdir -p "$(dirname "$1")"
"$OSTIARY_KUBE/mkimage" ostiary/java:local "$1.part" \
  --jre java.se,jdk.unsupported,jdk.crypto.ec,jdk.zipfs,jdk.management,jdk.jfr,jdk.net,jdk.naming.dns,jdk.charsets,jdk.httpserver
mv "$1.part" "$1"
cp "$JAVA_HOME/release" "$made_of"
