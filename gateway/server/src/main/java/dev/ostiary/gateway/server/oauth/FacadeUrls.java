package dev.ostiary.gateway.server.oauth;

import java.net.URI;
import java.util.Locale;

/**
 * Where the facade is, as its clients see it. Its issuer is the public origin, without a slash at the end and without a path:
 * some clients look for the metadata at the root alone.
 *
 * @param issuer compared character by character by clients (RFC 8414 §3.3, RFC 9207 §2.4)
 */
record FacadeUrls(String issuer) {

    static final String METADATA_PATH = "/.well-known/oauth-authorization-server";
    static final String OPENID_PATH = "/.well-known/openid-configuration";
    static final String AUTHORIZE_PATH = "/authorize";
    static final String CONSENT_PATH = "/consent";
    static final String CALLBACK_PATH = "/oauth/callback";
    static final String TOKEN_PATH = "/token";
    static final String REVOKE_PATH = "/revoke";
    static final String REGISTER_PATH = "/register";
    static final String JWKS_PATH = "/jwks.json";
    static final String GRANTS_PATH = "/grants";

    /** @param publicUrl scheme, host and optional port */
    static FacadeUrls of(URI publicUrl) {
        return new FacadeUrls(publicUrl.toString());
    }

    String at(String path) {
        return issuer + path;
    }

    /** Where Entra sends the browser back to; registered there. */
    URI callback() {
        return URI.create(at(CALLBACK_PATH));
    }

    /** False on loopback http alone, where browsers keep no secure cookies. */
    boolean secure() {
        return issuer.toLowerCase(Locale.ROOT).startsWith("https:");
    }
}
