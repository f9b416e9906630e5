package dev.ostiary.entra.plan;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ostiary.entra.registration.DesiredRegistration;
import dev.ostiary.gateway.config.EntraField;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Desired against actual. Adds and corrects; removes nothing but with {@code prune}, except that a redirect URI on the wrong
 * platform moves to the right one, since Entra allows it on one only. Pure.
 */
public final class Diff {

    /** Of an application that was just made: what a creation sends. */
    private static final String SINGLE_TENANT = "AzureADMyOrg";

    private final DesiredRegistration desired;
    private final ActualRegistration actual;
    private final Options options;
    private final Comparison comparison;

    private Diff(DesiredRegistration desired, ActualRegistration actual, Options options) {
        this.desired = desired;
        this.actual = actual;
        this.options = options;
        this.comparison = new Comparison(desired, actual, options.prune());
    }

    /**
     * How far a plan goes.
     *
     * @param prune whether what nobody needs is removed
     * @param consent whether admin consent is given
     * @param credential whether a client secret or certificate has to be made: the holder has none that works
     */
    public record Options(boolean prune, boolean consent, boolean credential) {

        /** Adds and corrects. */
        public static final Options DEFAULT = new Options(false, true, false);
    }

    /** What has to change. */
    public static Plan of(DesiredRegistration desired, ActualRegistration actual, Options options) {
        Diff diff = new Diff(desired, actual, options);
        if (actual.application() == null) {
            diff.create();
        }
        diff.registration();
        diff.api();
        diff.redirects();
        diff.claims();
        diff.permissions();
        diff.principal();
        diff.credential();
        return diff.comparison.plan();
    }

    /** The members that a creation sends, so that nothing is ever there with other ones. */
    public static ObjectNode creation(DesiredRegistration desired) {
        ObjectNode body = object();
        body.put("displayName", desired.displayName());
        body.put("signInAudience", SINGLE_TENANT);
        body.putArray("tags").add(desired.tag());
        body.putObject("api").put("requestedAccessTokenVersion", 2);
        return body;
    }

    private void create() {
        change(
                EntraField.CLIENT_ID,
                "application",
                "",
                desired.displayName(),
                "the registration is what Entra knows the gateway by; spec.entra.clientId will be its application id",
                new Step.CreateApplication(creation(desired)));
    }

    private void registration() {
        if (actual.application() == null) {
            return;
        }
        String audience = actual.at("signInAudience").asText("");
        if (!audience.equals(SINGLE_TENANT)) {
            change(
                    EntraField.ACCOUNT_TYPES,
                    "signInAudience",
                    audience,
                    SINGLE_TENANT,
                    "only users of the gateway's own tenant may sign in; accounts of others have no business here",
                    update("signInAudience", text(SINGLE_TENANT)));
        }
        int version = actual.at("api.requestedAccessTokenVersion").asInt(1);
        if (version != 2) {
            change(
                    EntraField.TOKEN_VERSION,
                    "api.requestedAccessTokenVersion",
                    actual.at("api.requestedAccessTokenVersion").isNumber() ? Integer.toString(version) : "not set (1)",
                    "2",
                    "v1.0 tokens name another issuer and an audience of Entra's choice, which the gateway refuses, and tenants"
                            + " restrict the Application ID URIs of v1.0 registrations",
                    update("api.requestedAccessTokenVersion", JsonNodeFactory.instance.numberNode(2)));
        }
    }

    private void api() {
        Map<String, String> scopes = new ScopesDiff(comparison).ids();
        texts(
                EntraField.IDENTIFIER_URIS,
                "identifierUris",
                desired.identifierUris(),
                "clients ask for tokens under these names and send them as resource, which Entra compares letter for letter;"
                        + " otherwise AADSTS9010010 or AADSTS500011");
        new PreAuthorizedDiff(comparison).add(scopes);
        new RolesDiff(comparison).add();
    }

    private void redirects() {
        List<String> web = new ArrayList<>(actual.texts("web.redirectUris"));
        List<String> spa = new ArrayList<>(actual.texts("spa.redirectUris"));
        List<String> desktop = new ArrayList<>(actual.texts("publicClient.redirectUris"));
        redirect(
                desired.webRedirects(),
                "web",
                web,
                Map.of("spa", spa, "publicClient", desktop),
                "Entra sends users back to the facade here, and the platform Web is the one whose codes need the gateway's"
                        + " credential; otherwise AADSTS50011, AADSTS9002327 or AADSTS700025");
        redirect(
                desired.publicRedirects(),
                "publicClient",
                desktop,
                Map.of("spa", spa, "web", web),
                "without a facade, MCP clients that sign in as the registration itself come back here, and they have no"
                        + " credential; otherwise AADSTS50011 or AADSTS7000218");
        if (desired.facade()) {
            leftover(EntraField.REDIRECT_URIS, "web.redirectUris", web, desired.webRedirects());
        }
    }

