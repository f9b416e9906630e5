package dev.ostiary.entra.emulator.oauth;

import dev.ostiary.entra.emulator.directory.AppRegistration;
import dev.ostiary.entra.emulator.directory.AppRegistration.SignInAudience;
import dev.ostiary.entra.emulator.directory.Directory;
import dev.ostiary.entra.emulator.directory.FirstPartyApps;
import dev.ostiary.entra.emulator.directory.Tenant;
import dev.ostiary.entra.emulator.objects.LiveDirectory;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The tenant part of a URL.
 *
 * @param segment as requested
 * @param tenant null for {@code common}, {@code organizations} and {@code consumers}
 */
record Authority(String segment, @Nullable Tenant tenant) {

    private static final Pattern DOMAIN =
            Pattern.compile("([a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?\\.)+[a-zA-Z]{2,63}");
    private static final Pattern GUID = Pattern.compile("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}");

    /**
     * Reads the segment.
     *
     * @throws EntraException for tenants that do not exist
     */
    static Authority of(Directory directory, String segment) {
        if (segment.equals("common") || segment.equals("organizations") || segment.equals("consumers")) {
            return new Authority(segment, null);
        }
        if (segment.equals("00000000-0000-0000-0000-000000000000")) {
            throw new EntraException(EntraErrors.tenantEmptyGuid());
        }
        if (!GUID.matcher(segment).matches() && !DOMAIN.matcher(segment).matches()) {
            throw new EntraException(EntraErrors.tenantMalformed(segment));
        }
        return new Authority(
                segment,
                directory.tenant(segment).orElseThrow(() -> new EntraException(EntraErrors.tenantNotFound(segment))));
    }

    /**
     * The client as this authority sees it.
     *
     * @throws EntraException when it is unknown, disabled, or not for many tenants at a shared authority
     */
    AppRegistration client(LiveDirectory live, String clientId) {
        Directory directory = live.current();
        AppRegistration app = tenant == null ? anywhere(directory, clientId) : here(directory, tenant, clientId);
        if (!app.enabled()) {
            throw new EntraException(ClientErrors.disabled(app));
        }
        return app;
    }

    private static AppRegistration here(Directory directory, Tenant tenant, String clientId) {
        AppRegistration app = directory
                .app(tenant, clientId)
                .orElseThrow(() -> new EntraException(ClientErrors.notFound(clientId, tenant.displayName())));
        if (app.signInAudience() == SignInAudience.PersonalMicrosoftAccount) {
            throw new EntraException(ClientErrors.personalAccountsOnly(app));
        }
        return app;
    }

    private AppRegistration anywhere(Directory directory, String clientId) {
        AppRegistration app = directory
                .homeOf(clientId)
                .flatMap(home -> home.app(clientId))
                .or(() -> FirstPartyApps.find(clientId))
                .orElseThrow(() -> new EntraException(ClientErrors.notFound(clientId, segment)));
        if (app.signInAudience() == SignInAudience.AzureADMyOrg) {
            throw new EntraException(EntraErrors.notMultiTenant(app));
        }
        return app;
    }
}
