package dev.ostiary.crds;

/** Names of the API that do not change within a version. */
public final class Api {

    /** The API group. */
    public static final String GROUP = "ostiary.dev";

    /** The version of every kind. */
    public static final String VERSION = "v1alpha1";

    /** What {@code apiVersion} says. */
    public static final String API_VERSION = GROUP + "/" + VERSION;

    /** A GUID, as Entra writes ids. */
    public static final String GUID = "^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$";
    /** RFC 1123 label. */
    public static final String DNS_LABEL = "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$";
    /** RFC 1123 subdomain: labels with dots between them. */
    public static final String DNS_SUBDOMAIN = "^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$";

    /** One to four numbers with a unit, as Kubernetes writes durations (GEP-2257), and days, which come first. */
    public static final String DURATION = "^[0-9]{1,5}(d|h|m|s|ms)([0-9]{1,5}(h|m|s|ms)){0,3}$";

    /** The longest {@link #DURATION}. */
    static final int DURATION_LENGTH = 28;

    /** A SHA-256, in hexadecimal. */
    static final String SHA_256 = "^[0-9a-f]{64}$";

    /** Without white space. */
    public static final String NO_SPACES = "^\\S+$";

    /** Scheme, host and optional port. */
    public static final String ORIGIN = "^https?://[^/?#@\\s]+$";

    /** An absolute http or https URL without fragment. */
    public static final String HTTP_URL = "^https?://[^/?#@\\s]+[^#\\s]*$";

    /** A header's name: RFC 9110 section 5.1, token. */
    public static final String HEADER_NAME = "^[!#$%&'*+.^_`|~0-9A-Za-z-]+$";

    /** A key in the data of a Secret or ConfigMap. */
    public static final String SECRET_KEY = "^[-._a-zA-Z0-9]+$";

    private Api() {}
}