    private void redirect(
            List<String> needed, String platform, List<String> right, Map<String, List<String>> wrong, String why) {
        List<String> missing =
                needed.stream().filter(uri -> !right.contains(uri)).toList();
        if (missing.isEmpty()
                && wrong.values().stream().noneMatch(uris -> uris.stream().anyMatch(needed::contains))) {
            return;
        }
        ObjectNode body = object();
        List<String> there = new ArrayList<>();
        for (Map.Entry<String, List<String>> other : new TreeMap<>(wrong).entrySet()) {
            if (other.getValue().stream().anyMatch(needed::contains)) {
                other.getValue().stream()
                        .filter(needed::contains)
                        .forEach(uri -> there.add(other.getKey() + ": " + uri));
                other.getValue().removeAll(needed);
                body.putObject(other.getKey()).set("redirectUris", array(other.getValue()));
            }
        }
        right.addAll(missing);
        body.putObject(platform).set("redirectUris", array(right));
        change(
                EntraField.REDIRECT_URIS,
                platform + ".redirectUris",
                String.join(", ", there),
                String.join(", ", missing.isEmpty() ? needed : missing),
                why,
                new Step.UpdateApplication(body));
    }

    private void claims() {
        ClaimsDiff claims = new ClaimsDiff(desired, actual);
        claims.groups().ifPresent(comparison::change);
        claims.optional().ifPresent(comparison::change);
    }

    private void permissions() {
        PermissionsDiff permissions = new PermissionsDiff(desired, actual);
        permissions.required().ifPresent(comparison::change);
        principalItself();
        if (options.consent()) {
            permissions.consents().forEach(comparison::change);
        }
    }

    private void principalItself() {
        if (actual.servicePrincipal() == null) {
            change(
                    EntraField.SERVICE_PRINCIPAL,
                    "servicePrincipal",
                    "",
                    desired.displayName(),
                    "the registration is used in a tenant through its enterprise application; otherwise AADSTS500011 or"
                            + " AADSTS7000112",
                    new Step.CreateServicePrincipal());
        }
    }

    private void principal() {
        ObjectNode principal = actual.servicePrincipal();
        if (principal != null && !principal.path("accountEnabled").asBoolean(true)) {
            ObjectNode body = object();
            body.put("accountEnabled", true);
            change(
                    EntraField.ENABLED,
                    "servicePrincipal.accountEnabled",
                    "false",
                    "true",
                    "nobody can sign in to a registration that is switched off: AADSTS7000112",
                    new Step.UpdateServicePrincipal(body));
        }
    }

    private void credential() {
        switch (desired.credential()) {
            case DesiredRegistration.Credential.None none -> {}
            case DesiredRegistration.Credential.Secret secret -> made(EntraField.CLIENT_SECRETS, "a client secret");
            case DesiredRegistration.Credential.Certificate certificate ->
                made(EntraField.CERTIFICATES, "a certificate");
            case DesiredRegistration.Credential.Federated federated -> new FederatedDiff(comparison).add(federated);
        }
    }

    private void made(EntraField field, String what) {
        if (options.credential()) {
            change(
                    field,
                    field.path(),
                    "none that the gateway holds and that works",
                    what,
                    "the gateway proves with it that it is the registration; otherwise AADSTS7000215, AADSTS700027 or"
                            + " AADSTS7000218",
                    new Step.MakeCredential());
        }
    }

    private void texts(EntraField field, String path, List<String> needed, String why) {
        List<String> there = actual.texts(path);
        List<String> missing =
                needed.stream().filter(one -> !there.contains(one)).toList();
        List<String> after = new ArrayList<>(options.prune() && !needed.isEmpty() ? needed : there);
        if (!options.prune()) {
            after.addAll(missing);
        }
        if (needed.isEmpty()) {
            return;
        }
        if (!missing.isEmpty() || after.size() < there.size()) {
            change(field, path, String.join(", ", there), String.join(", ", after), why, update(path, array(after)));
        }
        leftover(field, path, there, needed);
    }

    private void leftover(EntraField field, String path, List<String> there, List<String> needed) {
        List<String> more = there.stream().filter(one -> !needed.contains(one)).toList();
        if (!more.isEmpty() && !options.prune()) {
            comparison.surplus(field, path, String.join(", ", more), "not needed by these resources", List.of());
        }
    }

    private void change(EntraField field, String path, String there, String needed, String why, Step... steps) {
        comparison.change(new Change(field, path, there, needed, why, List.of(steps)));
    }

    /** A change of one member, by its path. */
    static Step update(String path, JsonNode value) {
        ObjectNode body = object();
        ObjectNode at = body;
        String[] names = path.split("\\.", -1);
        for (int i = 0; i < names.length - 1; i++) {
            at = at.putObject(names[i]);
        }
        at.set(names[names.length - 1], value);
        return new Step.UpdateApplication(body);
    }

    static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }

    static ArrayNode array(List<String> texts) {
        ArrayNode array = JsonNodeFactory.instance.arrayNode();
        texts.forEach(array::add);
        return array;
    }

    private static JsonNode text(String value) {
        return JsonNodeFactory.instance.textNode(value);
    }
}
