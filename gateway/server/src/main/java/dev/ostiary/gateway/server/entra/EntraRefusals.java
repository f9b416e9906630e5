package dev.ostiary.gateway.server.entra;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ostiary.gateway.server.entra.EntraRefusedException.Meaning;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Turns error answers of Entra into refusals. A claims challenge or an OAuth error that asks for the user decides before any
 * number does; an unknown number leaves the decision to the OAuth error. Nothing of the texts is passed on.
 */
final class EntraRefusals {

    private static final Pattern NUMBER = Pattern.compile("AADSTS(\\d{4,8})");
    private static final Pattern CORRELATION =
            Pattern.compile("Correlation ID: ([0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})");
    private static final Pattern OAUTH_ERROR = Pattern.compile("[a-z_]{1,40}");
    private static final int MAX_DESCRIPTION = 4_096;
    private static final int MAX_CLAIMS = 8_192;
    private static final JsonObjects CLAIMS = new JsonObjects(8, MAX_CLAIMS);

    private EntraRefusals() {}

    /** The refusal in an error answer of the token endpoint (RFC 6749 §5.2 and Microsoft's additions). */
    static EntraRefusedException of(ObjectNode body) {
        String error = String.valueOf(body.path("error").textValue());
        String description = body.path("error_description").textValue();
        String correlation = Texts.guid(body.path("correlation_id").textValue());
        int number = number(body.path("error_codes"), description);
        return refusal(
                error,
                number,
                correlation == null ? correlation(description) : correlation,
                claims(body.path("claims").textValue()));
    }

    /** The refusal in an error that came back on the redirect (RFC 6749 §4.1.2.1). */
    static EntraRefusedException of(String error, @Nullable String description) {
        return refusal(error, number(description), correlation(description), null);
    }

    /** Whether an error answer says that Entra could not decide. */
    static boolean isTransient(ObjectNode body) {
        String error = String.valueOf(body.path("error").textValue());
        return error.equals("temporarily_unavailable")
                || error.equals("server_error")
                || AadErrors.TRANSIENT.contains(number(
                        body.path("error_codes"), body.path("error_description").textValue()));
    }

    private static EntraRefusedException refusal(
            String error, int number, @Nullable String correlation, @Nullable String claims) {
        AadErrors.Explanation row = AadErrors.explain(number);
        Meaning meaning = row == null ? meaning(error) : row.meaning();
        boolean userIsAsked = claims != null
                || error.equals("interaction_required")
                || error.equals("login_required")
                || error.equals("consent_required");
        if (userIsAsked && meaning != Meaning.USER_REFUSED) {
            meaning = Meaning.SIGN_IN_AGAIN;
        }
        if (claims != null) {
            // Whatever the number says, there is a way on.
            meaning = Meaning.SIGN_IN_AGAIN;
        }
        String code =
                number > 0 ? "AADSTS" + number : OAUTH_ERROR.matcher(error).matches() ? error : "unknown_error";
        EntraDiagnosis diagnosis = row == null
                ? new EntraDiagnosis(code, summary(meaning), null, fix(meaning), correlation)
                : new EntraDiagnosis(code, row.summary(), row.field(), row.fix(), correlation);
        return new EntraRefusedException(meaning, diagnosis, claims);
    }

    private static Meaning meaning(String error) {
        return switch (error) {
            case "invalid_grant" -> Meaning.GRANT_ENDED;
            case "access_denied" -> Meaning.USER_REFUSED;
            case "interaction_required",
                    "login_required",
                    "consent_required",
                    "server_error",
                    "temporarily_unavailable" -> Meaning.SIGN_IN_AGAIN;
            default -> Meaning.MISCONFIGURED;
        };
    }

    private static String summary(Meaning meaning) {
        return switch (meaning) {
            case SIGN_IN_AGAIN -> "Entra wants you to sign in again.";
            case GRANT_ENDED -> "Your sign-in is no longer valid.";
            case MISCONFIGURED -> "Entra does not accept the gateway's request.";
            case USER_REFUSED -> "Entra does not let you in.";
        };
    }

    private static String fix(Meaning meaning) {
        return switch (meaning) {
            case SIGN_IN_AGAIN, GRANT_ENDED -> "Sign in again.";
            case MISCONFIGURED ->
                "Look up the code at https://login.microsoftonline.com/error and compare the gateway's settings with the"
                        + " app registration.";
            case USER_REFUSED -> "Look up the sign-in in Entra's sign-in logs.";
        };
    }

    private static int number(JsonNode codes, @Nullable String description) {
        JsonNode first = codes.path(0);
        return first.isIntegralNumber() && first.canConvertToInt() && first.intValue() > 0
                ? first.intValue()
                : number(description);
    }

    private static int number(@Nullable String description) {
        Matcher matcher = NUMBER.matcher(shortened(description));
        return matcher.find() ? Integer.parseInt(matcher.group(1)) : 0;
    }

    private static @Nullable String correlation(@Nullable String description) {
        Matcher matcher = CORRELATION.matcher(shortened(description));
        return matcher.find() ? Texts.guid(matcher.group(1)) : null;
    }

    private static String shortened(@Nullable String text) {
        return text == null ? "" : text.substring(0, Math.min(text.length(), MAX_DESCRIPTION));
    }

    /** A claims challenge if it is one JSON object of sensible size; null otherwise. */
    static @Nullable String claims(@Nullable String text) {
        if (text == null || text.length() > MAX_CLAIMS) {
            return null;
        }
        ObjectNode claims = CLAIMS.object(text.getBytes(java.nio.charset.StandardCharsets.UTF_8));
        return claims == null || claims.isEmpty() ? null : claims.toString();
    }
}
