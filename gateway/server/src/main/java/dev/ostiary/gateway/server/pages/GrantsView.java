package dev.ostiary.gateway.server.pages;

import java.time.Instant;
import java.util.List;

/**
 * What the page of a user's grants says.
 *
 * @param user the user's display name
 * @param grants newest first
 * @param formAction where ending one is posted
 * @param token protection against forgery; a hidden field
 * @param otherAccount where to sign in with another account
 */
public record GrantsView(String user, List<Row> grants, String formAction, String token, String otherAccount) {

    public GrantsView {
        grants = List.copyOf(grants);
    }

    /**
     * One grant.
     *
     * @param id posted back in the field {@code grant}
     * @param clientName as it was shown when it was granted
     * @param workload the server's display name
     * @param since when it was granted
     * @param lastUsed when tokens were last issued
     */
    public record Row(String id, String clientName, String workload, Instant since, Instant lastUsed) {}
}
