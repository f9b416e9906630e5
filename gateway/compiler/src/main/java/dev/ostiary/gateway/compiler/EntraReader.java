package dev.ostiary.gateway.compiler;

import dev.ostiary.crds.Entra;
import dev.ostiary.gateway.config.EntraCredential;
import dev.ostiary.gateway.config.EntraSettings;
import dev.ostiary.gateway.config.EntraSettings.GroupSettings;
import java.net.URI;
import java.util.Locale;
import java.util.NavigableSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads {@code spec.entra}. */
final class EntraReader {

    static final Pattern GUID =
            Pattern.compile("[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}");

    private static final String FIELD = "spec.entra";

    private final References references;
    private final Diagnosis diagnosis;
    private final String namespace;
    private final NavigableSet<SecretKey> secrets;

    /**
     * @param secrets where the secret keys go that the settings name
     */
    EntraReader(References references, Diagnosis diagnosis, String namespace, NavigableSet<SecretKey> secrets) {
        this.references = references;
        this.diagnosis = diagnosis;
        this.namespace = namespace;
        this.secrets = secrets;
    }

    /**
     * The settings, or null with an error.
     *
     * @param instead what the host has in place of the stated credential; null: nothing
     */
    @Nullable
    EntraSettings read(Entra entra, @Nullable EntraCredential instead) {
        String tenantId = guid("tenantId", entra.tenantId());
        String clientId = guid("clientId", entra.clientId());
        Cloud cloud = Cloud.of(entra.cloud());
        URI authority = host("authorityHost", entra.authorityHost(), cloud.authority);
        URI v1Issuer = host("v1IssuerHost", entra.v1IssuerHost(), cloud.v1Issuer);
        URI graph = host("graphHost", entra.graphHost(), cloud.graph);
        EntraCredential credential = instead != null ? instead : credential(entra.credential());
        if (tenantId == null || clientId == null || authority == null || v1Issuer == null || graph == null) {
            return null;
        }
        return new EntraSettings(
                tenantId,
                clientId,
                authority,
                v1Issuer,
                graph,
                credential,
                new GroupSettings(
                        switch (entra.groups().overage()) {
                            case GRAPH -> GroupSettings.Overage.GRAPH;
                            case DENY -> GroupSettings.Overage.DENY;
                        },
                        switch (entra.groups().lookup()) {
                            case APP -> GroupSettings.Lookup.APP;
                            case ON_BEHALF_OF -> GroupSettings.Lookup.ON_BEHALF_OF;
                        }),
                entra.claims().stream().distinct().sorted().toList());
    }

    private @Nullable String guid(String field, @Nullable String value) {
        if (value == null || !GUID.matcher(value).matches()) {
            diagnosis.error(
                    FIELD + "." + field,
                    Reasons.INVALID_ENTRA,
                    "must be a GUID; the registration's overview page in the Entra admin center shows it.");
            return null;
        }
        return value.toLowerCase(Locale.ROOT);
    }

    private @Nullable URI host(String field, @Nullable String override, String usual) {
        if (override == null) {
            return URI.create(usual);
        }
        URI origin = WebAddress.safeOrigin(override);
        if (origin == null) {
            diagnosis.error(
                    FIELD + "." + field,
                    Reasons.INVALID_ENTRA,
                    "must be an https origin without a path, such as " + usual
                            + "; http is accepted for loopback hosts only.");
        }
        return origin;
    }

    private EntraCredential credential(Entra.Credential credential) {
        String field = FIELD + ".credential";
        Entra.Credential.Type type = credential.type();
        if (type == null) {
            diagnosis.error(field + ".type", Reasons.INVALID_ENTRA, "is missing.");
            return new EntraCredential.None();
        }
        boolean fromSecret = type == Entra.Credential.Type.CERTIFICATE || type == Entra.Credential.Type.CLIENT_SECRET;
        if (credential.secretRef() != null && !fromSecret) {
            diagnosis.error(
                    field + ".secretRef",
                    Reasons.INVALID_ENTRA,
                    "belongs to the types Certificate and ClientSecret; remove it or change the type.");
        }
        if (credential.clientId() != null && type != Entra.Credential.Type.MANAGED_IDENTITY) {
            diagnosis.error(
                    field + ".clientId",
                    Reasons.INVALID_ENTRA,
                    "belongs to the type ManagedIdentity; the registration's own id is spec.entra.clientId.");
        }
        return switch (type) {
            case CERTIFICATE -> certificate(field + ".secretRef", credential);
            case CLIENT_SECRET -> clientSecret(field + ".secretRef", credential);
            case WORKLOAD_IDENTITY -> new EntraCredential.WorkloadIdentity();
            case MANAGED_IDENTITY -> managedIdentity(field + ".clientId", credential.clientId());
            case NONE -> new EntraCredential.None();
        };
    }

    private EntraCredential certificate(String field, Entra.Credential credential) {
        String name =
                credential.secretRef() == null ? null : credential.secretRef().name();
        SecretKey certificate = references.secret(diagnosis, namespace, field, name, "tls.crt");
        SecretKey key = certificate == null ? null : references.secret(diagnosis, namespace, field, name, "tls.key");
        if (certificate == null || key == null) {
            return new EntraCredential.None();
        }
        secrets.add(certificate);
        secrets.add(key);
        return new EntraCredential.Certificate(certificate.credential(), key.credential());
    }

    private EntraCredential clientSecret(String field, Entra.Credential credential) {
        SecretKey secret = references.secret(diagnosis, namespace, field, credential.secretRef(), "client-secret");
        if (secret == null || !references.usableAsText(diagnosis, field, secret)) {
            return new EntraCredential.None();
        }
        secrets.add(secret);
        return new EntraCredential.ClientSecret(secret.credential());
    }

    private EntraCredential managedIdentity(String field, @Nullable String clientId) {
        if (clientId != null && !GUID.matcher(clientId).matches()) {
            diagnosis.error(field, Reasons.INVALID_ENTRA, "must be the identity's client id, which is a GUID.");
            return new EntraCredential.None();
        }
        return new EntraCredential.ManagedIdentity(clientId == null ? null : clientId.toLowerCase(Locale.ROOT));
    }

    /** The national clouds and their hosts, as facts and not as constants of the code that uses them. */
    private enum Cloud {
        // https://learn.microsoft.com/entra/identity-platform/authentication-national-cloud
        PUBLIC("https://login.microsoftonline.com", "https://sts.windows.net", "https://graph.microsoft.com"),
        US_GOVERNMENT("https://login.microsoftonline.us", "https://sts.windows.net", "https://graph.microsoft.us"),
        CHINA(
                "https://login.partner.microsoftonline.cn",
                "https://sts.chinacloudapi.cn",
                "https://microsoftgraph.chinacloudapi.cn");

        private final String authority;
        private final String v1Issuer;
        private final String graph;

        Cloud(String authority, String v1Issuer, String graph) {
            this.authority = authority;
            this.v1Issuer = v1Issuer;
            this.graph = graph;
        }

        static Cloud of(Entra.Cloud cloud) {
            return switch (cloud) {
                case PUBLIC -> PUBLIC;
                case US_GOVERNMENT -> US_GOVERNMENT;
                case CHINA -> CHINA;
            };
        }
    }
}
