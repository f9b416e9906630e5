package dev.ostiary.connect.az;

import dev.ostiary.connect.diagnostics.ConnectFailure;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Why {@code az} gave no token, by what it prints (azure-cli: core/_profile.py, core/auth/util.py), with what to do. A login may cure
 * some of them.
 */
enum AzProblem {
    NOT_LOGGED_IN(true),
    NO_SUBSCRIPTION(true),
    UNKNOWN_SUBSCRIPTION(false),
    NOT_CONSENTED(true),
    UNKNOWN_RESOURCE(false),
    WRONG_TENANT(false),
    NOT_ASSIGNED(false),
    CONDITIONAL_ACCESS(true),
    CLAIMS_CHALLENGE(false),
    LOGIN_EXPIRED(true),
    TENANT_WITH_MANAGED_IDENTITY(false),
    INTERACTION(true),
    OFFLINE(false),
    OTHER(false);

    private static final Pattern CODE = Pattern.compile("AADSTS(\\d{4,9})");
    private static final int QUOTED = 300;

    private final boolean curedByLogin;

    AzProblem(boolean curedByLogin) {
        this.curedByLogin = curedByLogin;
    }

    boolean isCuredByLogin() {
        return curedByLogin;
    }

    /** Reads standard error. */
    static AzProblem of(String err) {
        String text = err.toLowerCase(Locale.ROOT);
        if (text.contains("tenant shouldn't be specified")) {
            return TENANT_WITH_MANAGED_IDENTITY;
        }
        if (text.contains("no subscription found")) {
            return NO_SUBSCRIPTION;
        }
        if (text.contains("subscription '") && text.contains("not found")) {
            return UNKNOWN_SUBSCRIPTION;
        }
        Matcher code = CODE.matcher(err);
        if (code.find()) {
            return switch (code.group(1)) {
                case "65001", "65002", "65004" -> NOT_CONSENTED;
                case "500011", "50001", "70011", "650057", "28002", "9010010" -> UNKNOWN_RESOURCE;
                case "90002", "50020", "900023", "50034", "90072", "700016" -> WRONG_TENANT;
                case "50105" -> NOT_ASSIGNED;
                case "53000", "53001", "53002", "53003", "530002", "530003", "530032" -> CONDITIONAL_ACCESS;
                case "700082", "50173", "70043", "70044", "700084", "50133", "70008", "50132" -> LOGIN_EXPIRED;
                default -> claimsOr(text, INTERACTION);
            };
        }
        if (text.contains("az logout")) {
            return CLAIMS_CHALLENGE;
        }
        if (text.contains("az login") || text.contains("msal token cache")) {
            return NOT_LOGGED_IN;
        }
        if (text.contains("connection error")
                || text.contains("failed to resolve")
                || text.contains("max retries exceeded")) {
            return OFFLINE;
        }
        return OTHER;
    }

    private static AzProblem claimsOr(String text, AzProblem otherwise) {
        return text.contains("az logout") ? CLAIMS_CHALLENGE : otherwise;
    }

    /** What to tell the user; quotes the line of the error, which holds no secret. */
    ConnectFailure failure(String err, AzRequest request, boolean afterLogin) {
        String tenant = request.tenant() == null ? "" : " --tenant " + request.tenant();
        String target = request.target();
        String login = "az login" + tenant + " --allow-no-subscriptions --scope "
                + (request.resource() == null ? target : target + "/.default");
        String quoted = firstLine(err);
        String lead = afterLogin ? "logged in, but there is no token for " + target : "no token for " + target;
        return switch (this) {
            case NOT_LOGGED_IN -> ConnectFailure.refused("az is not logged in", "run: " + login);
            case NO_SUBSCRIPTION ->
                ConnectFailure.refused(
                        "az has no default subscription",
                        "run: " + login + " (or choose one: az account set --subscription NAME)");
            case UNKNOWN_SUBSCRIPTION ->
                ConnectFailure.refused(
                        lead + ": " + quoted, "choose another subscription: az account set --subscription NAME");
            case NOT_CONSENTED ->
                ConnectFailure.refused(
                        lead + ": the API does not know the Azure CLI as a client (" + quoted + ")",
                        "ask the API's owner to add 04b07795-8ddb-461a-bbee-02f9e1bf7b46 under \"Expose an API\", \"Authorized"
                                + " client applications\"; or consent yourself: " + login);
            case UNKNOWN_RESOURCE ->
                ConnectFailure.refused(
                        lead + ": the tenant does not know this resource or scope (" + quoted + ")",
                        "check MCP_ENTRA_RESOURCE (or --resource, --scope) and the tenant against the app registration");
            case WRONG_TENANT ->
                ConnectFailure.refused(
                        lead + ": wrong tenant (" + quoted + ")",
                        "set MCP_ENTRA_TENANT or --tenant, then run: " + login);
            case NOT_ASSIGNED ->
                ConnectFailure.refused(
                        lead + ": you are not assigned to the application (" + quoted + ")",
                        "ask an administrator to assign you, or a group of yours, to the enterprise application");
            case CONDITIONAL_ACCESS ->
                ConnectFailure.refused(
                        lead + ": a conditional access policy refuses it (" + quoted + ")",
                        "sign in from a device or place that the policy accepts: " + login);
            case CLAIMS_CHALLENGE ->
                ConnectFailure.refused(
                        lead + ": the sign-in must be done again with what the policy asks for (" + quoted + ")",
                        "run: az logout, then: " + login);
            case LOGIN_EXPIRED ->
                ConnectFailure.refused("the login of az has expired (" + quoted + ")", "run: " + login);
            case TENANT_WITH_MANAGED_IDENTITY ->
                ConnectFailure.refused(
                        lead + ": az uses a managed identity, for which no tenant may be named",
                        "leave MCP_ENTRA_TENANT and --tenant out");
            case INTERACTION -> ConnectFailure.refused(lead + ": " + quoted, "run: " + login);
            case OFFLINE ->
                ConnectFailure.environment(
                        "az cannot reach the tenant (" + quoted + ")", "check the network, the VPN and the proxy");
            case OTHER ->
                ConnectFailure.refused(
                        lead + (quoted.isEmpty() ? "" : ": " + quoted),
                        "run it yourself and see what az says: az " + String.join(" ", request.tokenArguments()));
        };
    }

    private static String firstLine(String err) {
        String line = err.lines()
                .map(String::strip)
                .filter(text -> !text.isEmpty() && !text.startsWith("WARNING"))
                .findFirst()
                .orElse("")
                .replaceFirst("^ERROR: ", "");
        int trace = line.indexOf(" Trace ID:");
        line = trace > 0 ? line.substring(0, trace) : line;
        return line.length() > QUOTED ? line.substring(0, QUOTED) + "…" : line;
    }
}
