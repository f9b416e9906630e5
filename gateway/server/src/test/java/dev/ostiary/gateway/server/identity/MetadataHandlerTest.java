package dev.ostiary.gateway.server.identity;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ostiary.gateway.server.http.Exchange;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MetadataHandlerTest {

    private static final String PATH = "/.well-known/oauth-protected-resource/notes";

    private record Answer(int status, HttpHeaders headers, String body) {}

    private static Snapshots gateway() {
        return Snapshots.of("https://login.microsoftonline.com", Tenants.OURS, Tenants.GATEWAY)
                .route("notes");
    }

    private static Answer ask(Snapshots snapshot, String method, String path) {
        List<Answer> answers = new ArrayList<>();
        // Only what the handler may need of an exchange; anything else fails the test.
        Exchange exchange = (Exchange) Proxy.newProxyInstance(
                Exchange.class.getClassLoader(),
                new Class<?>[] {Exchange.class},
                (self, called, arguments) -> switch (called.getName()) {
                    case "method" -> HttpMethod.valueOf(method);
                    case "path" -> path;
                    case "headers" -> new DefaultHttpHeaders().set("MCP-Protocol-Version", "2024-11-05");
                    case "respond" -> {
                        ByteBuf body = (ByteBuf) arguments[2];
                        answers.add(new Answer(
                                ((HttpResponseStatus) arguments[0]).code(),
                                (HttpHeaders) arguments[1],
                                body.toString(StandardCharsets.UTF_8)));
                        body.release();
                        yield null;
                    }
                    default -> throw new AssertionError(called.getName());
                });
        new MetadataHandler(snapshot.build()).handle(exchange);
        assertThat(answers).hasSize(1);
        return answers.getFirst();
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET", "HEAD"})
    void theDocumentMayBeKeptForFiveMinutes(String method) {
        Answer answer = ask(gateway(), method, PATH);
        assertThat(answer.status).isEqualTo(200);
        assertThat(answer.headers.get("content-type")).isEqualTo("application/json");
        assertThat(answer.headers.get("cache-control")).isEqualTo("max-age=300");
        assertThat(answer.body).startsWith("{\"resource\":\"https://mcp.example.com/notes\"");
    }

    @ParameterizedTest
    @ValueSource(strings = {"POST", "PUT", "DELETE", "PATCH", "TRACE", "BREW"})
    void otherMethodsAreToldWhichOnesThereAre(String method) {
        Answer answer = ask(gateway(), method, PATH);
        assertThat(answer.status).isEqualTo(405);
        assertThat(answer.headers.get("allow")).isEqualTo("GET, HEAD");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/.well-known/oauth-protected-resource/x", "/.well-known/oauth-authorization-server"})
    void whatIsNotThereIsNotFound(String path) {
        assertThat(ask(gateway(), "GET", path).status).isEqualTo(404);
        assertThat(ask(gateway(), "POST", path).status).isEqualTo(404);
    }

    @Test
    void withoutEntraTheReasonIsTold() {
        Answer answer = ask(gateway().withoutEntra(), "GET", PATH);
        assertThat(answer.status).isEqualTo(503);
        assertThat(answer.body).contains("EntraMissing", "spec.entra is not set");
        assertThat(ask(gateway().withoutEntra(), "GET", "/.well-known/openid-configuration").status)
                .isEqualTo(404);
    }
}
