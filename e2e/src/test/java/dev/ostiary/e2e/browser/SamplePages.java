package dev.ostiary.e2e.browser;

import dev.ostiary.gateway.server.pages.AddressView;
import dev.ostiary.gateway.server.pages.ConsentView;
import dev.ostiary.gateway.server.pages.ErrorView;
import dev.ostiary.gateway.server.pages.GrantsView;
import dev.ostiary.gateway.server.pages.Language;
import dev.ostiary.gateway.server.pages.Pages;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The gateway's pages with something on them, by name. */
final class SamplePages {

    private static final String HOSTILE =
            "</style><script>alert(1)</script>\u202E \"' مرحبا 👩‍💻 " + "W".repeat(9_000);

    private static final Instant SINCE = Instant.parse("2026-03-01T23:59:59Z");

    private SamplePages() {}

    static Map<String, byte[]> all() {
        Map<String, byte[]> pages = new LinkedHashMap<>();
        for (Language language : Language.values()) {
            String end = "." + language.tag();
            pages.put("consent" + end, Pages.consent(consent("Visual Studio Code", "127.0.0.1:33418", true), language));
            pages.put("consent-web" + end, Pages.consent(consent("Assistant", "a.example.com", false), language));
            pages.put("consent-hostile" + end, Pages.consent(consent(HOSTILE, HOSTILE, true), language));
            pages.put("grants" + end, Pages.grants(grants(row("1", "Cursor"), row("2", HOSTILE)), language));
            pages.put("grants-none" + end, Pages.grants(grants(), language));
            pages.put(
                    "address" + end,
                    Pages.address(
                            new AddressView(HOSTILE, "finance", "https://mcp.contoso.com/finance", true), language));
            for (ErrorView.Problem problem : ErrorView.Problem.values()) {
                ErrorView view = new ErrorView(
                        problem,
                        "redirect_uri is not known.",
                        "web.redirectUris",
                        "Add it.",
                        "AADSTS50011",
                        "7d0c2b1e-5a44-4f5e-9f0e-2f4f3c1b9a10");
                pages.put("error-" + problem + end, Pages.error(view, language));
            }
        }
        return pages;
    }

    private static ConsentView consent(String client, String redirectHost, boolean onThisDevice) {
        return new ConsentView(
                client,
                onThisDevice,
                onThisDevice ? "vscode.dev" : null,
                redirectHost,
                onThisDevice ? "http" : "https",
                onThisDevice,
                "Finance tools",
                "https://mcp.contoso.com/finance",
                List.of("Read invoices", "Prepare payments"),
                "/decide",
                "v1.sealed-transaction",
                true,
                onThisDevice);
    }

    private static GrantsView.Row row(String id, String client) {
        return new GrantsView.Row(id, client, "Finance tools", SINCE, SINCE);
    }

    private static GrantsView grants(GrantsView.Row... rows) {
        return new GrantsView("Ada Lovelace", List.of(rows), "/end", "v1.form", "/end?account=other");
    }
}
