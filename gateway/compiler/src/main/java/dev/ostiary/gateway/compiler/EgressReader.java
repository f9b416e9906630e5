package dev.ostiary.gateway.compiler;

import dev.ostiary.crds.GatewayEgress;
import dev.ostiary.gateway.config.EgressSettings;
import dev.ostiary.gateway.config.egress.TrustAnchors;
import java.net.URI;
import java.security.cert.CertificateException;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads {@code spec.egress} of a gateway. */
final class EgressReader {

    private static final String FIELD = "spec.egress";
    private static final Pattern HOST = Pattern.compile("\\.?[a-z0-9]([-a-z0-9.]*[a-z0-9])?|\\[?[0-9a-f:.]+]?");

    private final References references;
    private final Diagnosis diagnosis;
    private final String namespace;

    EgressReader(References references, Diagnosis diagnosis, String namespace) {
        this.references = references;
        this.diagnosis = diagnosis;
        this.namespace = namespace;
    }

    EgressSettings read(@Nullable GatewayEgress egress) {
        if (egress == null) {
            return EgressSettings.DIRECT;
        }
        GatewayEgress.Proxy proxy =
                egress.proxy() != null ? egress.proxy() : new GatewayEgress.Proxy(null, null, List.of());
        TreeSet<String> direct = new TreeSet<>();
        for (int i = 0; i < proxy.noProxy().size(); i++) {
            String host = proxy.noProxy().get(i).toLowerCase(Locale.ROOT);
            if (HOST.matcher(host).matches()) {
                direct.add(host);
            } else {
                diagnosis.error(
                        FIELD + ".proxy.noProxy[" + i + "]",
                        Reasons.INVALID,
                        "must be a host name, or a suffix with a leading dot such as .svc.");
            }
        }
        return new EgressSettings(
                proxyUrl("https", proxy.https()),
                proxyUrl("http", proxy.http()),
                List.copyOf(direct),
                caBundle(egress));
    }

    private @Nullable URI proxyUrl(String field, @Nullable String text) {
        if (text == null) {
            return null;
        }
        URI origin = WebAddress.origin(text);
        if (origin == null || !origin.getScheme().equals("http")) {
            diagnosis.error(
                    FIELD + ".proxy." + field,
                    Reasons.INVALID,
                    "must be the http origin of a forward proxy, such as http://proxy:3128, without user and password.");
            return null;
        }
        return origin;
    }

    private @Nullable String caBundle(GatewayEgress egress) {
        GatewayEgress.ConfigMapKeyRef ref = egress.caBundleRef();
        if (ref == null) {
            return null;
        }
        String field = FIELD + ".caBundleRef";
        String pem = references.configMap(diagnosis, namespace, field, ref.name(), ref.key());
        if (pem == null) {
            return null;
        }
        try {
            TrustAnchors.read(pem);
        } catch (CertificateException e) {
            diagnosis.error(
                    field,
                    Reasons.INVALID_CERTIFICATE,
                    "key " + ref.key() + " must hold certificates in PEM form, and nothing but comments beside them.");
            return null;
        }
        return pem;
    }
}
