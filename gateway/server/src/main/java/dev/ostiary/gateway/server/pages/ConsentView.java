package dev.ostiary.gateway.server.pages;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the consent page says.
 *
 * @param clientName who asks
 * @param selfAsserted whether nobody but the client vouches for that name
 * @param documentHost the host of the document that describes the client; null when it has none
 * @param redirectHost where the answer goes: a host name, or what stands for it with a private scheme
 * @param redirectScheme {@code https}, {@code http} (loopback) or a private one
 * @param onThisDevice whether the answer goes to a program on the user's own machine
 * @param workload the server's display name
 * @param resource the route's URL
 * @param scopes in words, already in the user's language
 * @param formAction where the decision is posted
 * @param token the sealed transaction with its protection against forgery; a hidden field
 * @param rememberOffered whether the user may ask for the approval to be remembered
 * @param deniedBefore whether a remembered denial is in force, which the user may change
 */
public record ConsentView(
        String clientName,
        boolean selfAsserted,
        @Nullable String documentHost,
        String redirectHost,
        String redirectScheme,
        boolean onThisDevice,
        String workload,
        String resource,
        List<String> scopes,
        String formAction,
        String token,
        boolean rememberOffered,
        boolean deniedBefore) {

    public ConsentView {
        scopes = List.copyOf(scopes);
    }
}
