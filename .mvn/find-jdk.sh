# Sourced by ./mvnw and ./ostiary: exports JAVA_HOME, the home of a JDK 25 or newer.
# Looks at JAVA_HOME, then at PATH, then at the folders where JDKs are usually installed; the first that fits wins.

ostiary_required_java=25

# Prints the feature version (25) of the JDK in folder $1; nothing when there is none.
ostiary_jdk_version() {
  [ -x "$1/bin/java" ] && [ -x "$1/bin/javac" ] && [ -r "$1/release" ] || return 0
  sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$1/release"
}

ostiary_try_jdk() {
  ostiary_found=$(ostiary_jdk_version "$1")
  [ -n "$ostiary_found" ] && [ "$ostiary_found" -ge "$ostiary_required_java" ] || return 1
  JAVA_HOME=$1
  export JAVA_HOME
}

ostiary_find_jdk() {
  [ -n "${JAVA_HOME-}" ] && ostiary_try_jdk "$JAVA_HOME" && return 0
  ostiary_java=$(command -v java || true)
  if [ -n "$ostiary_java" ]; then
    ostiary_java=$(readlink -f "$ostiary_java" 2>/dev/null || printf %s "$ostiary_java")
    ostiary_try_jdk "${ostiary_java%/bin/java}" && return 0
  fi
  for ostiary_dir in /usr/lib/jvm/* /opt/java/* /opt/jdk* /Library/Java/JavaVirtualMachines/*/Contents/Home \
    "${HOME-}"/.sdkman/candidates/java/* "${HOME-}"/.jdks/* "${HOME-}"/.local/share/mise/installs/java/*; do
    ostiary_try_jdk "$ostiary_dir" && return 0
  done
  cat >&2 <<MESSAGE
Ostiary needs a JDK $ostiary_required_java or newer, and none was found in JAVA_HOME, in PATH or in the usual folders.
Install one, then run the same command again:
  Debian, Ubuntu   apt-get install openjdk-$ostiary_required_java-jdk-headless   (or Temurin: https://adoptium.net)
  macOS            brew install openjdk@$ostiary_required_java
  anywhere         sdk install java $ostiary_required_java-tem                  (https://sdkman.io)
or point JAVA_HOME at one that is already there.
MESSAGE
  return 1
}

# Globbing is needed above; callers may run with set -f.
case $- in *f*) ostiary_noglob=1; set +f ;; *) ostiary_noglob= ;; esac
ostiary_find_jdk || exit 3
[ -z "$ostiary_noglob" ] || set -f
