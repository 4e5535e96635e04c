# Sourced by the scripts that need a JDK of version 25 or newer, which need not be the default one.

# The version that a JDK's own file names: asking the program takes a JVM, which may say something else first. A java that
# is a script beside no such file is asked.
java_major() {
  local release
  release=$(dirname "$(dirname "$(readlink -f "$1")")")/release
  if [ -r "$release" ]; then
    sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$release"
  else
    "$1" -version 2>&1 | sed -n 's/^[a-z]* version "\([0-9]*\).*/\1/p'
  fi
}

# Prints the path of a java of version 25 or newer: JAVA_HOME's, the one on the PATH, or one of the
# system's JVM folder. Says what to install where there is none.
find_java() {
  local candidate major
  for candidate in ${JAVA_HOME:+"$JAVA_HOME/bin/java"} "$(command -v java || true)" \
    /usr/lib/jvm/*/bin/java; do
    [ -x "$candidate" ] || continue
    major=$(java_major "$candidate") || continue
    if [ -n "$major" ] && [ "$major" -ge 25 ]; then
      printf '%s\n' "$candidate"
      return 0
    fi
  done
  echo "Java 25 or newer is needed: install a JDK 25, for instance the package temurin-25-jdk," >&2
  echo "or set JAVA_HOME to one." >&2
  return 1
}
