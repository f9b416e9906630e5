package dev.ostiary.cli.up;

import dev.ostiary.cli.Terminal;
import java.net.URI;

/** What the demo says about itself: who can do what, and lines to copy that work as they are. */
final class DemoGuide {

    private final Terminal terminal;
    private final String command;
    private final URI route;
    private final String portOption;

    /**
     * For one route.
     *
     * @param command how this program was called, for lines that call it
     * @param port where the gateway listens
     */
    DemoGuide(Terminal terminal, String command, URI route, int port) {
        this.terminal = terminal;
        this.command = command.matches("[A-Za-z0-9_./-]+") ? command : "'" + command.replace("'", "'\\''") + "'";
        this.route = route;
        this.portOption = port == RunningGateways.DEFAULT_PORT ? "" : " --port " + port;
    }

    void print() {
        terminal.heading("Ostiary is running: " + route);
        terminal.line("");
        terminal.line("  anna (Readers)  lists, reads and searches notes");
        terminal.line("  ben  (Writers)  also writes and deletes them");
        terminal.line("  carl            is in no group and sees nothing");
        terminal.line("");
        terminal.heading("curl: what anna may use, a write of hers that is refused, the same write as ben");
        terminal.line(call("anna", "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/list\"}"));
        terminal.line(call("anna", WRITE));
        terminal.line(call("ben", WRITE));
        terminal.line("");
        terminal.heading("Claude Code: add the URL, then sign in as one of them in the browser");
        terminal.line("claude mcp add --transport http notes " + route);
        terminal.line("claude mcp login notes");
        terminal.line("");
        terminal.heading("VS Code  (.vscode/mcp.json; it opens the browser to sign in)");
        terminal.line("""
                { "servers": { "notes": { "type": "http", "url": "%s" } } }""".formatted(route));
        terminal.line("");
        terminal.aside("Whom you let in: " + route.resolve("/grants")
                + ". Policies: examples/demo/policies.yaml; edits take effect at" + " once. Ctrl-C ends it all.");
    }

    private static final String WRITE = "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"tools/call\",\"params\":"
            + "{\"name\":\"write_note\",\"arguments\":{\"id\":\"lunch\",\"text\":\"Sandwiches\"}}}";

    private String call(String user, String message) {
        return "curl -sw '\\n' " + route + " -H \"Authorization: Bearer " + token(user) + "\""
                + " -H 'Content-Type: application/json' -H 'Accept: application/json, text/event-stream'"
                + " -d '" + message + "'";
    }

    private String token(String user) {
        return "$(" + command + " token " + user + portOption + ")";
    }
}
