package dev.ostiary.entra.registration;

import dev.ostiary.entra.registration.RegistrationOptions.GroupsClaim;
import dev.ostiary.gateway.config.ResourceName;
import java.net.URI;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The registration that a gateway needs, whatever there is now. Lists are sorted; equal resources give equal registrations.
 *
 * @param gateway the {@code McpGateway}
 * @param publicUrl its origin
 * @param tenantId the tenant's GUID, lower case
 * @param clientId the application id; null: the registration has not been made
 * @param authority the login origin, without a slash at its end
 * @param graph the Graph origin, without a slash at its end
 * @param displayName what people see on the sign-in page
 * @param facade whether the gateway signs users in itself
 * @param identifierUris the names under which tokens for the gateway are asked for
 * @param scopes delegated permissions that clients ask for
 * @param appRoles roles that policies read, and that apps are let in with
 * @param preAuthorized clients that get these scopes without a consent page
 * @param webRedirects where Entra sends users back to the gateway
 * @param publicRedirects where Entra sends users back to MCP clients that use the registration's own id
 * @param groups whether, and which, groups tokens must carry
 * @param idTokenClaims optional claims of id tokens
 * @param accessTokenClaims optional claims of access tokens
 * @param permissions what the gateway may do at other APIs
 * @param credential how it proves itself
 * @param notes what no registration can mend, for people
 */
public record DesiredRegistration(
        ResourceName gateway,
        URI publicUrl,
        String tenantId,
        @Nullable String clientId,
        URI authority,
        URI graph,
        String displayName,
        boolean facade,
        List<String> identifierUris,
        List<Scope> scopes,
        List<AppRole> appRoles,
        List<Client> preAuthorized,
        List<String> webRedirects,
        List<String> publicRedirects,
        Groups groups,
        List<String> idTokenClaims,
        List<String> accessTokenClaims,
        List<Permission> permissions,
        Credential credential,
        List<String> notes) {

    /** Where Entra sends users back to a facade, below its public URL. */
    public static final String CALLBACK = "/oauth/callback";

    /** Stands for the client id in texts that are written before there is one. */
    public static final String CLIENT_ID_TO_COME = "{appId}";

    /** Graph names no bound; this is that of the names of federated credentials. */
    private static final int MAX_UNIQUE_NAME = 120;

    public DesiredRegistration {
        identifierUris = List.copyOf(identifierUris);
        scopes = List.copyOf(scopes);
        appRoles = List.copyOf(appRoles);
        preAuthorized = List.copyOf(preAuthorized);
        webRedirects = List.copyOf(webRedirects);
        publicRedirects = List.copyOf(publicRedirects);
        idTokenClaims = List.copyOf(idTokenClaims);
        accessTokenClaims = List.copyOf(accessTokenClaims);
        permissions = List.copyOf(permissions);
        notes = List.copyOf(notes);
    }

    /** Marks what {@code apply} has made: Entra's own search finds it, and {@code delete} touches nothing else. */
    public String tag() {
        return "ostiary:" + publicUrl;
    }

    /**
     * The registration's alternate key in Graph, under which it can be made only once, by whomever and however often (Microsoft,
     * "Upsert application"). Made of letters, digits, dots, dashes and underscores: it is part of URLs, and of names in Bicep.
     */
    public String uniqueName() {
        String origin = "https".equals(publicUrl.getScheme()) ? publicUrl.getRawAuthority() : publicUrl.toString();
        String name = "ostiary-" + origin.replaceAll("[^A-Za-z0-9.-]", "_");
        return name.length() <= MAX_UNIQUE_NAME
                ? name
                : name.substring(0, MAX_UNIQUE_NAME - 37) + "_" + stableId("name", publicUrl, "");
    }

    /** The same for a registration that is there. */
    public DesiredRegistration withClientId(String made) {
        return new DesiredRegistration(
                gateway,
                publicUrl,
                tenantId,
                made,
                authority,
                graph,
                displayName,
                facade,
                identifierUris.stream()
                        .map(uri -> uri.replace(CLIENT_ID_TO_COME, made))
                        .toList(),
                scopes,
                appRoles,
                preAuthorized,
                webRedirects,
                publicRedirects,
                groups,
                idTokenClaims,
                accessTokenClaims,
                permissions,
                credential,
                notes);
    }

    /**
     * A delegated permission.
     *
     * @param value its short name
     * @param routes what it opens, for people
     */
    public record Scope(String value, String routes) {

        /** The id of a new one: the same in every run. */
        public UUID id(URI publicUrl) {
            return stableId("scope", publicUrl, value);
        }
    }

    /**
     * An app role.
     *
     * @param value as in {@code roles}
     * @param users whether users and groups can have it
     * @param apps why apps can have it; empty: they cannot
     */
    public record AppRole(String value, boolean users, String apps) {

        /** The id of a new one: the same in every run. */
        public UUID id(URI publicUrl) {
            return stableId("role", publicUrl, value);
        }
    }

    /** A client by its application id. */
    public record Client(String appId) {

        /** Its name, where it is a well-known one. */
        public String name() {
            return KnownApps.clientName(appId);
        }
    }

    /**
     * Groups in tokens.
     *
     * @param needed whether a policy reads groups
     * @param kind which ones; null: any that tokens carry already, else security groups
     */
    public record Groups(boolean needed, @Nullable GroupsClaim kind) {}

    /**
     * A permission at another API.
     *
     * @param api its application id, or an Application ID URI of it
     * @param application of the gateway itself, not of its users
     * @param value its short name
     * @param why what it is for
     */
    public record Permission(String api, boolean application, String value, String why) {

        /** Whether it is Microsoft Graph's. */
        public boolean ofGraph() {
            return api.equals(KnownApps.GRAPH);
        }
    }

    /** How the gateway proves itself. */
    public sealed interface Credential {

        /** Whether there is something secret that has to be kept for the gateway. */
        default boolean isKept() {
            return this instanceof Secret || this instanceof Certificate;
        }

        /** Not at all: it only validates tokens. */
        record None() implements Credential {}

        /** With a client secret. */
        record Secret() implements Credential {}

        /** With a certificate. */
        record Certificate() implements Credential {}

        /** With a token of somebody else's. */
        record Federated(String issuer, String subject, String audience) implements Credential {}
    }

    private static UUID stableId(String kind, URI publicUrl, String value) {
        return UUID.nameUUIDFromBytes(
                ("ostiary/" + kind + "/" + publicUrl + "/" + value).getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }
}
