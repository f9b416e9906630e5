package dev.ostiary.gateway.server.entra;

import org.jspecify.annotations.Nullable;

/**
 * An error of Entra's in words that help: what is wrong, and the field of the app registration to look at. Holds nothing that
 * a user typed and no part of a token.
 *
 * @param code Entra's own, {@code AADSTS} and digits, or the OAuth error code where there is none
 * @param summary one sentence for the user; plain text
 * @param field the field of the app registration or the setting to fix, as the portal or the resource calls it; null when the
 *     administrator cannot fix it there
 * @param fix what to do; plain text
 * @param entraTraceId Entra's correlation id, for its sign-in logs; null when it gave none
 */
public record EntraDiagnosis(
        String code,
        String summary,
        @Nullable String field,
        String fix,
        @Nullable String entraTraceId) {}
