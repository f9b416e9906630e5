package dev.ostiary.gateway.compiler;

import dev.ostiary.crds.Authorization;
import dev.ostiary.crds.Toggle;
import dev.ostiary.gateway.config.FacadeSettings;
import dev.ostiary.gateway.config.FacadeSettings.MetadataDocuments;
import dev.ostiary.gateway.config.FacadeSettings.Redirects;
import dev.ostiary.gateway.config.FacadeSettings.StaticClient;
import dev.ostiary.gateway.config.StoreSettings;
import java.net.URI;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads what {@code spec.authorization} says about the facade. */
final class FacadeReader {

    private static final String FIELD = "spec.authorization";
    private static final String CLIENTS = FIELD + ".clients";

    private static final Pattern HOST =
            Pattern.compile("[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*");
    private static final Pattern CLIENT_ID = Pattern.compile("[A-Za-z0-9._~:/-]{1,256}");
    private static final Pattern SHA_256 = Pattern.compile("sha256:[0-9a-f]{64}");
    private static final int MAX_HOST = 253;

    private final References references;
    private final Diagnosis diagnosis;
    private final NavigableSet<SecretKey> secrets;

    /**
     * @param secrets where the secret keys go that the settings name
     */
    FacadeReader(References references, Diagnosis diagnosis, NavigableSet<SecretKey> secrets) {
        this.references = references;
        this.diagnosis = diagnosis;
        this.secrets = secrets;
    }

    FacadeSettings read(Authorization authorization, StoreSettings store) {
        Authorization.Clients clients = authorization.clients();
        Authorization.Tokens tokens = authorization.tokens();
        return new FacadeSettings(
                clients.dynamicRegistration() == Toggle.ENABLED,
                metadataDocuments(clients.metadataDocuments()),
                denied(clients.deny()),
                switch (clients.remember()) {
                    case NAMED -> FacadeSettings.Remember.NAMED;
                    case ALL -> FacadeSettings.Remember.ALL;
                    case NONE -> FacadeSettings.Remember.NONE;
                },
                staticClients(clients.statics()),
                redirects(clients.redirects()),
                Durations.within(
                        diagnosis,
                        FIELD + ".tokens.accessTokenTtl",
                        tokens.accessTokenTtl(),
                        "10m",
                        "15m",
                        FacadeSettings.DEFAULT.accessTokenTtl()),
                Durations.within(
                        diagnosis,
                        FIELD + ".tokens.refreshTokenTtl",
                        tokens.refreshTokenTtl(),
                        "1h",
                        "90d",
                        FacadeSettings.DEFAULT.refreshTokenTtl()),
                store);
    }

    private MetadataDocuments metadataDocuments(Authorization.MetadataDocuments documents) {
        String field = CLIENTS + ".metadataDocuments";
        boolean enabled = documents.mode() == Toggle.ENABLED;
        if (!enabled && !(documents.allow().isEmpty() && documents.deny().isEmpty())) {
            diagnosis.warning(field + ".mode", Reasons.IGNORED, "Disabled, so allow and deny have no effect.");
        }
        return new MetadataDocuments(
                enabled,
                hostsOrDocuments(field + ".allow", documents.allow()),
                hostsOrDocuments(field + ".deny", documents.deny()));
    }

    private List<String> hostsOrDocuments(String field, List<String> texts) {
        TreeSet<String> read = new TreeSet<>();
        for (int i = 0; i < texts.size(); i++) {
            String text = texts.get(i) == null ? "" : texts.get(i);
            String host = text.toLowerCase(Locale.ROOT);
            URI url = WebAddress.url(text);
            if (isHost(host)) {
                read.add(host);
            } else if (url != null
                    && url.getScheme().equals("https")
                    && url.getRawPath().length() > 1) {
                read.add(url.toString());
            } else {
                diagnosis.error(
                        field + "[" + i + "]",
                        Reasons.INVALID,
                        "must be a host name such as app.example.com, or the https URL of a document, with its path.");
            }
        }
        return List.copyOf(read);
    }

    private List<String> denied(List<String> texts) {
        TreeSet<String> read = new TreeSet<>();
        for (int i = 0; i < texts.size(); i++) {
            String text = texts.get(i) == null ? "" : texts.get(i);
            boolean hash = text.regionMatches(true, 0, "sha256:", 0, 7);
            String normal = hash ? text.toLowerCase(Locale.ROOT) : text;
            if (normal.isBlank() || (hash && !SHA_256.matcher(normal).matches())) {
                diagnosis.error(
                        CLIENTS + ".deny[" + i + "]",
                        Reasons.INVALID,
                        "must be a client id, or sha256: and the 64 hexadecimal digits of one's hash.");
            } else {
                read.add(normal);
            }
        }
        return List.copyOf(read);
    }

