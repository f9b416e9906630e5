package dev.ostiary.gateway.server.entra;

import static dev.ostiary.gateway.server.entra.EntraRefusedException.Meaning.GRANT_ENDED;
import static dev.ostiary.gateway.server.entra.EntraRefusedException.Meaning.MISCONFIGURED;
import static dev.ostiary.gateway.server.entra.EntraRefusedException.Meaning.SIGN_IN_AGAIN;
import static dev.ostiary.gateway.server.entra.EntraRefusedException.Meaning.USER_REFUSED;

import dev.ostiary.gateway.config.EntraField;
import dev.ostiary.gateway.server.entra.EntraRefusedException.Meaning;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What Entra's error numbers mean for a gateway and where to fix them (Microsoft, "Microsoft Entra authentication and
 * authorization error codes"). Microsoft may change numbers at any time, so they explain; what happens is decided by
 * {@link EntraRefusals}, which prefers a claims challenge and the OAuth error where it has them. The field of a number is that of
 * {@link EntraField}, which {@code ostiary entra check} names as well.
 */
final class AadErrors {

    /** Throttled or ill, whatever the status: Entra has not decided anything. */
    static final Set<Integer> TRANSIENT = Set.of(50196, 90006, 90033, 90055);

    private static final Map<Integer, Explanation> TABLE = new HashMap<>();

    private AadErrors() {}

    /**
     * A row of the table.
     *
     * @param field as in {@link EntraDiagnosis#field}
     */
    record Explanation(
            Meaning meaning, String summary, @Nullable String field, String fix) {}

    /** The row of a number; null when it is not in the table. */
    static @Nullable Explanation explain(int aadsts) {
        return TABLE.get(aadsts);
    }

    /** All numbers in the table. */
    static Set<Integer> known() {
        return Set.copyOf(TABLE.keySet());
    }

    private static void row(Meaning meaning, String summary, String fix, int... codes) {
        for (int code : codes) {
            EntraField field = EntraField.of(code);
            Explanation explanation = new Explanation(meaning, summary, field == null ? null : field.place(), fix);
            if (TABLE.put(code, explanation) != null) {
                throw new IllegalStateException("two rows for AADSTS" + code);
            }
        }
    }

    static {
        registration();
        clientCredential();
        federation();
        scopesAndConsent();
        user();
        grant();
        onBehalfOf();
        requests();
    }

    private static void registration() {
        row(
                MISCONFIGURED,
                "The gateway's address for coming back is not registered in Entra.",
                "Add the gateway's public URL with /oauth/callback as a redirect URI of the platform Web, letter for letter.",
                50011,
                900971);
        row(
                MISCONFIGURED,
                "The gateway's registration is not in this tenant.",
                "Compare application (client) id and tenant id with the registration's overview page.",
                700016);
        row(
                MISCONFIGURED,
                "The gateway's registration is switched off.",
                "Enable the enterprise application again.",
                500014,
                7000112);
        row(
                MISCONFIGURED,
                "The gateway's registration has no enterprise application in this tenant.",
                "Make the enterprise application: ostiary entra apply does, and so does an administrator's consent.",
                7000229);
        row(
                MISCONFIGURED,
                "The registration is for personal Microsoft accounts only.",
                "Set the supported account types to accounts in this organizational directory only.",
                9002346);
        row(
                MISCONFIGURED,
                "Entra does not know the tenant.",
                "Use the directory (tenant) id, a GUID, and the authority of the cloud that it is in.",
                90002,
                900021,
                900023,
                90038,
                900382,
                900432);
        row(
                MISCONFIGURED,
                "The registration may only be used through its own tenant.",
                "Name the tenant by its id; common and organizations are not for gateways.",
                50194,
                9001023);
        row(
                MISCONFIGURED,
                "The redirect URI is registered for single-page applications.",
                "Remove the redirect URI from the platform Single-page application and add it to Web.",
                9002325,
                9002326,
                9002327);
        row(
                MISCONFIGURED,
                "The redirect URI is registered for public clients, which have no credential.",
                "Remove the redirect URI from Mobile and desktop applications and add it to Web.",
                700025);
        row(
                MISCONFIGURED,
                "The registration may not get codes.",
                "Register the redirect URI on the platform Web; implicit grants are not needed.",
                700054,
                70007);
    }

    private static void clientCredential() {
        row(
                MISCONFIGURED,
                "Entra does not accept the gateway's client secret.",
                "Store the value of a current secret, not its id.",
                7000215);
        row(MISCONFIGURED, "The gateway's client secret has expired.", "Create a secret and store its value.", 7000222);
        row(
                MISCONFIGURED,
                "The gateway has shown no credential to Entra.",
                "Give the gateway a client secret, a certificate, a workload identity or a managed identity.",
                7000218);
        row(
                MISCONFIGURED,
                "Entra does not accept the gateway's certificate.",
                "Upload the certificate that belongs to the gateway's private key; compare thumbprints.",
                700027,
                700021,
                5002723,
                5002738,
                50027,
                90014);
        row(
                MISCONFIGURED,
                "The gateway's client assertion is outside its time.",
                "Compare the gateway's clock with Entra's; with a workload identity, see that the projected token is renewed.",
                700024);
    }

