package dev.ostiary.gateway.server.pages;

import java.util.List;

/** The page at a server's address: that it is for programs, and what to tell them. */
final class AddressPage {

    private static final String CONTENT = """
            <p>%s</p>
            <dl>
            %s</dl>
            <p class="quiet">%s</p>
            %s""";

    private AddressPage() {}

    static Html of(AddressView view, Texts texts) {
        Html ways = Html.join(List.of(
                way("address.url", view.url(), texts),
                way("address.claude", "claude mcp add --transport http " + view.route() + " " + view.url(), texts),
                way(
                        "address.vscode",
                        "code --add-mcp '{\"name\":\"" + view.route() + "\",\"type\":\"http\",\"url\":\"" + view.url()
                                + "\"}'",
                        texts)));
        Html content = Html.of(
                CONTENT, texts.say("address.lead"), ways, texts.say("address.others"), grants(view.hasGrants(), texts));
        return Layout.page(
                texts, texts.say("address.title"), texts.say("address.heading", Html.name(view.name())), content);
    }

    private static Html way(String term, String text, Texts texts) {
        return Layout.entry(texts.say(term), Html.of("<code class=\"id\">%s</code>", Html.text(text)));
    }

    private static Html grants(boolean there, Texts texts) {
        return there ? Html.of("""
                <p><a href="/grants">%s</a></p>
                """, texts.say("address.grants")) : Html.NOTHING;
    }
}
