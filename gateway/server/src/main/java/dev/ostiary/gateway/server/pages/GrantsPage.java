package dev.ostiary.gateway.server.pages;

import java.util.List;

/** The page of a user's grants: one form, whose buttons say which grant to end. */
final class GrantsPage {

    private static final String FORM = """
            <p>%s</p>
            <form method="post" action="%s">
            <input type="hidden" name="%s" value="%s">
            <ul class="grants">
            %s</ul>
            </form>
            """;

    private static final String GRANT = """
            <li>
            <h2>%s</h2>
            <dl>
            %s</dl>
            <button type="submit" name="%s" value="%s">%s</button>
            </li>
            """;

    private GrantsPage() {}

    static Html of(GrantsView view, Texts texts) {
        Html content = Html.of(
                """
                <p>%s</p>
                <p><a href="%s">%s</a></p>
                %s""",
                texts.say("grants.lead", Html.of("<strong>%s</strong>", Html.name(view.user()))),
                Html.attribute(view.otherAccount()),
                texts.say("grants.other"),
                view.grants().isEmpty() ? nothing(texts) : form(view, texts));
        return Layout.page(texts, texts.say("grants.title"), texts.say("grants.title"), content);
    }

    private static Html nothing(Texts texts) {
        return Html.of("""
                <p class="empty">%s</p>
                """, texts.say("grants.none"));
    }

    private static Html form(GrantsView view, Texts texts) {
        Html grants = Html.join(
                view.grants().stream().map(grant -> grant(grant, texts)).toList());
        return Html.of(
                FORM,
                texts.say("grants.some"),
                Html.attribute(view.formAction()),
                Html.attribute(Fields.TOKEN),
                Html.attribute(view.token()),
                grants);
    }

    private static Html grant(GrantsView.Row grant, Texts texts) {
        Html client = Html.name(grant.clientName());
        Html server = Html.name(grant.workload());
        return Html.of(
                GRANT,
                client,
                Html.join(List.of(
                        Layout.entry(texts.say("grants.server"), server),
                        Layout.entry(texts.say("grants.since"), texts.time(grant.since())),
                        Layout.entry(texts.say("grants.lastUsed"), texts.time(grant.lastUsed())))),
                Html.attribute(Fields.GRANT),
                Html.attribute(grant.id()),
                button(client, server, texts));
    }

    /** All buttons look alike; read aloud, each says what it ends. */
    private static Html button(Html client, Html server, Texts texts) {
        return Html.of(
                "%s<span class=\"aloud\"> %s</span>",
                texts.say("grants.end"), texts.say("grants.end.which", client, server));
    }
}
