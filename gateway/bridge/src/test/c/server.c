/*
 * A small stdio MCP server for the tests and the benchmark of the bridge. It reads only what those send: compact JSON whose
 * members stand in the order jsonrpc, id, method, params. Its tools do what is asked of them, good and bad. The first argument,
 * if there is one, is a bad habit that it has from the start.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

static char *line;
static size_t room;
static const char *habit = "";
static int lists = 1;

/* The JSON scalar that follows name, into a buffer; empty when there is none. */
static char *scalar(const char *in, const char *name, char *into, size_t size) {
  into[0] = 0;
  const char *at = strstr(in, name);
  if (!at) return into;
  at += strlen(name);
  size_t length = *at == '"' ? 1 : 0;
  while (at[length] && (length && *at == '"' ? at[length] != '"' : !strchr(",}", at[length]))) length++;
  if (*at == '"') length++;
  if (length >= size) length = size - 1;
  memcpy(into, at, length);
  into[length] = 0;
  return into;
}

static void say(const char *text) {
  fputs(text, stdout);
  putchar('\n');
  fflush(stdout);
}

static void result(const char *id, const char *json) {
  printf("{\"jsonrpc\":\"2.0\",\"id\":%s,\"result\":%s}\n", id, json);
  fflush(stdout);
}

static void text_result(const char *id, const char *text) {
  printf("{\"jsonrpc\":\"2.0\",\"id\":%s,\"result\":{\"content\":[{\"type\":\"text\",\"text\":\"%s\"}]}}\n", id, text);
  fflush(stdout);
}

static void flood(void) {
  for (long i = 0;; i++)
    if (printf("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/message\",\"params\":{\"level\":\"info\",\"data\":\"%0200ld\"}}\n", i) < 0)
      exit(0);
}

/* Forks a process that writes nothing and lives long; answers its process id. */
static void forks(const char *id, int leaves) {
  pid_t child = fork();
  if (!child) {
    if (leaves) setsid();
    signal(SIGTERM, SIG_IGN);
    for (;;) pause();
  }
  char text[32];
  snprintf(text, sizeof text, "%d", (int)child);
  text_result(id, text);
}

/* A parent that dies at once leaves its child to whoever reaps orphans. */
static void orphan(const char *id) {
  int ends[2];
  char text[32] = "";
  if (pipe(ends)) exit(9);
  if (!fork()) {
    pid_t child = fork();
    if (!child) {
      usleep(100000);
      _exit(0);
    }
    dprintf(ends[1], "%d", (int)child);
    _exit(0);
  }
  wait(NULL);
  if (read(ends[0], text, sizeof text - 1) < 1) exit(9);
  close(ends[0]);
  close(ends[1]);
  text_result(id, text);
}

static void progress(const char *token, long value) {
  printf("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/progress\",\"params\":{\"progressToken\":%s,\"progress\":%ld}}\n", token, value);
}

/*
 * Asks its client, several times at once or one after the other, and answers with what it has heard. A call that is cancelled meanwhile
 * is not answered.
 */
static void asks(const char *id, const char *token, const char *method, const char *params, long count, int at_once) {
  static char heard[1 << 20];
  char asked[64];
  long sent = 0, answered = 0;
  heard[0] = 0;
  while (answered < count) {
    if (*token && (sent == answered || !at_once)) progress(token, answered);
    for (; sent < count && (at_once || sent == answered); sent++)
      printf("{\"jsonrpc\":\"2.0\",\"id\":\"q-%ld\",\"method\":%s,\"params\":%s}\n", sent + 1, method, params);
    fflush(stdout);
    if (getline(&line, &room, stdin) <= 0) return;
    if (strstr(line, "\"notifications/cancelled\"")) {
      fprintf(stderr, "cancelled: %s", line);
      return;
    }
    if (!strncmp(scalar(line, "\"id\":", asked, sizeof asked), "\"q-", 3)) {
      answered++;
      line[strcspn(line, "\n")] = 0;
      snprintf(heard + strlen(heard), sizeof heard - strlen(heard), "%s%s", *heard ? "," : "", line);
    }
  }
  if (*token) progress(token, answered);
  printf("{\"jsonrpc\":\"2.0\",\"id\":%s,\"result\":{\"content\":[],\"heard\":[%s]}}\n", id, heard);
  fflush(stdout);
}

