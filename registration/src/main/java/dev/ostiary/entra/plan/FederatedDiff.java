package dev.ostiary.entra.plan;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ostiary.entra.registration.DesiredRegistration;
import dev.ostiary.entra.registration.DesiredRegistration.Credential.Federated;
import dev.ostiary.gateway.config.EntraField;
import java.util.List;

/** The one federated credential of the gateway, known by its name; those of others stay. */
final class FederatedDiff {

    private final Comparison comparison;
    private final DesiredRegistration desired;
    private final ActualRegistration actual;

    FederatedDiff(Comparison comparison) {
        this.comparison = comparison;
        this.desired = comparison.desired();
        this.actual = comparison.actual();
    }

    /** Adds what has to change. */
    void add(Federated needed) {
        String name = name(desired);
        ObjectNode ours = null;
        boolean matches = false;
        for (ObjectNode there : actual.federated()) {
            boolean same = same(there, needed);
            matches |= same;
            if (there.path("name").asText().equals(name)) {
                ours = there;
            } else if (!same) {
                surplus(there);
            }
        }
        if (matches) {
            return;
        }
        ObjectNode body = Diff.object();
        body.set("audiences", Diff.array(List.of(needed.audience())));
        body.put("issuer", needed.issuer());
        if (ours == null) {
            body.put("name", name);
        }
        body.put("subject", needed.subject());
        comparison.change(new Change(
                EntraField.FEDERATED_CREDENTIALS,
                "federatedIdentityCredentials",
                ours == null ? "" : text(ours),
                "issuer " + needed.issuer() + ", subject " + needed.subject() + ", audience " + needed.audience(),
                "a token with exactly these three stands for the gateway, which then keeps no secret; otherwise AADSTS700211,"
                        + " AADSTS700212 or AADSTS700213",
                List.of(
                        ours == null
                                ? new Step.AddFederated(body)
                                : new Step.UpdateFederated(ours.path("id").asText(), body))));
    }

    private void surplus(ObjectNode there) {
        comparison.surplus(
                EntraField.FEDERATED_CREDENTIALS,
                "federatedIdentityCredentials",
                text(there),
                "whoever has such a token is the gateway to Entra",
                List.of(new Step.RemoveFederated(there.path("id").asText())));
    }

    /** The name of the gateway's own, within what Entra allows: letters, digits, dashes, 3 to 120 of them. */
    static String name(DesiredRegistration desired) {
        String name = "ostiary-" + desired.gateway().namespace() + "-"
                + desired.gateway().name().replace('.', '-');
        return name.substring(0, Math.min(120, name.length()));
    }

    private static boolean same(ObjectNode there, Federated needed) {
        return there.path("issuer").asText().equals(needed.issuer())
                && there.path("subject").asText().equals(needed.subject())
                && there.path("audiences").size() == 1
                && there.path("audiences").path(0).asText().equals(needed.audience());
    }

    private static String text(ObjectNode there) {
        return "issuer " + there.path("issuer").asText() + ", subject "
                + there.path("subject").asText() + ", audience "
                + there.path("audiences").path(0).asText();
    }
}
