package dev.ostiary.entra.plan;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

/** One write at Graph. Each can be repeated, and none depends on a later one. Holds no secret. */
public sealed interface Step {

    /** Makes the application. */
    record CreateApplication(ObjectNode body) implements Step {}

    /** Changes some of its members. */
    record UpdateApplication(ObjectNode body) implements Step {}

    /** Makes the enterprise application. */
    record CreateServicePrincipal() implements Step {}

    /** Changes some of its members. */
    record UpdateServicePrincipal(ObjectNode body) implements Step {}

    /** Adds a federated credential. */
    record AddFederated(ObjectNode body) implements Step {}

    /** Changes one. */
    record UpdateFederated(String id, ObjectNode body) implements Step {}

    /** Removes one. */
    record RemoveFederated(String id) implements Step {}

    /** Makes a client secret or a certificate and registers it. */
    record MakeCredential() implements Step {}

    /**
     * Consents, for the whole tenant, to delegated permissions.
     *
     * @param grantId of the consent that there is; null: none
     * @param api object id of the API's service principal
     * @param scopes all of them, with spaces between
     */
    record Consent(@Nullable String grantId, String api, String scopes) implements Step {}

    /**
     * Consents to an application permission.
     *
     * @param api object id of the API's service principal
     * @param role id of the permission
     */
    record Assign(String api, String role) implements Step {}
}
