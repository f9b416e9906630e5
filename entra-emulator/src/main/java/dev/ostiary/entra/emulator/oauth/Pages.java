package dev.ostiary.entra.emulator.oauth;

import dev.ostiary.entra.emulator.directory.AppRegistration;
import dev.ostiary.entra.emulator.directory.Tenant;
import dev.ostiary.entra.emulator.directory.User;
import dev.ostiary.entra.emulator.http.Response;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The emulator's HTML: forms without scripts, usable by keyboard, from 320 px wide, light and dark. Stateless. */
public final class Pages {

    static final String USER = "_user";
    static final String ACTION = "_action";
    static final String MFA = "_mfa";
    private static final int MAX_SHOWN = 50;

    private static final String STYLE = """
            :root { color-scheme: light dark; --line: #767676; --back: #fff; --text: #1b1b1b; --accent: #0b5cad; }
            @media (prefers-color-scheme: dark) {
              :root { --back: #1b1b1b; --text: #f2f2f2; --line: #9a9a9a; --accent: #7cb8ff; }
            }
            * { box-sizing: border-box; }
            body { margin: 0; background: var(--back); color: var(--text); font: 1rem/1.5 system-ui, sans-serif; }
            .banner { background: #ffe9a8; color: #1b1b1b; padding: .5rem 1rem; border-bottom: 2px solid #7a5c00; }
            main { max-width: 30rem; margin: 0 auto; padding: 1rem; overflow-wrap: anywhere; }
            h1 { font-size: 1.4rem; line-height: 1.25; }
            fieldset { border: 0; margin: 0 0 1rem; padding: 0; }
            legend { padding: 0; font-weight: 600; margin-bottom: .5rem; }
            button, input[type=text] { font: inherit; width: 100%; min-height: 2.75rem; margin: 0 0 .5rem; padding: .5rem .75rem;
              border: 1px solid var(--line); border-radius: .25rem; background: var(--back); color: var(--text); text-align: left; }
            form > button { text-align: center; }
            button.main { background: var(--accent); color: var(--back); border-color: var(--accent); }
            button small { display: block; }
            :focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
            [role=alert] { border-left: .25rem solid currentColor; padding-left: .75rem; }
            dt { font-weight: 600; } dd { margin: 0 0 .5rem; }
            """;

    private Pages() {}

    /** A page with the banner. {@code body} is HTML. */
    public static Response page(int status, String title, String body) {
        return Response.html(status, """
                <!DOCTYPE html>
                <html lang="en">
                <head>
                <meta charset="utf-8">
                <meta name="viewport" content="width=device-width, initial-scale=1">
                <title>%s</title>
                <style>%s</style>
                </head>
                <body>
                <header class="banner">Entra ID emulator &#8211; not for production. No password is asked; \
                anyone who can open this page can sign in as anyone.</header>
                <main>
                <h1>%s</h1>
                %s
                </main>
                </body>
                </html>
                """.formatted(escape(title), STYLE, escape(title), body));
    }

    static Response pickUser(List<Tenant> tenants, AppRegistration client, @Nullable String hint, Form form) {
        StringBuilder body = new StringBuilder();
        body.append("<p>to continue to <strong>")
                .append(escape(client.displayName()))
                .append("</strong></p>");
        if (hint != null) {
            body.append("<p role=\"alert\">There is no enabled user <strong>")
                    .append(escape(hint))
                    .append("</strong> here.</p>");
        }
        body.append(form.open()).append("<fieldset><legend>Pick a user</legend>");
        int shown = 0;
        for (Tenant tenant : tenants) {
            for (User user : tenant.users()) {
                if (user.enabled() && shown++ < MAX_SHOWN) {
                    body.append("<button type=\"submit\" name=\"" + USER + "\" value=\"")
                            .append(escape(user.oid()))
                            .append("\">")
                            .append(escape(user.name()))
                            .append("<small>")
                            .append(escape(user.upn()))
                            .append("</small></button>");
                }
            }
        }
        body.append("</fieldset></form>");
        if (shown > MAX_SHOWN) {
            body.append(form.open())
                    .append("<label for=\"user\">Another user, by user principal name</label>")
                    .append("<input type=\"text\" id=\"user\" name=\"" + USER
                            + "\" autocomplete=\"username\" required>")
                    .append("<button class=\"main\" type=\"submit\">Sign in</button></form>");
        }
        body.append(form.open()).append(action("cancel", "Cancel", false)).append("</form>");
        return page(200, "Sign in", body.toString());
    }

    static Response secondFactor(User user, Form form) {
        return page(
                200,
                "Approve sign-in request",
                "<p>" + escape(user.upn()) + " must use a second factor.</p>"
                        + form.with(USER, user.oid()).with(MFA, "1").open()
                        + "<button class=\"main\" type=\"submit\">Approve</button></form>" + form.open()
                        + action("cancel", "Cancel", false) + "</form>");
    }

    static Response consent(User user, AppRegistration client, List<String> scopes, boolean mfa, Form form) {
        StringBuilder body = new StringBuilder();
        body.append("<p>Signed in as ").append(escape(user.upn())).append(".</p><p><strong>");
        body.append(escape(client.displayName())).append("</strong> would like to:</p><ul>");
        scopes.forEach(scope -> body.append("<li><code>").append(escape(scope)).append("</code></li>"));
        body.append("</ul>");
        Form signed = form.with(USER, user.oid());
        body.append((mfa ? signed.with(MFA, "1") : signed).open());
        body.append(action("accept", "Accept", true))
                .append(action("decline", "Cancel", false))
                .append("</form>");
        return page(200, "Permissions requested", body.toString());
    }

    static Response postBack(String uri, Map<String, String> params) {
        Form form = new Form(uri, params);
        return page(
                200,
                "Continue to the application",
                form.open() + "<button class=\"main\" type=\"submit\">Continue</button></form>");
    }

    static Response error(EntraError error, ErrorResponses.Trace trace) {
        return page(
                400,
                "Sorry, but we're having trouble signing you in.",
                "<p role=\"alert\">" + escape(error.text()) + "</p><dl><dt>Request Id</dt><dd>" + trace.traceId()
                        + "</dd><dt>Correlation Id</dt><dd>" + trace.correlationId() + "</dd><dt>Timestamp</dt><dd>"
                        + trace.timestamp() + "</dd></dl>");
    }

    static String action(String value, String label, boolean main) {
        return "<button type=\"submit\"" + (main ? " class=\"main\"" : "") + " name=\"" + ACTION + "\" value=\"" + value
                + "\">" + escape(label) + "</button>";
    }

    /** Text made safe for HTML content and quoted attributes. */
    public static String escape(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;")
                .replace("'", "&#39;");
    }

    /**
     * A form that carries hidden values.
     *
     * @param target where it is posted
     * @param hidden values by name
     */
    record Form(String target, Map<String, String> hidden) {

        Form with(String name, String value) {
            Map<String, String> more = new java.util.LinkedHashMap<>(hidden);
            more.put(name, value);
            return new Form(target, more);
        }

        String open() {
            StringBuilder html = new StringBuilder();
            html.append("<form method=\"post\" action=\"")
                    .append(escape(target))
                    .append("\">");
            hidden.forEach((name, value) -> html.append("<input type=\"hidden\" name=\"")
                    .append(escape(name))
                    .append("\" value=\"")
                    .append(escape(value))
                    .append("\">"));
            return html.toString();
        }
    }
}