    private static void federation() {
        row(
                MISCONFIGURED,
                "The registration does not trust the issuer of the gateway's identity.",
                "Enter the issuer exactly, with or without the slash at its end.",
                700211);
        row(
                MISCONFIGURED,
                "The registration expects another audience in the gateway's identity.",
                "Use api://AzureADTokenExchange on both sides.",
                700212);
        row(
                MISCONFIGURED,
                "The registration does not trust the subject of the gateway's identity.",
                "Enter system:serviceaccount:<namespace>:<service account>, or the managed identity's object id.",
                700213);
        row(
                MISCONFIGURED,
                "The registration does not trust the gateway's identity.",
                "Compare issuer, subject and audience with those of the gateway's token; new entries take minutes to work.",
                70021,
                70025,
                700229);
        row(
                MISCONFIGURED,
                "Entra cannot read the keys of the gateway's identity issuer.",
                "The issuer's discovery document and keys must be reachable from the internet.",
                90061);
    }

    private static void scopesAndConsent() {
        row(
                SIGN_IN_AGAIN,
                "Consent for this application is missing.",
                "Grant admin consent for the gateway's registration, or let users consent at their next sign-in.",
                65001);
        row(
                USER_REFUSED,
                "An administrator must approve this application first.",
                "Grant admin consent for the gateway's registration.",
                90094,
                90095);
        row(
                MISCONFIGURED,
                "The API has not approved this application in advance.",
                "Add the gateway's client id to the authorized client applications of the API.",
                65002);
        row(
                MISCONFIGURED,
                "A scope names an API that is not in this tenant.",
                "Compare the scope with the Application ID URI of the API, and install the API in the tenant.",
                500011,
                650052,
                650057);
        row(
                MISCONFIGURED,
                "The API does not have this scope.",
                "Compare the scope with those that the API exposes; a scope without a prefix means Microsoft Graph.",
                650053,
                650054,
                650056);
        row(
                MISCONFIGURED,
                "A scope is not written as Entra expects it.",
                "Write <Application ID URI>/<scope> or <Application ID URI>/.default, not both.",
                70011,
                1002012,
                28002,
                28003);
        row(MISCONFIGURED, "The scopes belong to several APIs.", "List scopes of one API only.", 28000);
        row(
                MISCONFIGURED,
                "The resource is not the Application ID URI of the API.",
                "Register the URL as an Application ID URI of the API, without a slash at its end.",
                901002,
                90100,
                9010010);
        row(
                MISCONFIGURED,
                "The gateway asked for a token for itself by another name than its client id.",
                "For the gateway's own registration write <client id>/.default.",
                90009);
    }

    private static void user() {
        row(
                USER_REFUSED,
                "The request for consent was declined.",
                "Sign in again and accept, or ask an administrator to consent.",
                65004);
        row(
                USER_REFUSED,
                "You are not assigned to this application.",
                "Assign the user or a group of theirs, or switch off Assignment required.",
                50105);
        row(
                USER_REFUSED,
                "Your account is not in this tenant.",
                "Sign in with an account of the tenant, or ask for an invitation as a guest.",
                50020,
                50034,
                51004);
        row(USER_REFUSED, "Your account is disabled.", "Ask an administrator to enable the account.", 50057);
        row(
                USER_REFUSED,
                "A Conditional Access policy does not let you in.",
                "Look up the sign-in in Entra's sign-in logs; it names the policy.",
                53000,
                53001,
                53002,
                53003);
        row(
                SIGN_IN_AGAIN,
                "Entra wants another proof of who you are.",
                "Sign in again and complete what Entra asks for.",
                50072,
                50074,
                50076,
                50079,
                50158);
        row(SIGN_IN_AGAIN, "You are not signed in to Entra.", "Sign in again.", 16000, 50058);
    }

    private static void grant() {
        row(GRANT_ENDED, "Your sign-in has expired.", "Sign in again.", 70008, 700082, 700084, 70043);
        row(
                GRANT_ENDED,
                "Your sign-in was revoked, by a new password or by an administrator.",
                "Sign in again.",
                50173);
        row(GRANT_ENDED, "This sign-in was used already.", "Sign in again.", 54005);
        row(GRANT_ENDED, "This sign-in does not belong here.", "Sign in again.", 501481, 700005, 9002313);
    }

    private static void onBehalfOf() {
        row(
                MISCONFIGURED,
                "The client's token cannot be exchanged: Entra does not recognise its signature.",
                "The client must request a token for the gateway's registration; tokens for Microsoft Graph cannot be exchanged.",
                50013);
        row(
                MISCONFIGURED,
                "The client's token is for another application than the gateway.",
                "The client must request a token for the gateway's registration.",
                500131);
        row(GRANT_ENDED, "The client's token has expired.", "Get a new token.", 500133);
        row(
                MISCONFIGURED,
                "Tokens of applications cannot be exchanged.",
                "On-behalf-of works for users only.",
                7000114);
    }

    private static void requests() {
        row(
                MISCONFIGURED,
                "Entra does not understand the gateway's request.",
                "Look up the correlation id in Entra's sign-in logs, and report this.",
                900144,
                70003,
                50147,
                501491,
                900561);
    }
}
