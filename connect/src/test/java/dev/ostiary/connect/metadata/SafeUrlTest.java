package dev.ostiary.connect.metadata;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ostiary.connect.diagnostics.ConnectFailure;
import java.net.URI;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SafeUrlTest {

    @ParameterizedTest
    @CsvSource({
        "https://mcp.example.com/notes, https://login.example.com/authorize",
        "http://localhost:8080/notes, http://127.0.0.1:9090/token",
        "http://localhost:8080/notes, https://login.example.com/token",
        "http://10.0.0.5/notes, http://10.0.0.6/token",
    })
    void whatAServerNamesIsAsSafeAsItself(URI server, String named) throws Exception {
        assertThat(SafeUrl.namedBy(server, named, "it")).hasToString(named);
    }

    /** Local programs answer there, and trust who comes from this machine. */
    @ParameterizedTest
    @CsvSource({
        "https://mcp.example.com/notes, http://127.0.0.1:8080/shutdown",
        "https://mcp.example.com/notes, http://localhost/",
        "https://mcp.example.com/notes, http://login.example.com/token",
        "http://localhost:8080/notes, http://login.example.com/token",
        "https://mcp.example.com/notes, file:///etc/passwd",
        "https://mcp.example.com/notes, https://user@login.example.com/",
        "https://mcp.example.com/notes, //login.example.com/token",
        "https://mcp.example.com/notes, https:token",
    })
    void aServerElsewhereSendsNobodyToThisMachineNorIntoTheClear(URI server, String named) {
        assertThatThrownBy(() -> SafeUrl.namedBy(server, named, "it")).isInstanceOf(ConnectFailure.class);
    }
}
