package dev.ostiary.gateway.config;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import org.jspecify.annotations.Nullable;

/** How the gateway proves to Entra that it is its registration. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
    @JsonSubTypes.Type(value = EntraCredential.None.class, name = "None"),
    @JsonSubTypes.Type(value = EntraCredential.ClientSecret.class, name = "ClientSecret"),
    @JsonSubTypes.Type(value = EntraCredential.Certificate.class, name = "Certificate"),
    @JsonSubTypes.Type(value = EntraCredential.WorkloadIdentity.class, name = "WorkloadIdentity"),
    @JsonSubTypes.Type(value = EntraCredential.ManagedIdentity.class, name = "ManagedIdentity")
})
public sealed interface EntraCredential {

    /** It cannot: enough to validate tokens, and for nothing else. */
    record None() implements EntraCredential {}

    /**
     * A client secret.
     *
     * @param credential its key in {@link Credentials}
     */
    record ClientSecret(String credential) implements EntraCredential {}

    /**
     * A certificate and its private key.
     *
     * @param certificate the key of the PEM certificate (chain) in {@link Credentials}
     * @param privateKey the key of the PEM PKCS#8 private key in {@link Credentials}
     */
    record Certificate(String certificate, String privateKey) implements EntraCredential {}

    /** The pod's projected service-account token ({@code AZURE_FEDERATED_TOKEN_FILE}), federated with the registration. */
    record WorkloadIdentity() implements EntraCredential {}

    /**
     * An Azure managed identity, federated with the registration.
     *
     * @param clientId of a user-assigned identity, lower case; null: the system-assigned one
     */
    record ManagedIdentity(@Nullable String clientId) implements EntraCredential {}
}