static void descriptors(const char *id) {
  char text[4096] = "";
  DIR *open_ones = opendir("/proc/self/fd");
  struct dirent *entry;
  while ((entry = readdir(open_ones)))
    if (entry->d_name[0] != '.' && atoi(entry->d_name) != dirfd(open_ones)) {
      strcat(text, entry->d_name);
      strcat(text, " ");
    }
  closedir(open_ones);
  text_result(id, text);
}

static void environment(const char *id) {
  printf("{\"jsonrpc\":\"2.0\",\"id\":%s,\"result\":{\"environment\":[", id);
  for (char **at = environ; *at; at++) {
    printf(at == environ ? "\"" : ",\"");
    for (const unsigned char *byte = (unsigned char *)*at; *byte; byte++) printf("%02x", *byte);
    printf("\"");
  }
  printf("]}}\n");
  fflush(stdout);
}

static void arguments(const char *id, int count, char **values) {
  printf("{\"jsonrpc\":\"2.0\",\"id\":%s,\"result\":{\"arguments\":[", id);
  for (int i = 1; i < count; i++) printf(i == 1 ? "\"%s\"" : ",\"%s\"", values[i]);
  printf("]}}\n");
  fflush(stdout);
}

static void call(const char *id, int count, char **values) {
  char tool[64], token[64], number[32], asked[64];
  scalar(line, "\"name\":", tool, sizeof tool);
  scalar(line, "\"progressToken\":", token, sizeof token);
  long n = atol(scalar(line, "\"n\":", number, sizeof number));
  if (!strcmp(tool, "\"echo\"")) {
    char *from = strstr(line, "\"arguments\":");
    printf("{\"jsonrpc\":\"2.0\",\"id\":%s,\"result\":{\"content\":[],\"echo\":%.*s}}\n", id,
           (int)(strrchr(line, '}') - 1 - (from + 12)), from + 12);
    fflush(stdout);
  } else if (!strcmp(tool, "\"progress\"")) {
    for (long i = 1; i <= n; i++) progress(token, i);
    fflush(stdout);
    text_result(id, "done");
  } else if (!strcmp(tool, "\"log\"")) {
    for (long i = 1; i <= n; i++)
      printf("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/message\",\"params\":{\"level\":\"info\",\"data\":\"%ld\"}}\n", i);
    fflush(stdout);
    text_result(id, "done");
  } else if (!strcmp(tool, "\"hide\"")) {
    lists = 0;
    printf("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/tools/list_changed\"}\n");
    text_result(id, "done");
  } else if (!strcmp(tool, "\"change\"")) {
    for (long i = 1; i <= n; i++) {
      printf("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/tools/list_changed\",\"params\":{\"i\":%ld}}\n", i);
      fflush(stdout);
    }
    text_result(id, "done");
  } else if (!strcmp(tool, "\"ask\"")) {
    say("{\"jsonrpc\":\"2.0\",\"id\":\"ask-1\",\"method\":\"sampling/createMessage\",\"params\":{\"messages\":[],\"maxTokens\":1}}");
    char mine[64];
    snprintf(mine, sizeof mine, "%s", id);
    while (getline(&line, &room, stdin) > 0) {
      if (!strcmp(scalar(line, "\"id\":", asked, sizeof asked), "\"ask-1\"")) {
        text_result(mine, strstr(line, "\"result\"") ? "answered" : "refused");
        return;
      }
    }
  } else if (!strcmp(tool, "\"elicit\"") || !strcmp(tool, "\"elicit-at-once\"")) {
    char mine[64];
    snprintf(mine, sizeof mine, "%s", id);
    asks(mine, token, "\"elicitation/create\"", "{\"message\":\"Who?\",\"requestedSchema\":{\"type\":\"object\",\"properties\":{}}}", n,
         strstr(tool, "once") != NULL);
  } else if (!strcmp(tool, "\"later\"")) {
    /* Not waited for: the loop of main answers this call when it hears of the question. */
    printf("{\"jsonrpc\":\"2.0\",\"id\":\"later-%s\",\"method\":\"elicitation/create\",\"params\":{\"message\":\"%ld\"}}\n", id, n);
    fflush(stdout);
  } else if (!strcmp(tool, "\"impatient\"")) {
    say("{\"jsonrpc\":\"2.0\",\"id\":\"i-1\",\"method\":\"elicitation/create\",\"params\":{\"message\":\"Quick!\"}}");
    usleep(n * 1000);
    say("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\",\"params\":{\"requestId\":\"i-1\"}}");
    fprintf(stderr, "waits no more\n");
    text_result(id, "without");
  } else if (!strcmp(tool, "\"elicit-large\"")) {
    char mine[64];
    snprintf(mine, sizeof mine, "%s", id);
    char *params = malloc(n + 32);
    sprintf(params, "{\"message\":\"");
    memset(params + 12, 'x', n);
    strcpy(params + 12 + n, "\"}");
    asks(mine, token, "\"elicitation/create\"", params, 1, 0);
    free(params);
  } else if (!strcmp(tool, "\"ask-long-ids\"")) {
    for (int i = 0; i < 64; i++) {
      printf("{\"jsonrpc\":\"2.0\",\"id\":\"%d", i);
      for (long at = 0; at < n; at++) putchar('x');
      printf("\",\"method\":\"sampling/createMessage\",\"params\":{}}\n");
    }
    text_result(id, "done");
  } else if (!strcmp(tool, "\"change-large\"")) {
    for (long i = 0; i < n; i++) printf("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/tools/list_changed\",\"params\":{\"i\":\"%060000ld\"}}\n", i);
    text_result(id, "done");
  } else if (!strcmp(tool, "\"peek\"")) {
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/mem", (int)getppid());
    text_result(id, open(path, O_RDONLY) < 0 ? "denied" : "open");
  } else if (!strcmp(tool, "\"roots\"")) {
    char mine[64];
    snprintf(mine, sizeof mine, "%s", id);
    asks(mine, token, "\"roots/list\"", "{}", 1, 0);
  } else if (!strcmp(tool, "\"big\"")) {
    printf("{\"jsonrpc\":\"2.0\",\"id\":%s,\"result\":{\"text\":\"", id);
    for (long i = 0; i < n; i++) putchar('x');
    printf("\"}}\n");
    fflush(stdout);
  } else if (!strcmp(tool, "\"endless\"")) {
    for (;;) putchar('x');
  } else if (!strcmp(tool, "\"sleep\"")) {
    struct timespec time = {n / 1000, n % 1000 * 1000000};
    fprintf(stderr, "sleeps\n");
    nanosleep(&time, NULL);
    text_result(id, "slept");
  } else if (!strcmp(tool, "\"hang\"")) {
    fprintf(stderr, "hangs\n");
    for (;;) pause();
  } else if (!strcmp(tool, "\"exit\"")) {
    _exit((int)n);
  } else if (!strcmp(tool, "\"raise\"")) {
    raise((int)n);
  } else if (!strcmp(tool, "\"flood\"")) {
    flood();
  } else if (!strcmp(tool, "\"garbage\"")) {
    say("Starting up...");
    say("{\"jsonrpc\":\"2.0\",\"id\":1");
    say("[1,2]");
    say("\"text\"");
    say("{\"jsonrpc\":\"2.0\",\"id\":9999,\"result\":{}}");
    say("{\"jsonrpc\":\"2.0\",\"jsonrpc\":\"2.0\",\"method\":\"x\"}");
    say("");
    text_result(id, "done");
  } else if (!strcmp(tool, "\"binary\"")) {
    say("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/message\",\"params\":{\"level\":\"info\",\"data\":\"\xff\xfe\xc0\xaf\"}}");
    fwrite("\0\n", 1, 2, stdout);
    text_result(id, "done");
  } else if (!strcmp(tool, "\"half\"")) {
    printf("{\"jsonrpc\":\"2.0\",\"id\":%s,\"resu", id);
    fflush(stdout);
    _exit(0);
  } else if (!strcmp(tool, "\"closeout\"")) {
    close(1);
    for (;;) pause();
  } else if (!strcmp(tool, "\"forks\"")) {
    forks(id, 0);
  } else if (!strcmp(tool, "\"daemon\"")) {
    forks(id, 1);
  } else if (!strcmp(tool, "\"orphan\"")) {
    orphan(id);
  } else if (!strcmp(tool, "\"stderr\"")) {
    for (long i = 1; i <= n; i++) fprintf(stderr, "line %ld \x1b[31mred \xc2\x9b" "m\xc3\x9b\n", i);
    text_result(id, "done");
  } else if (!strcmp(tool, "\"descriptors\"")) {
    descriptors(id);
  } else if (!strcmp(tool, "\"environment\"")) {
    environment(id);
  } else if (!strcmp(tool, "\"arguments\"")) {
    arguments(id, count, values);
  } else {
    text_result(id, "no such tool");
  }
}

