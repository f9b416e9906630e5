package dev.ostiary.gateway.server.pages;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each page in each language and notable form, as a file that a browser can open: whoever changes one sees what changed. */
class GoldenPagesTest {

    private static final Path FOLDER = Path.of("src/test/resources/pages");
    private static final String STYLE = "<link rel=\"stylesheet\" "
            + "href=\"../../../main/resources/dev/ostiary/gateway/server/pages/pages.css\">";
    private static final String WRITE = "ostiary.golden.write";
    private static final Map<String, Function<Language, byte[]>> PAGES = pages();

    @ParameterizedTest(name = "{0}")
    @MethodSource("names")
    void thePageIsWhatTheFileSays(String name) throws IOException {
        int dot = name.lastIndexOf('.');
        Language language = Language.valueOf(name.substring(dot + 1).toUpperCase(Locale.ROOT));
        String page = readable(PAGES.get(name.substring(0, dot)).apply(language));
        Path file = FOLDER.resolve(name + ".html");
        if (Boolean.getBoolean(WRITE)) {
            Files.writeString(file, page);
        }

        assertThat(page)
                .as("If the change is meant, write the files again with -D%s=true and read the difference.", WRITE)
                .isEqualTo(Files.readString(file));
    }

    @Test
    void everyFileIsAPage() throws IOException {
        try (Stream<Path> files = Files.list(FOLDER)) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .containsExactlyInAnyOrderElementsOf(
                            names().map(name -> name + ".html").collect(Collectors.toSet()));
        }
    }

    /** The style is the same in all, and has a file of its own. */
    private static String readable(byte[] page) {
        String html = new String(page, StandardCharsets.UTF_8);
        String style = "<style>" + Stylesheet.TEXT.markup() + "</style>";
        assertThat(html).containsOnlyOnce(style);
        return html.replace(style, STYLE);
    }

    static Stream<String> names() {
        return PAGES.keySet().stream()
                .flatMap(page -> Stream.of(Language.values()).map(language -> page + "." + language.tag()));
    }

    private static Map<String, Function<Language, byte[]>> pages() {
        Map<String, Function<Language, byte[]>> pages = new LinkedHashMap<>();
        pages.put("consent-registered-web", language -> Pages.consent(consentRegistered(), language));
        pages.put("consent-document-loopback", language -> Pages.consent(consentDocument(), language));
        pages.put("consent-self-asserted-scheme-denied", language -> Pages.consent(consentDenied(), language));
        pages.put("consent-hostile", language -> Pages.consent(Hostile.consent(), language));
        pages.put("address", language -> Pages.address(address(true), language));
        pages.put("address-without-grants", language -> Pages.address(address(false), language));
        pages.put("grants", language -> Pages.grants(grants(), language));
        pages.put("grants-none", language -> Pages.grants(grantsNone(), language));
        for (ErrorView.Problem problem : ErrorView.Problem.values()) {
            String name = problem.name().toLowerCase(Locale.ROOT).replace('_', '-');
            pages.put("error-" + name, language -> Pages.error(error(problem), language));
        }
        return pages;
    }

    private static AddressView address(boolean hasGrants) {
        return new AddressView("Finance <tools>", "finance", "https://mcp.contoso.com/finance", hasGrants);
    }

    private static ConsentView consentRegistered() {
        return new ConsentView(
                "Contoso Assistant",
                false,
                null,
                "assistant.contoso.com",
                "https",
                false,
                "Finance tools",
                "https://mcp.contoso.com/finance",
                List.of("Read invoices and payments", "Prepare payments for approval"),
                "/oauth/consent",
                "v1.c2VhbGVk-dHJhbnNhY3Rpb24",
                true,
                false);
    }

    private static ConsentView consentDocument() {
        return new ConsentView(
                "Visual Studio Code",
                true,
                "vscode.dev",
                "127.0.0.1:33418",
                "http",
                true,
                "Finance tools",
                "https://mcp.contoso.com/finance",
                List.of("Read invoices and payments"),
                "/oauth/consent",
                "v1.c2VhbGVk-dHJhbnNhY3Rpb24",
                true,
                false);
    }

    private static ConsentView consentDenied() {
        return new ConsentView(
                "Cursor",
                true,
                null,
                "cursor",
                "cursor",
                true,
                "Finance tools",
                "https://mcp.contoso.com/finance",
                List.of(),
                "/oauth/consent",
                "v1.c2VhbGVk-dHJhbnNhY3Rpb24",
                false,
                true);
    }

    private static GrantsView grants() {
        return new GrantsView(
                "Ada Lovelace",
                List.of(
                        new GrantsView.Row(
                                "g-1",
                                "Visual Studio Code",
                                "Finance tools",
                                Instant.parse("2026-11-20T08:03:59Z"),
                                Instant.parse("2026-11-21T16:40:00Z")),
                        new GrantsView.Row(
                                "g-2",
                                "Contoso Assistant",
                                "Wiki",
                                Instant.parse("2026-03-01T23:59:59Z"),
                                Instant.parse("2026-10-02T00:00:00Z"))),
                "/oauth/grants",
                "v1.Zm9ybQ",
                "/oauth/grants?account=other");
    }

    private static GrantsView grantsNone() {
        return new GrantsView("Ada Lovelace", List.of(), "/oauth/grants", "v1.Zm9ybQ", "/oauth/grants?account=other");
    }

    private static ErrorView error(ErrorView.Problem problem) {
        String id = "7d0c2b1e-5a44-4f5e-9f0e-2f4f3c1b9a10";
        return switch (problem) {
            case BAD_REQUEST ->
                new ErrorView(
                        problem, "redirect_uri is not one that this client has registered.", null, null, null, id);
            case MISCONFIGURED ->
                new ErrorView(
                        problem,
                        "The reply address specified in the request does not match those of the application.",
                        "web.redirectUris",
                        "Add https://mcp.contoso.com/oauth/callback as a redirect URI of type Web.",
                        "AADSTS50011",
                        id);
            default -> new ErrorView(problem, null, null, null, null, id);
        };
    }
}
