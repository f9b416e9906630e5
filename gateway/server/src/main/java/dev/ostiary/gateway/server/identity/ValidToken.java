package dev.ostiary.gateway.server.identity;

/**
 * An access token that this tenant issued and that has not ended: everything that holds whatever the route. Whether it is
 * good for a route is for {@link RouteAdmission} to say, each time.
 *
 * @param principal who
 * @param version of the token's format
 * @param audience {@code aud}, not compared with anything yet
 * @param groups what is known of the groups
 * @param expiresMillis {@code exp}, milliseconds since 1970; from this instant on the token is refused
 */
record ValidToken(Principal principal, Version version, String audience, Groups groups, long expiresMillis) {

    /** Entra's token formats, by {@code ver}. */
    enum Version {
        V1,
        V2
    }

    /** What {@link Principal#groups} is worth. */
    enum Groups {
        /** All of them, as Entra was told to emit them. */
        LISTED,
        /** The token points elsewhere because there are too many; the list is empty. */
        LEFT_OUT,
        /** Some are names, not object ids, and names are not unique; those are missing from the list. */
        NAMED
    }
}
