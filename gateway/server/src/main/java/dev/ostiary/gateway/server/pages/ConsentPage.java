package dev.ostiary.gateway.server.pages;

import java.util.List;

/**
 * The consent page: who asks, where the answer goes, which server, what for. Deny comes first, because the first button of a
 * form is the one that the Enter key presses.
 */
final class ConsentPage {

    private static final String FORM = """
            <form method="post" action="%s">
            <input type="hidden" name="%s" value="%s">
            %s<div class="buttons">
            <button type="submit" name="%s" value="%s">%s</button>
            <button type="submit" class="main" name="%s" value="%s">%s</button>
            </div>
            </form>
            """;

    private static final String REMEMBER = """
            <label class="check"><input type="checkbox" name="%s" value="%s"> <span>%s</span></label>
            """;

    private ConsentPage() {}

    static Html of(ConsentView view, Texts texts) {
        Html server = Html.name(view.workload());
        Html content = Html.of(
                """
                <p>%s</p>
                %s<dl>
                %s</dl>
                %s<p class="quiet">%s</p>
                %s""",
                texts.say("consent.lead"),
                view.deniedBefore() ? Layout.notice(texts.say("consent.deniedBefore")) : Html.NOTHING,
                Html.join(List.of(
                        Layout.entry(texts.say("consent.who"), who(view, texts)),
                        Layout.entry(texts.say("consent.answer"), answer(view, texts)),
                        Layout.entry(texts.say("consent.server"), server(view, server)),
                        Layout.entry(texts.say("consent.scopes"), scopes(view, texts)))),
                view.onThisDevice() ? Layout.notice(texts.say("consent.device.advice")) : Html.NOTHING,
                texts.say("consent.meaning"),
                form(view, texts));
        return Layout.page(texts, texts.say("consent.title"), texts.say("consent.heading", server), content);
    }

    private static Html who(ConsentView view, Texts texts) {
        String document = view.documentHost();
        return Html.of(
                """
                <p class="said"><strong>%s</strong></p>
                %s<p class="%s">%s</p>""",
                Html.name(view.clientName()),
                document == null
                        ? Html.NOTHING
                        : Html.of("<p>%s</p>\n", texts.say("consent.who.document", strong(Html.address(document)))),
                Html.attribute(view.selfAsserted() ? "doubt" : "quiet"),
                texts.say(view.selfAsserted() ? "consent.who.unchecked" : "consent.who.registered"));
    }

    private static Html answer(ConsentView view, Texts texts) {
        Html host = strong(Html.address(view.redirectHost()));
        if (!view.onThisDevice()) {
            return view.redirectScheme().equals("https")
                    ? Html.of("<p>%s</p>", host)
                    : Html.of("<p>%s</p>", strong(Html.address(view.redirectScheme() + "://" + view.redirectHost())));
        }
        Html how = isWeb(view.redirectScheme())
                ? texts.say("consent.answer.loopback", host)
                : texts.say("consent.answer.scheme", strong(Html.address(view.redirectScheme() + ":")));
        return Html.of("""
                <p><strong>%s</strong></p>
                <p class="quiet">%s</p>""", texts.say("consent.answer.device"), how);
    }

    private static boolean isWeb(String scheme) {
        return scheme.equals("http") || scheme.equals("https");
    }

    private static Html server(ConsentView view, Html name) {
        return Html.of("""
                <p><strong>%s</strong></p>
                <p class="quiet">%s</p>""", name, Html.address(view.resource()));
    }

    private static Html scopes(ConsentView view, Texts texts) {
        if (view.scopes().isEmpty()) {
            return Html.of("<p>%s</p>", texts.say("consent.scopes.none"));
        }
        Html items = Html.join(view.scopes().stream()
                .map(scope -> Html.of("<li>%s</li>\n", Html.text(scope)))
                .toList());
        return Html.of("""
                <ul>
                %s</ul>""", items);
    }

    private static Html form(ConsentView view, Texts texts) {
        Html remember = view.rememberOffered()
                ? Html.of(
                        REMEMBER,
                        Html.attribute(Fields.REMEMBER),
                        Html.attribute(Fields.YES),
                        texts.say("consent.remember"))
                : Html.NOTHING;
        return Html.of(
                FORM,
                Html.attribute(view.formAction()),
                Html.attribute(Fields.TRANSACTION),
                Html.attribute(view.token()),
                remember,
                Html.attribute(Fields.DECISION),
                Html.attribute(Fields.DENY),
                texts.say(view.deniedBefore() ? "consent.deny.still" : "consent.deny"),
                Html.attribute(Fields.DECISION),
                Html.attribute(Fields.APPROVE),
                texts.say(view.deniedBefore() ? "consent.approve.now" : "consent.approve"));
    }

    private static Html strong(Html text) {
        return Html.of("<strong>%s</strong>", text);
    }
}
