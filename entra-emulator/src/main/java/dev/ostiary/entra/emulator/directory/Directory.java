package dev.ostiary.entra.emulator.directory;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * All tenants of one emulator.
 *
 * @param tenants at least one; the first is the one that {@code tokens()} mints for unless told otherwise
 */
public record Directory(List<Tenant> tenants) {

    public Directory {
        tenants = Lists.orEmpty(tenants);
        if (tenants.isEmpty()) {
            throw new IllegalArgumentException("a directory needs at least one tenant: add one to 'tenants'");
        }
    }

    /** A directory of these tenants. */
    public static Directory of(Tenant... tenants) {
        return new Directory(List.of(tenants));
    }

    /** The tenant with this id or verified domain (any case). */
    public Optional<Tenant> tenant(String idOrDomain) {
        String wanted = idOrDomain.toLowerCase(Locale.ROOT);
        return tenants.stream()
                .filter(tenant -> tenant.id().toLowerCase(Locale.ROOT).equals(wanted)
                        || tenant.domain().toLowerCase(Locale.ROOT).equals(wanted))
                .findFirst();
    }

    /** The tenant that this user belongs to. */
    public Optional<Tenant> tenantOf(User user) {
        return tenants.stream()
                .filter(tenant -> tenant.users().stream()
                        .anyMatch(candidate -> candidate.oid().equals(user.oid())))
                .findFirst();
    }

    /** The tenant in which this app is registered. */
    public Optional<Tenant> homeOf(String appId) {
        return tenants.stream().filter(tenant -> tenant.app(appId).isPresent()).findFirst();
    }

    /**
     * The app as {@code tenant} sees it: registered there, registered elsewhere for many tenants, or one of
     * Microsoft's own.
     */
    public Optional<AppRegistration> app(Tenant tenant, String appId) {
        return tenant.app(appId)
                .or(() -> tenants.stream()
                        .flatMap(other -> other.apps().stream())
                        .filter(app -> app.appId().equals(appId)
                                && app.signInAudience() == AppRegistration.SignInAudience.AzureADMultipleOrgs)
                        .findFirst())
                .or(() -> FirstPartyApps.find(appId));
    }

    /** The API that owns this identifier URI, or has this client id, as {@code tenant} sees it. */
    public Optional<AppRegistration> resource(Tenant tenant, String identifier) {
        Optional<AppRegistration> byId = app(tenant, identifier);
        if (byId.isPresent()) {
            return byId;
        }
        return tenant.apps().stream()
                .filter(app -> app.identifierUris().contains(identifier))
                .findFirst()
                .or(() -> tenants.stream()
                        .flatMap(other -> other.apps().stream())
                        .filter(app -> app.signInAudience() == AppRegistration.SignInAudience.AzureADMultipleOrgs
                                && app.identifierUris().contains(identifier))
                        .findFirst())
                .or(() -> FirstPartyApps.byIdentifier(identifier));
    }
}
