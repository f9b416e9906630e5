/*
 * /ostiary/bridge/bin/bridge: becomes the bridge's Java. The environment is the workload's, and some of it speaks to any program
 * that the dynamic linker or a JVM starts: a preloaded library or a Java agent of the workload's image must not get into the bridge.
 * Those variables are renamed here and carry their own names again in the workload's processes. Linked statically: nothing reads
 * the environment before this does.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FOLDER "/ostiary/bridge"
#define KEPT "OSTIARY_KEPT_"

extern char **environ;

static int speaks_to_us(const char *entry) {
  static const char *const begins[] = {
      "LD_", "GLIBC_TUNABLES=", "JAVA_TOOL_OPTIONS=", "_JAVA_", "JDK_JAVA_OPTIONS=", "CLASSPATH=", "MALLOC_", KEPT,
  };
  for (size_t i = 0; i < sizeof begins / sizeof *begins; i++)
    if (!strncmp(entry, begins[i], strlen(begins[i]))) return 1;
  return 0;
}

int main(int count, char **values) {
  char **arguments = calloc((size_t)count + 2, sizeof *arguments);
  if (!arguments) return 1;
  arguments[0] = FOLDER "/bin/java";
  arguments[1] = "@" FOLDER "/lib/bridge.args";
  for (int i = 1; i < count; i++) arguments[i + 1] = values[i];
  for (char **entry = environ; *entry; entry++) {
    if (!speaks_to_us(*entry)) continue;
    char *renamed = malloc(strlen(KEPT) + strlen(*entry) + 1);
    if (!renamed) return 1;
    strcpy(renamed, KEPT);
    strcat(renamed, *entry);
    *entry = renamed;
  }
  execv(arguments[0], arguments);
  perror("bridge: cannot start " FOLDER "/bin/java; the folder must be at this path");
  return 1;
}