int main(int count, char **values) {
  char id[64], method[64];
  setvbuf(stdout, NULL, _IOFBF, 65536);
  if (count > 1) habit = values[1];
  if (!strcmp(habit, "dies")) return 7;
  if (!strcmp(habit, "ignores-term")) signal(SIGTERM, SIG_IGN);
  if (!strcmp(habit, "never-reads"))
    for (;;) pause();
  if (!strcmp(habit, "floods")) flood();
  while (getline(&line, &room, stdin) > 0) {
    scalar(line, "\"id\":", id, sizeof id);
    scalar(line, "\"method\":", method, sizeof method);
    if (!strcmp(method, "\"initialize\"")) {
      if (!strcmp(habit, "dies-at-initialize")) return 8;
      if (!strcmp(habit, "silent")) continue;
      if (!strcmp(habit, "refuses")) {
        printf("{\"jsonrpc\":\"2.0\",\"id\":%s,\"error\":{\"code\":-32602,\"message\":\"no\"}}\n", id);
        fflush(stdout);
        continue;
      }
      if (!strcmp(habit, "boasts")) {
        printf("{\"jsonrpc\":\"2.0\",\"id\":%s,\"result\":{\"capabilities\":{},\"instructions\":\"%01000000d\"}}\n", id, 0);
        fflush(stdout);
        continue;
      }
      result(id, "{\"protocolVersion\":\"2025-11-25\",\"capabilities\":{\"tools\":{\"listChanged\":true}},"
                 "\"serverInfo\":{\"name\":\"small\",\"version\":\"1\"}}");
      if (!strcmp(habit, "dies-after-initialize")) return 9;
      if (!strcmp(habit, "stops-reading"))
        for (;;) pause();
    } else if (!strcmp(method, "\"tools/call\"")) {
      call(id, count, values);
    } else if (!strcmp(method, "\"tools/list\"")) {
      if (lists) result(id, "{\"tools\":[{\"name\":\"echo\",\"inputSchema\":{\"type\":\"object\"}},{\"name\":\"mirror\",\"inputSchema\":{"
                 "\"type\":\"object\",\"properties\":{\"n\":{\"x-mcp-header\":\"N\",\"type\":\"integer\"}}}}]}");
    } else if (!strcmp(method, "\"notifications/cancelled\"")) {
      fprintf(stderr, "cancelled: %s", line);
    } else if (!strncmp(method, "\"notifications/", 15)) {
      fprintf(stderr, "told: %s", line);
    } else if (!strcmp(method, "\"logging/setLevel\"")) {
      fprintf(stderr, "level set: %s", line);
      result(id, "{}");
    } else if (!strcmp(method, "\"ping\"")) {
      result(id, "{}");
    } else if (!*method && !strncmp(id, "\"later-", 7)) {
      id[strlen(id) - 1] = 0;
      text_result(id + 7, strstr(line, "\"result\"") ? "answered" : "refused");
    } else if (*id && *method) {
      printf("{\"jsonrpc\":\"2.0\",\"id\":%s,\"error\":{\"code\":-32601,\"message\":\"unknown method\"}}\n", id);
      fflush(stdout);
    }
  }
  if (!strcmp(habit, "ignores-term"))
    for (;;) pause();
  return 0;
}
