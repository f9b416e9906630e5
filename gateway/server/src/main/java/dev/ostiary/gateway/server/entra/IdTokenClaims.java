package dev.ostiary.gateway.server.entra;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ostiary.gateway.config.EntraSettings;
import dev.ostiary.gateway.server.entra.IdTokens.Broken;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The rules for the claims of an id token, and what is taken from them. Immutable. */
final class IdTokenClaims {

    /** How far Entra's clock may be ahead of ours, in seconds. {@code exp} gets no leeway: the token has just been issued. */
    private static final long CLOCK_SKEW_SECONDS = 60;

    // The year 9999: later instants are mistakes, and some of them overflow.
    private static final long LAST_SECOND = 253_402_300_799L;
    private static final int MAX_SUBJECT_CHARS = 256;
    private static final int MAX_NAME_CHARS = 256;
    private static final int MAX_LIST = 1_000;
    private static final int MAX_ENTRY_CHARS = 512;
    private static final Set<String> HAVE_THEIR_PLACE = Set.of("tid", "oid", "sub", "roles", "groups", "nonce");

    private final EntraSettings entra;
    private final Time time;

    IdTokenClaims(EntraSettings entra, Time time) {
        this.entra = entra;
        this.time = time;
    }

    /** What a token says, named as in {@link SignedIn}. */
    record Accepted(
            String objectId,
            String subject,
            String displayName,
            List<String> roles,
            List<String> groups,
            boolean groupsComplete,
            ObjectNode claims) {}

    /** @param nonce that must be there; null: none is expected */
    Accepted accept(ObjectNode claims, @Nullable String nonce) throws Broken {
        require("2.0".equals(text(claims, "ver")), "WrongVersion");
        require(entra.issuer().equals(text(claims, "iss")), "WrongIssuer");
        // An array would be legal, but Entra never writes one.
        require(entra.clientId().equals(text(claims, "aud")), "WrongAudience");
        require(claims.path("azp").isMissingNode() || entra.clientId().equals(text(claims, "azp")), "WrongParty");
        require(entra.tenantId().equals(Texts.guid(text(claims, "tid"))), "WrongTenant");
        require(!"app".equals(text(claims, "idtyp")), "NotAUser");
        checkTime(claims);
        checkNonce(claims, nonce);
        String objectId = Texts.guid(text(claims, "oid"));
        String subject = text(claims, "sub");
        if (objectId == null || subject == null || subject.isEmpty() || subject.length() > MAX_SUBJECT_CHARS) {
            throw new Broken("MalformedSubject");
        }
        List<String> listed = strings(claims, "groups");
        List<String> ids = listed.stream()
                .map(Texts::guid)
                .filter(id -> id != null)
                .sorted()
                .distinct()
                .toList();
        // Names instead of ids (sAMAccountName and the like) mean nothing here, so that list is as good as none.
        boolean complete = !leftOut(claims) && listed.stream().allMatch(group -> Texts.guid(group) != null);
        return new Accepted(
                objectId,
                subject,
                displayName(claims, objectId),
                strings(claims, "roles").stream().sorted().distinct().toList(),
                complete ? ids : List.of(),
                complete,
                configured(claims));
    }

    private void checkTime(ObjectNode claims) throws Broken {
        long expires = second(claims, "exp");
        long notBefore = second(claims, "nbf");
        long issued = second(claims, "iat");
        require(expires * 1000 > time.wallMillis(), "Expired");
        long latest = time.wallMillis() / 1000 + CLOCK_SKEW_SECONDS;
        require(notBefore <= latest && issued <= latest, "NotYetValid");
    }

    private static void checkNonce(ObjectNode claims, @Nullable String nonce) throws Broken {
        if (nonce == null) {
            return;
        }
        String said = text(claims, "nonce");
        require(
                said != null
                        && MessageDigest.isEqual(
                                said.getBytes(StandardCharsets.UTF_8), nonce.getBytes(StandardCharsets.UTF_8)),
                "WrongNonce");
    }

    /** Overage, in both of its forms (Microsoft, "Configure group claims", "Groups overage claim"). */
    private static boolean leftOut(ObjectNode claims) throws Broken {
        JsonNode elsewhere = claims.path("_claim_names");
        require(elsewhere.isMissingNode() || elsewhere.isObject(), "MalformedClaims");
        JsonNode hasGroups = claims.path("hasgroups");
        // Anything but a clear "no" means that the list cannot be relied on.
        boolean has = !hasGroups.isMissingNode() && !"false".equals(hasGroups.asText());
        return has || elsewhere.has("groups");
    }

    private ObjectNode configured(ObjectNode claims) {
        ObjectNode exposed = JsonNodeFactory.instance.objectNode();
        for (String name : entra.claims()) {
            JsonNode value = claims.get(name);
            if (value != null && !value.isNull() && !HAVE_THEIR_PLACE.contains(name)) {
                exposed.set(name, value);
            }
        }
        return exposed;
    }

    private static String displayName(ObjectNode claims, String otherwise) {
        for (String claim : List.of("name", "preferred_username")) {
            String name = text(claims, claim);
            if (name != null) {
                String shown = name.codePoints()
                        .filter(c -> !Character.isISOControl(c) && Character.getType(c) != Character.FORMAT)
                        .limit(MAX_NAME_CHARS)
                        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                        .toString()
                        .strip();
                if (!shown.isEmpty()) {
                    return shown;
                }
            }
        }
        return otherwise;
    }

    private static List<String> strings(ObjectNode claims, String name) throws Broken {
        JsonNode list = claims.path(name);
        if (list.isMissingNode()) {
            return List.of();
        }
        require(list.isArray() && list.size() <= MAX_LIST, "MalformedClaims");
        List<String> values = new ArrayList<>(list.size());
        for (JsonNode entry : list) {
            String value = entry.textValue();
            if (value == null || value.length() > MAX_ENTRY_CHARS) {
                throw new Broken("MalformedClaims");
            }
            values.add(value);
        }
        return values;
    }

    private static long second(ObjectNode claims, String name) throws Broken {
        JsonNode value = claims.path(name);
        require(value.isIntegralNumber() && value.canConvertToLong(), "MalformedTime");
        long second = value.longValue();
        require(second >= 0 && second <= LAST_SECOND, "MalformedTime");
        return second;
    }

    private static @Nullable String text(ObjectNode claims, String name) {
        return claims.path(name).textValue();
    }

    private static void require(boolean holds, String rule) throws Broken {
        if (!holds) {
            throw new Broken(rule);
        }
    }
}
