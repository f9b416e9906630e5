package dev.ostiary.gateway.server.oauth;

import dev.ostiary.gateway.server.pages.ConsentView;
import dev.ostiary.gateway.server.pages.ErrorView;
import dev.ostiary.gateway.server.pages.GrantsView;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Makes pages of what there is to say, in the browser's language. Pure. */
interface PageRenderer {

    byte[] consent(ConsentView view, @Nullable String acceptLanguage);

    byte[] grants(GrantsView view, @Nullable String acceptLanguage);

    byte[] error(ErrorView view, @Nullable String acceptLanguage);

    /** The headers without which a page must not be sent, {@code Content-Type} among them. */
    Map<String, String> headers();
}
