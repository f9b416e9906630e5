package dev.ostiary.gateway.server.pages;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The error page: what happened and what to do in the user's words, and apart from it what an administrator needs. */
final class ErrorPage {

    private static final String CONTENT = """
            <p>%s</p>
            <p><strong>%s</strong></p>
            <section class="apart" aria-labelledby="administrators">
            <h2 id="administrators">%s</h2>
            <dl>
            %s</dl>
            </section>
            """;

    private ErrorPage() {}

    static Html of(ErrorView view, Texts texts) {
        String key = "error." + view.problem().name();
        Html content = Html.of(
                CONTENT,
                texts.say(key + ".what"),
                texts.say(key + ".do"),
                texts.say("error.administrators"),
                Html.join(facts(view, texts)));
        Html title = texts.say(key + ".title");
        return Layout.page(texts, title, title, content);
    }

    private static List<Html> facts(ErrorView view, Texts texts) {
        List<Html> facts = new ArrayList<>();
        add(facts, texts, "error.detail", view.detail(), "<span lang=\"en\">%s</span>");
        add(facts, texts, "error.field", view.registrationField(), "<code>%s</code>");
        add(facts, texts, "error.fix", view.fix(), "<span lang=\"en\">%s</span>");
        add(facts, texts, "error.code", view.code(), "<code>%s</code>");
        add(facts, texts, "error.correlation", view.correlationId(), "<code class=\"id\">%s</code>");
        return facts;
    }

    private static void add(List<Html> facts, Texts texts, String term, @Nullable String text, String block) {
        if (text != null) {
            facts.add(Layout.entry(texts.say(term), Html.of(block, Html.text(text))));
        }
    }
}
