package dev.ostiary.gateway.server.registration;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ostiary.entra.check.RegistrationCheck;
import dev.ostiary.entra.check.RegistrationFinding;
import dev.ostiary.entra.check.RegistrationFinding.Severity;
import dev.ostiary.entra.plan.ActualRegistration;
import dev.ostiary.gateway.config.EntraField;
import dev.ostiary.gateway.server.entra.EntraDiagnosis;
import dev.ostiary.gateway.server.entra.EntraRefusedException;
import dev.ostiary.gateway.server.entra.EntraUnavailableException;
import dev.ostiary.gateway.server.entra.RegistrationProbe;
import dev.ostiary.gateway.server.entra.RegistrationProbe.Answer;
import dev.ostiary.gateway.server.entra.RegistrationProbe.OwnToken;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * One look at the registration: the tenant, the clock, the credential, the permission to look memberships up, and the
 * registration itself where the gateway may read it. Only what is certain is a finding: an answer that somebody else than Entra
 * may have given, and no answer, are not known. Blocks for a bounded time; used once.
 */
final class RegistrationLook {

    /** What Entra's and the gateway's clocks may be off by: assertions are valid for minutes. */
    private static final Duration MOST_SKEW = Duration.ofMinutes(2);

    private static final String APPLICATION = "id,appId,signInAudience,identifierUris,web,spa,publicClient,"
            + "isFallbackPublicClient,api,appRoles,groupMembershipClaims,optionalClaims,passwordCredentials,keyCredentials";
    private static final String PRINCIPAL = "id,appId,accountEnabled,appRoleAssignmentRequired";

    private final OwnRegistration own;
    private final RegistrationProbe probe;
    private final TreeSet<RegistrationFinding> findings = new TreeSet<>();
    private @Nullable String unread;
    private @Nullable String unavailable;

    private RegistrationLook(OwnRegistration own, RegistrationProbe probe) {
        this.own = own;
        this.probe = probe;
    }

    /**
     * What was seen.
     *
     * @param findings worst first
     * @param unread why the registration itself was not read; null: it was, or could not be
     * @param unavailable what did not answer, and how; null: everything did
     */
    record Seen(
            List<RegistrationFinding> findings,
            @Nullable String unread,
            @Nullable String unavailable) {}

    /** Looks. */
    static Seen at(OwnRegistration own, RegistrationProbe probe) {
        RegistrationLook look = new RegistrationLook(own, probe);
        try {
            look.look();
        } catch (EntraUnavailableException e) {
            look.unavailable = e.reason();
        }
        return new Seen(List.copyOf(look.findings), look.unread, look.unavailable);
    }

    private void look() throws EntraUnavailableException {
        if (!tenant()) {
            return;
        }
        if (!own.credential()) {
            unread =
                    "the gateway has no credential of its own (spec.entra.credential), so it sees no more of Entra than the"
                            + " tenant's discovery document and the time";
            return;
        }
        OwnToken token;
        try {
            token = probe.token();
        } catch (EntraRefusedException refused) {
            findings.add(refused(refused.diagnosis()));
            return;
        }
        if (own.looksUpGroups()) {
            mayRead(token, "groups", "GroupMember.Read.All");
            mayRead(token, "users", "User.Read.All");
        }
        registration(token);
    }

    /** Whether it is worth going on. */
    private boolean tenant() throws EntraUnavailableException {
        Answer answer = probe.discovery();
        clock(answer);
        String expected = own.desired().authority() + "/" + own.desired().tenantId() + "/v2.0";
        JsonNode issuer = answer.body().path("issuer");
        boolean known = answer.successful() && issuer.isTextual();
        if (known && issuer.textValue().equals(expected)) {
            return true;
        }
        int number = answer.body().path("error_codes").path(0).asInt();
        if (!known && EntraField.of(number) != EntraField.TENANT_ID) {
            unavailable = "discovery answered " + answer.status();
            return false;
        }
        findings.add(error(
                EntraField.TENANT_ID,
                known
                        ? "issuer " + printable(issuer.textValue())
                        : own.desired().tenantId() + ", which Entra does not know",
                "the id of the tenant that the registration is in, and the authority of its cloud",
                "nobody can sign in, and no token of Entra's is accepted",
                known ? "" : "AADSTS" + number));
        return false;
    }

