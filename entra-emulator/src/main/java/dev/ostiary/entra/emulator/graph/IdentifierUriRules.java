package dev.ostiary.entra.emulator.graph;

import com.fasterxml.jackson.databind.JsonNode;
import dev.ostiary.entra.emulator.directory.Tenant;
import dev.ostiary.entra.emulator.objects.ObjectJson;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Which identifier URIs may be added: their form ([D] entra-docs {@code reference-app-manifest.md}, identifierUris), and the tenant's
 * policy ([D] entra-docs {@code identifier-uri-restrictions.md}; fact sheet §2.4). Those that are there already stay.
 */
record IdentifierUriRules(TenantPolicy policy, Tenant tenant) {

    void check(JsonNode before, JsonNode next) {
        List<String> there = ObjectJson.texts(before.path("identifierUris"));
        boolean second = next.path("api").path("requestedAccessTokenVersion").asInt(1) == 2;
        String appId = next.path("appId").asText();
        for (String text : ObjectJson.texts(next.path("identifierUris"))) {
            if (there.contains(text)) {
                continue;
            }
            URI uri = form(text);
            boolean ours = text.contains(appId) || text.contains(tenant.id()) || verified(uri.getHost());
            switch (policy.identifierUris()) {
                case DEFAULT -> {
                    if (!second && !ours) {
                        throw refused(text);
                    }
                }
                case VERIFIED_ONLY -> {
                    if (!ours) {
                        throw unverified(text);
                    }
                }
                case API_SCHEME_ONLY -> {
                    if (!text.startsWith("api://") || !(text.contains(appId) || text.contains(tenant.id()))) {
                        throw refused(text);
                    }
                }
            }
        }
    }

    private static URI form(String text) {
        try {
            URI uri = new URI(text);
            boolean fits = uri.isAbsolute()
                    && !text.endsWith("/")
                    && uri.getRawFragment() == null
                    && uri.getRawQuery() == null
                    && !text.contains("*");
            if (fits) {
                return uri;
            }
        } catch (URISyntaxException e) {
            throw invalid();
        }
        throw invalid();
    }

    private boolean verified(@Nullable String host) {
        String domain = tenant.domain().toLowerCase(Locale.ROOT);
        String name = host == null ? "" : host.toLowerCase(Locale.ROOT);
        return name.equals(domain) || name.endsWith("." + domain);
    }

    private static GraphException invalid() {
        return GraphException.badRequest(
                "Invalid value specified for property 'identifierUris' of resource 'Application'.");
    }

    /** [D] identifier-uri-restrictions.md has the text. */
    private static GraphException refused(String uri) {
        return GraphException.badRequest("Failed to add identifier URI " + uri
                + ". All newly added URIs must contain a tenant verified domain, tenant ID, or app ID, as per the default"
                + " tenant policy of your organization. See https://aka.ms/identifier-uri-addition-error for more"
                + " information on this error.");
    }

    /** [O] Azure/Industrial-IoT #1432. */
    private static GraphException unverified(String uri) {
        return new GraphException(
                400,
                "HostNameNotOnVerifiedDomain",
                "Values of identifierUris property must use a verified domain of the organization or its subdomain: '"
                        + uri + "'");
    }
}
