package dev.ostiary.gateway.server.pages;

/** What all pages share: the frame around the content, and lists of terms. */
final class Layout {

    private static final String PAGE = """
            <!DOCTYPE html>
            <html lang="%s">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            <meta name="robots" content="noindex">
            <title>%s</title>
            <link rel="icon" href="data:,">
            <style>%s</style>
            </head>
            <body>
            <header>
            <p class="brand">
            <svg viewBox="0 0 24 24" width="24" height="24" aria-hidden="true" focusable="false">
            <path d="M5 22V10a7 7 0 0 1 14 0v12M2 22h20M12 22V10" fill="none" stroke="currentColor" stroke-width="2"/>
            <circle cx="15" cy="15" r="1.2" fill="currentColor"/>
            </svg>
            <span>%s</span>
            </p>
            </header>
            <main>
            <h1>%s</h1>
            %s</main>
            </body>
            </html>
            """;

    private Layout() {}

    /**
     * A whole page.
     *
     * @param title of the window: words of ours alone, so that no name can pretend to be another page
     * @param heading the first thing people read
     * @param content what follows it
     */
    static Html page(Texts texts, Html title, Html heading, Html content) {
        return Html.of(
                PAGE,
                Html.attribute(texts.language().tag()),
                title,
                Stylesheet.TEXT,
                texts.say("brand"),
                heading,
                content);
    }

    /** One entry of a list of terms. */
    static Html entry(Html term, Html description) {
        return Html.of("""
                <div>
                <dt>%s</dt>
                <dd>%s</dd>
                </div>
                """, term, description);
    }

    /** A remark that must not be missed. */
    static Html notice(Html text) {
        return Html.of("""
                <p class="notice">%s</p>
                """, text);
    }
}