    private List<StaticClient> staticClients(List<Authorization.StaticClient> clients) {
        List<StaticClient> read = new ArrayList<>();
        Set<String> ids = new HashSet<>();
        for (int i = 0; i < clients.size(); i++) {
            String field = CLIENTS + ".static[" + i + "]";
            Authorization.StaticClient client = clients.get(i);
            String id = client.clientId();
            if (id == null || !CLIENT_ID.matcher(id).matches()) {
                diagnosis.error(
                        field + ".clientId",
                        Reasons.INVALID,
                        "must be 1 to 256 letters, digits and . _ ~ : / - characters.");
                continue;
            }
            if (!ids.add(id)) {
                diagnosis.error(field + ".clientId", Reasons.INVALID, "is the id of another client in the list, too.");
                continue;
            }
            read.add(staticClient(field, id, client));
        }
        read.sort(Comparator.comparing(StaticClient::clientId));
        return read;
    }

    private StaticClient staticClient(String field, String id, Authorization.StaticClient client) {
        List<String> uris = new ArrayList<>();
        if (client.redirectUris().isEmpty()) {
            diagnosis.error(
                    field + ".redirectUris", Reasons.INVALID, "is empty; say where the client's sign-ins lead to.");
        }
        for (int j = 0; j < client.redirectUris().size(); j++) {
            String uri = client.redirectUris().get(j);
            String problem = uri == null ? "must be an absolute URI." : RedirectUris.problem(uri);
            if (problem != null) {
                diagnosis.error(field + ".redirectUris[" + j + "]", Reasons.INVALID, problem);
            } else if (!uris.contains(uri)) {
                uris.add(uri);
            }
        }
        uris.sort(Comparator.naturalOrder());
        return new StaticClient(id, displayName(field, id, client.displayName()), uris, secret(field, client));
    }

    private String displayName(String field, String id, @Nullable String stated) {
        if (stated == null || stated.isBlank()) {
            return id;
        }
        if (Names.hasControls(stated)) {
            diagnosis.error(field + ".displayName", Reasons.INVALID, "has control characters.");
            return id;
        }
        return stated.strip();
    }

    private @Nullable String secret(String field, Authorization.StaticClient client) {
        if (client.secretRef() == null) {
            return null;
        }
        String ref = field + ".secretRef";
        SecretKey key = references.secret(
                diagnosis, diagnosis.resource().name().namespace(), ref, client.secretRef(), "client-secret");
        if (key == null || !references.usableAsText(diagnosis, ref, key)) {
            return null;
        }
        secrets.add(key);
        return key.credential();
    }

    private Redirects redirects(Authorization.Redirects redirects) {
        String field = CLIENTS + ".redirects";
        boolean listed = redirects.hosts() == Authorization.Redirects.Hosts.LIST;
        if (listed && redirects.hostList().isEmpty()) {
            diagnosis.error(field + ".hostList", Reasons.INVALID, "is empty, and hosts is List; name the hosts.");
        }
        if (!listed && !redirects.hostList().isEmpty()) {
            diagnosis.warning(
                    field + ".hostList",
                    Reasons.IGNORED,
                    "counts with hosts: List only; remove it, or set hosts to List.");
        }
        TreeSet<String> hosts = new TreeSet<>();
        for (int i = 0; i < redirects.hostList().size(); i++) {
            String host = redirects.hostList().get(i) == null
                    ? ""
                    : redirects.hostList().get(i).toLowerCase(Locale.ROOT);
            if (isHost(host)) {
                hosts.add(host);
            } else {
                diagnosis.error(
                        field + ".hostList[" + i + "]",
                        Reasons.INVALID,
                        "must be a host name such as app.example.com: no scheme, no port, no wildcard, no underscore.");
            }
        }
        TreeSet<String> schemes = new TreeSet<>();
        for (int i = 0; i < redirects.schemes().size(); i++) {
            String scheme = redirects.schemes().get(i) == null
                    ? ""
                    : redirects.schemes().get(i).toLowerCase(Locale.ROOT);
            String problem = RedirectUris.schemeProblem(scheme);
            if (problem == null) {
                schemes.add(scheme);
            } else {
                diagnosis.error(field + ".schemes[" + i + "]", Reasons.INVALID, problem);
            }
        }
        return new Redirects(
                switch (redirects.hosts()) {
                    case KNOWN_CLIENTS -> Redirects.Hosts.KNOWN_CLIENTS;
                    case ANY -> Redirects.Hosts.ANY;
                    case LIST -> Redirects.Hosts.LISTED;
                },
                listed ? List.copyOf(hosts) : List.of(),
                List.copyOf(schemes));
    }

    private static boolean isHost(String host) {
        return host.length() <= MAX_HOST && HOST.matcher(host).matches();
    }
}
