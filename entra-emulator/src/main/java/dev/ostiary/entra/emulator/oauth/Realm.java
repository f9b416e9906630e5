package dev.ostiary.entra.emulator.oauth;

import dev.ostiary.entra.emulator.directory.AppRegistration;
import dev.ostiary.entra.emulator.directory.Directory;
import dev.ostiary.entra.emulator.directory.FirstPartyApps;
import dev.ostiary.entra.emulator.directory.Tenant;
import dev.ostiary.entra.emulator.objects.LiveDirectory;
import dev.ostiary.entra.emulator.token.Issuers;
import dev.ostiary.entra.emulator.token.Opaque;
import dev.ostiary.entra.emulator.token.SigningKeys;
import dev.ostiary.entra.emulator.token.TokenMint;
import java.time.Clock;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What all endpoints of one emulator share.
 *
 * @param live the directory, which Graph changes
 * @param graphOrigin origin of the emulated Graph, which is one more name of Graph as a resource
 * @param autoLogin whether a `login_hint` signs its user in without a page
 * @param trustedKeySets key sets of external issuers, by issuer
 * @param clientDocuments whether an HTTPS URL may be a client id, and whose
 * @param openPoints what public sources leave open
 */
public record Realm(
        LiveDirectory live,
        Clock clock,
        Opaque opaque,
        Issuers issuers,
        TokenMint mint,
        SigningKeys keys,
        String graphOrigin,
        ResourceMode resourceMode,
        boolean autoLogin,
        Map<String, String> trustedKeySets,
        ClientDocuments clientDocuments,
        OpenPoints openPoints) {

    /** The directory as of now. */
    Directory directory() {
        return live.current();
    }

    Instant now() {
        return clock.instant();
    }

    /** Whether a client id is the URL of a document that may be one. */
    boolean isDocument(@Nullable String clientId) {
        return clientId != null && clientDocuments.admits(clientId);
    }

    /**
     * The client, as an authority sees it.
     *
     * @throws EntraException when it is unknown, disabled, or not for many tenants at a shared authority
     */
    AppRegistration client(Authority authority, String clientId) {
        if (!isDocument(clientId)) {
            // A client that was made of a document is known by the id of its agent identity, too.
            return clientDocuments.byAppId(clientId).orElseGet(() -> authority.client(live, clientId));
        }
        return clientDocuments
                .client(clientId)
                .orElseThrow(() -> new EntraException(ClientErrors.notFound(clientId, authority.segment())));
    }

    /** The API with this identifier, exactly. */
    Optional<AppRegistration> resource(Tenant tenant, String identifier) {
        if (identifier.equals(graphOrigin) || identifier.equals(graphOrigin + "/")) {
            return Optional.of(FirstPartyApps.GRAPH);
        }
        return directory().resource(tenant, identifier);
    }
}
