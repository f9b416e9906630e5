package dev.ostiary.crds;

/**
 * Parts of validation rules in CEL, the language of {@code x-kubernetes-validations}, that several rules share. What they
 * say is said again by the compiler, in the same words: files have no API server.
 */
final class Rules {

    /** An origin that nobody between can listen to: https, or a loopback host. */
    static final String SAFE_ORIGIN =
            "self.matches(r'^(https://([A-Za-z0-9]([-A-Za-z0-9.]*[A-Za-z0-9])?|\\[[0-9a-fA-F:.]+\\])"
                    + "|http://(localhost|127\\.0\\.0\\.1|\\[::1\\]))(:[0-9]{1,5})?$')";

    /** A GUID. */
    static final String GUID = "self.matches('" + Api.GUID + "')";

    /** No character that shows people something else than what is there. */
    static final String PLAIN_TEXT = "self.matches(r'^[^\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}]*$')";

    /** A URL with a name of a user, or one whose host name nobody can look up. */
    static final String USER_OR_UNDERSCORE = "self.matches(r'^https?://[^/?#]*[@_]')";

    /** Paths of the gateway itself; see {@code RouteNames} of the compiler. */
    static final String RESERVED_ROUTES =
            "['.well-known', 'authorize', 'consent', 'oauth', 'token', 'register', 'revoke', "
                    + "'introspect', 'userinfo', 'logout', 'grants', 'jwks.json', 'healthz', 'livez', 'readyz', 'metrics', 'admin', "
                    + "'api', 'assets', 'static', 'favicon.ico', 'robots.txt', 'sse', 'mcp']";

    /** Headers that cannot carry a credential; see {@code UpstreamAuthReader} of the compiler. */
    static final String USED_HEADERS = "['accept', 'accept-encoding', 'baggage', 'cache-control', 'connection', "
            + "'content-encoding', 'content-length', 'content-type', 'cookie', 'date', 'expect', 'forwarded', 'host', "
            + "'http2-settings', 'keep-alive', 'last-event-id', 'origin', 'referer', 'set-cookie', 'te', 'traceparent', "
            + "'tracestate', 'trailer', 'transfer-encoding', 'upgrade', 'user-agent', 'via']";

    /** Beginnings of such headers. */
    static final String USED_HEADER_PREFIXES =
            "['proxy-', 'x-forwarded-', 'mcp-', 'ostiary-', 'sec-', 'access-control-']";

    /** URI schemes that browsers and operating systems give another meaning; see {@code RedirectUris} of the compiler. */
    static final String USED_SCHEMES =
            "['http', 'https', 'about', 'blob', 'chrome', 'chrome-extension', 'content', 'data', "
                    + "'edge', 'file', 'filesystem', 'ftp', 'intent', 'jar', 'javascript', 'ldap', 'mailto', 'moz-extension', 'ms-msdt', "
                    + "'resource', 'search-ms', 'sms', 'tel', 'urn', 'vbscript', 'view-source', 'ws', 'wss']";

    /** On {@code spec} of a gateway. */
    static final String FACADE_ENABLED =
            "(!has(self.authorization) || !has(self.authorization.facade) || self.authorization.facade == 'Enabled')";

    private Rules() {}
}