    private void clock(Answer answer) {
        if (answer.sent() == null) {
            return;
        }
        Duration ahead = Duration.between(answer.sent(), answer.received());
        if (ahead.abs().compareTo(MOST_SKEW) > 0) {
            // Without the seconds: they are others at every look.
            findings.add(error(
                    EntraField.CLOCK,
                    "a clock more than " + MOST_SKEW.toMinutes() + " min "
                            + (ahead.isNegative() ? "behind" : "ahead of") + " Entra's",
                    "the right time",
                    "client assertions and tokens are outside their time",
                    "AADSTS700024"));
        }
    }

    private static RegistrationFinding refused(EntraDiagnosis diagnosis) {
        boolean ofEntra = diagnosis.code().startsWith("AADSTS");
        EntraField named =
                ofEntra ? EntraField.of(Integer.parseInt(diagnosis.code().substring("AADSTS".length()))) : null;
        EntraField field = named == null ? EntraField.CREDENTIAL : named;
        return new RegistrationFinding(
                Severity.ERROR,
                field,
                named != null || diagnosis.field() == null ? field.path() : diagnosis.field(),
                "a credential that does not work: " + sentence(diagnosis.summary()),
                sentence(diagnosis.fix()),
                "nobody can sign in through the gateway, and groups cannot be looked up",
                ofEntra ? diagnosis.code() : "");
    }

    private static String sentence(String text) {
        return text.endsWith(".") ? text.substring(0, text.length() - 1) : text;
    }

    private void mayRead(OwnToken token, String what, String permission) throws EntraUnavailableException {
        Answer answer = probe.graph(token, what + "?$top=1&$select=id");
        if (answer.status() == 403) {
            findings.add(new RegistrationFinding(
                    Severity.WARNING,
                    EntraField.GRAPH_PERMISSIONS,
                    EntraField.GRAPH_PERMISSIONS.path(),
                    "no permission to read " + what,
                    "Microsoft Graph " + permission + " (application), with admin consent",
                    "users in more than 200 groups are refused where policies read groups",
                    ""));
        } else if (!answer.successful()) {
            unavailable = "Graph answered " + answer.status();
        }
    }

    private void registration(OwnToken token) throws EntraUnavailableException {
        String filter = "?$filter=appId%20eq%20'" + own.desired().clientId() + "'&$select=";
        Answer applications = probe.graph(token, "applications" + filter + APPLICATION);
        Answer principals =
                applications.successful() ? probe.graph(token, "servicePrincipals" + filter + PRINCIPAL) : applications;
        ObjectNode application = only(applications);
        if (principals.status() == 403) {
            unread = "the gateway may not read its own registration: grant it Microsoft Graph Application.Read.All"
                    + " (application) to have it checked all the time, or run ostiary entra check";
        } else if (!principals.successful()) {
            unavailable = "Graph answered " + principals.status();
        } else if (application != null) {
            ActualRegistration actual =
                    new ActualRegistration(application, only(principals), List.of(), List.of(), List.of(), Map.of());
            Weighing weighing = new Weighing(own.desired(), actual);
            RegistrationCheck.of(own.desired(), actual, applications.received())
                    .forEach(finding -> findings.add(weighing.weigh(finding)));
        } else {
            unread = "the tenant does not show the registration, although Entra takes its credential: it may be another"
                    + " tenant's";
        }
    }

    private static @Nullable ObjectNode only(Answer answer) {
        return answer.body().path("value").path(0) instanceof ObjectNode found ? found : null;
    }

    private static String printable(String text) {
        return text.substring(0, Math.min(text.length(), 200)).replaceAll("[^\\x21-\\x7e]", "?");
    }

    private static RegistrationFinding error(
            EntraField field, String there, String needed, String breaks, String code) {
        return new RegistrationFinding(Severity.ERROR, field, field.path(), there, needed, breaks, code);
    }
}
