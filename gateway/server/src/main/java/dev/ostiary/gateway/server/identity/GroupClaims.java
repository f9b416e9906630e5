package dev.ostiary.gateway.server.identity;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ostiary.gateway.server.identity.ValidToken.Groups;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What a token says of groups (Microsoft, "Configure group claims", "Groups overage claim"). Entra leaves out all of them
 * when there are more than 200, and points elsewhere; that place is never asked from here.
 *
 * @param objectIds lower case, sorted
 * @param knowledge what the list is worth
 */
record GroupClaims(List<String> objectIds, Groups knowledge) {

    /** Reads {@code groups}, {@code hasgroups} and {@code _claim_names}. */
    static GroupClaims read(ObjectNode claims) throws TokenRefused {
        List<String> listed = StringSet.claim(claims, "groups");
        if (leftOut(claims)) {
            return new GroupClaims(List.of(), Groups.LEFT_OUT);
        }
        Groups knowledge = Groups.LISTED;
        List<String> objectIds = new ArrayList<>(listed.size());
        for (String group : listed) {
            String id = group.toLowerCase(Locale.ROOT);
            if (Guid.isLowerCase(id)) {
                objectIds.add(id);
            } else {
                knowledge = Groups.NAMED;
            }
        }
        return new GroupClaims(StringSet.of(objectIds), knowledge);
    }

    private static boolean leftOut(ObjectNode claims) throws TokenRefused {
        JsonNode elsewhere = claims.path("_claim_names");
        if (!elsewhere.isMissingNode() && !elsewhere.isObject()) {
            throw new TokenRefused("MalformedClaims");
        }
        JsonNode hasGroups = claims.path("hasgroups");
        // Anything but a clear "no" means that the list cannot be relied on.
        boolean has = !hasGroups.isMissingNode() && !"false".equals(hasGroups.asText());
        return has || elsewhere.has("groups");
    }
}
