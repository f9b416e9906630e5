/*
 * A stdio MCP server that needs nothing: linked statically, it runs in an image that holds this one file. It knows the older era
 * alone (2025-06-18). Its messages are those of well-behaved clients: whole objects on one line, without escapes in names.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *space(const char *at) {
  while (*at == ' ' || *at == '\t' || *at == '\r') at++;
  return at;
}

/* What follows the JSON value that begins here. */
static const char *after(const char *at) {
  int depth = 0;
  do {
    if (*at == '"') {
      for (at++; *at && *at != '"'; at++)
        if (*at == '\\' && at[1]) at++;
      if (*at) at++;
    } else if (*at == '{' || *at == '[') {
      depth++, at++;
    } else if (*at == '}' || *at == ']') {
      depth--, at++;
    } else if (depth) {
      at++;
    } else {
      while (*at && !strchr(",}] \t\r\n", *at)) at++;
    }
  } while (depth && *at);
  return at;
}

/* The value of a member of the object that begins here, or NULL. */
static const char *member(const char *object, const char *name) {
  size_t length = strlen(name);
  if (!object || *object != '{') return NULL;
  const char *at = space(object + 1);
  while (*at == '"') {
    const char *end = after(at);
    int found = (size_t)(end - at) == length + 2 && !strncmp(at + 1, name, length);
    at = space(end);
    if (*at != ':') return NULL;
    at = space(at + 1);
    if (found) return at;
    at = space(after(at));
    if (*at != ',') return NULL;
    at = space(at + 1);
  }
  return NULL;
}

static int is(const char *value, const char *text) {
  size_t length = strlen(text);
  return value && *value == '"' && !strncmp(value + 1, text, length) && value[length + 1] == '"';
}

static int length(const char *value) { return (int)(after(value) - value); }

static void result(const char *id, const char *json) {
  printf("{\"jsonrpc\":\"2.0\",\"id\":%.*s,\"result\":%s}\n", length(id), id, json);
}

static void error(const char *id, int code, const char *message) {
  printf("{\"jsonrpc\":\"2.0\",\"id\":%.*s,\"error\":{\"code\":%d,\"message\":\"%s\"}}\n", length(id), id, code, message);
}

static void text(const char *id, const char *said) {
  printf("{\"jsonrpc\":\"2.0\",\"id\":%.*s,\"result\":{\"content\":[{\"type\":\"text\",\"text\":\"%s\"}]}}\n", length(id), id, said);
}

/* Whose process this is, and whether it can write where its program is. */
static void where(const char *id) {
  char said[128];
  int file = open("/written", O_WRONLY | O_CREAT | O_EXCL, 0600);
  const char *root = file >= 0 ? "writable" : errno == EROFS ? "read-only" : "not writable";
  if (file >= 0) close(file), unlink("/written");
  snprintf(said, sizeof said, "user %d, root %s, shell %s", (int)geteuid(), root, access("/bin/sh", X_OK) ? "none" : "there");
  text(id, said);
}

static void call(const char *id, const char *params) {
  static long calls;
  char said[64];
  const char *name = member(params, "name");
  const char *arguments = member(params, "arguments");
  calls++;
  if (is(name, "echo")) {
    const char *message = member(arguments, "message");
    if (!message || *message != '"') {
      error(id, -32602, "echo needs a message");
      return;
    }
    printf("{\"jsonrpc\":\"2.0\",\"id\":%.*s,\"result\":{\"content\":[{\"type\":\"text\",\"text\":%.*s}]}}\n", length(id), id,
           length(message), message);
  } else if (is(name, "count")) {
    const char *to = member(arguments, "to");
    const char *token = member(member(params, "_meta"), "progressToken");
    long last = to ? atol(to) : 0;
    for (long i = 1; token && i <= last; i++) {
      printf("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/progress\",\"params\":{\"progressToken\":%.*s,\"progress\":%ld,\"total\":%ld}}\n",
             length(token), token, i, last);
      fflush(stdout);
      usleep(50000);
    }
    snprintf(said, sizeof said, "counted to %ld", last);
    text(id, said);
  } else if (is(name, "calls")) {
    snprintf(said, sizeof said, "%ld", calls);
    text(id, said);
  } else if (is(name, "where")) {
    where(id);
  } else {
    error(id, -32602, "unknown tool");
  }
}

static void answer(const char *line) {
  const char *id = member(line, "id");
  const char *method = member(line, "method");
  const char *params = member(line, "params");
  if (!id || !method) return;
  if (is(method, "initialize")) {
    result(id, "{\"protocolVersion\":\"2025-06-18\",\"capabilities\":{\"tools\":{},\"resources\":{},\"prompts\":{}},"
               "\"serverInfo\":{\"name\":\"static-fixture\",\"version\":\"1.0.0\"}}");
  } else if (is(method, "ping")) {
    result(id, "{}");
  } else if (is(method, "tools/list")) {
    result(id, "{\"tools\":["
               "{\"name\":\"echo\",\"description\":\"Says it again.\",\"inputSchema\":{\"type\":\"object\",\"properties\":{\"message\":{\"type\":\"string\"}},"
               "\"required\":[\"message\"]},\"annotations\":{\"readOnlyHint\":true}},"
               "{\"name\":\"count\",\"description\":\"Counts, with progress.\",\"inputSchema\":{\"type\":\"object\",\"properties\":{\"to\":{\"type\":\"integer\"}}}},"
               "{\"name\":\"calls\",\"description\":\"How many calls this process has had.\",\"inputSchema\":{\"type\":\"object\"}},"
               "{\"name\":\"where\",\"description\":\"What the process finds around it.\",\"inputSchema\":{\"type\":\"object\"}}]}");
  } else if (is(method, "tools/call")) {
    call(id, params);
  } else if (is(method, "resources/list")) {
    result(id, "{\"resources\":[{\"uri\":\"static://readme\",\"name\":\"readme\",\"mimeType\":\"text/plain\"}]}");
  } else if (is(method, "resources/templates/list")) {
    result(id, "{\"resourceTemplates\":[]}");
  } else if (is(method, "resources/read") && is(member(params, "uri"), "static://readme")) {
    result(id, "{\"contents\":[{\"uri\":\"static://readme\",\"mimeType\":\"text/plain\",\"text\":\"read me\"}]}");
  } else if (is(method, "resources/read")) {
    error(id, -32002, "no such resource");
  } else if (is(method, "prompts/list")) {
    result(id, "{\"prompts\":[{\"name\":\"hello\",\"description\":\"A greeting.\"}]}");
  } else if (is(method, "prompts/get") && is(member(params, "name"), "hello")) {
    result(id, "{\"messages\":[{\"role\":\"user\",\"content\":{\"type\":\"text\",\"text\":\"Say hello.\"}}]}");
  } else if (is(method, "prompts/get")) {
    error(id, -32602, "unknown prompt");
  } else {
    error(id, -32601, "unknown method");
  }
}

int main(void) {
  char *line = NULL;
  size_t room = 0;
  fputs("static-fixture is ready\n", stderr);
  while (getline(&line, &room, stdin) > 0) {
    answer(space(line));
    fflush(stdout);
  }
  return 0;
}
