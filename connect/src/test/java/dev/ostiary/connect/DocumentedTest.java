package dev.ostiary.connect;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.ostiary.connect.settings.ConnectOptions;
import dev.ostiary.connect.settings.ConnectSettings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The entries that {@code docs/connect.md} shows are ones that work. */
class DocumentedTest {

    @Test
    void everyEntryIsRead() throws Exception {
        String page = Files.readString(Path.of("../docs/connect.md"));
        Matcher fence = Pattern.compile("```json\\n(.*?)```", Pattern.DOTALL).matcher(page);
        List<String> urls = new ArrayList<>();
        while (fence.find()) {
            for (Map.Entry<String, JsonNode> entry : new ObjectMapper()
                    .readTree(fence.group(1))
                    .path("mcpServers")
                    .properties()) {
                JsonNode arguments = entry.getValue().path("args");
                assertThat(arguments.path(0).asText()).isEqualTo("connect");
                assertThat(arguments.size()).isLessThanOrEqualTo(2);
                Map<String, String> environment = new HashMap<>();
                entry.getValue()
                        .path("env")
                        .properties()
                        .forEach(variable -> environment.put(
                                variable.getKey(), variable.getValue().asText()));
                ConnectOptions options = new ConnectOptions(
                        arguments.path(1).textValue(),
                        ConnectOptions.Auth.AUTO,
                        null,
                        null,
                        null,
                        null,
                        null,
                        null,
                        null,
                        null,
                        null,
                        true,
                        false,
                        true,
                        false);
                urls.add(ConnectSettings.of(options, environment).url().toString());
            }
        }
        assertThat(urls).containsExactly("https://mcp.example.com/notes", "https://your-server.example.com/mcp/");
    }
}
