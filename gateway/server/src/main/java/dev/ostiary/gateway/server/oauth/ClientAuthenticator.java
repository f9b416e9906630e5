package dev.ostiary.gateway.server.oauth;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Who a request to the token or revocation endpoint is from, proven the way that was registered for that client and no other
 * (RFC 6749 §2.3, RFC 7523 §2.2). Two ways at once are refused; so is a proof by a client that has registered none, which
 * nobody could check.
 */
final class ClientAuthenticator {

    private static final int MAX_BASIC_CHARS = 8 * 1024;
    private static final String ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

    private final Clients clients;
    private final ClientAssertions assertions;

    ClientAuthenticator(Clients clients, ClientAssertions assertions) {
        this.clients = clients;
        this.assertions = assertions;
    }

    /** What a request says about its client. */
    private sealed interface Claimed {
        record Public(String id) implements Claimed {}

        record WithSecret(String id, String secret) implements Claimed {}

        record WithAssertion(String id, String assertion) implements Claimed {}
    }

    /**
     * The client.
     *
     * @throws OAuthException 401 {@code invalid_client} when it is unknown or has not proven who it is; 400
     *     {@code invalid_request} when it tries to in two ways
     */
    Client authenticate(OAuthRequest request) throws OAuthException {
        return switch (claimed(request)) {
            case Claimed.Public(String id) -> {
                Client client = clients.find(id);
                if (client.authentication() != Client.Authentication.NONE) {
                    throw invalidClient("this client has to authenticate itself");
                }
                yield client;
            }
            case Claimed.WithSecret(String id, String secret) -> {
                Client client = clients.find(id);
                if (client.authentication() != Client.Authentication.SECRET || !clients.isSecretOf(client, secret)) {
                    throw invalidClient("the client authentication failed");
                }
                yield client;
            }
            case Claimed.WithAssertion(String id, String assertion) -> {
                Client client = clients.find(id);
                if (client.authentication() != Client.Authentication.PRIVATE_KEY_JWT) {
                    throw invalidClient("the client authentication failed");
                }
                assertions.verify(client, assertion);
                yield client;
            }
        };
    }

    /** Whether a request has tried HTTP authentication, and so has to be told how (RFC 6749 §5.2). */
    static boolean usesHeader(OAuthRequest request) {
        return !request.authorization().isEmpty();
    }

    private static Claimed claimed(OAuthRequest request) throws OAuthException {
        Parameters form = request.parameters();
        String id = form.get("client_id");
        String secret = form.get("client_secret");
        String assertion = form.get("client_assertion");
        String assertionType = form.get("client_assertion_type");
        boolean inHeader = usesHeader(request);
        boolean asserts = assertion != null || assertionType != null;
        if ((inHeader && (secret != null || asserts)) || (secret != null && asserts)) {
            throw OAuthException.invalidRequest("the client authenticates itself in more than one way");
        }
        if (inHeader) {
            return basic(request, id);
        }
        if (asserts) {
            return assertion(id, assertion, assertionType);
        }
        if (id == null) {
            throw invalidClient("the request does not say which client it is from");
        }
        return secret == null ? new Claimed.Public(id) : new Claimed.WithSecret(id, secret);
    }

    private static Claimed assertion(@Nullable String id, @Nullable String assertion, @Nullable String type)
            throws OAuthException {
        if (assertion == null || !ASSERTION_TYPE.equals(type)) {
            throw invalidClient("client_assertion and client_assertion_type do not fit together");
        }
        String subject = ClientAssertions.subject(assertion);
        if (subject == null || (id != null && !id.equals(subject))) {
            throw invalidClient("the client authentication failed");
        }
        return new Claimed.WithAssertion(subject, assertion);
    }

    /** RFC 6749 §2.3.1: id and secret are form-encoded before they go into Basic (RFC 7617). */
    private static Claimed basic(OAuthRequest request, @Nullable String idInForm) throws OAuthException {
        if (request.authorization().size() > 1) {
            throw OAuthException.invalidRequest("there is more than one Authorization header");
        }
        String header = request.authorization().getFirst();
        int blank = header.indexOf(' ');
        String scheme = blank < 0 ? header : header.substring(0, blank);
        if (blank < 0 || !scheme.toLowerCase(Locale.ROOT).equals("basic") || header.length() > MAX_BASIC_CHARS) {
            throw invalidClient("clients authenticate themselves with Basic, client_secret_post or private_key_jwt");
        }
        String pair;
        try {
            byte[] bytes =
                    Base64.getDecoder().decode(header.substring(blank + 1).strip());
            pair = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (IllegalArgumentException | CharacterCodingException malformed) {
            throw invalidClient("the Authorization header is malformed");
        }
        int colon = pair.indexOf(':');
        if (colon <= 0) {
            throw invalidClient("the Authorization header is malformed");
        }
        String id = formDecoded(pair.substring(0, colon));
        String secret = formDecoded(pair.substring(colon + 1));
        if (idInForm != null && !idInForm.equals(id)) {
            throw OAuthException.invalidRequest("the Authorization header and client_id name different clients");
        }
        // An empty password is how some libraries send a public client's id.
        return secret.isEmpty() ? new Claimed.Public(id) : new Claimed.WithSecret(id, secret);
    }

    private static String formDecoded(String text) throws OAuthException {
        if (text.indexOf('%') < 0 && text.indexOf('+') < 0) {
            return text;
        }
        try {
            String decoded = Parameters.read("v=" + text.replace("&", "%26")).get("v");
            return decoded == null ? "" : decoded;
        } catch (OAuthException malformed) {
            throw invalidClient("the Authorization header is malformed");
        }
    }

    static OAuthException invalidClient(String description) {
        return new OAuthException(401, "invalid_client", description);
    }
}
