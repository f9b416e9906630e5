package dev.ostiary.entra.tenant;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ostiary.entra.graph.GraphClient;
import dev.ostiary.entra.graph.GraphException;
import dev.ostiary.entra.plan.ActualRegistration;
import dev.ostiary.entra.plan.Change;
import dev.ostiary.entra.plan.Diff;
import dev.ostiary.entra.plan.Plan;
import dev.ostiary.entra.plan.Step;
import dev.ostiary.entra.registration.DesiredRegistration;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Makes a registration what it shall be: reads, writes what differs, one independent step after another. Whatever interrupts it, the
 * next run goes on from what is there. What the caller may not do is told and left out; the rest is done.
 */
public final class RegistrationWriter {

    private final GraphClient graph;
    private final RegistrationReader reader;
    private final @Nullable CredentialKeeper credentials;
    private final Consumer<String> progress;

    /**
     * @param credentials makes client secrets and certificates; null: nobody can keep one
     * @param progress one line for people per write
     */
    public RegistrationWriter(
            GraphClient graph,
            RegistrationReader reader,
            @Nullable CredentialKeeper credentials,
            Consumer<String> progress) {
        this.graph = graph;
        this.reader = reader;
        this.credentials = credentials;
        this.progress = progress;
    }

    /**
     * What was done.
     *
     * @param desired with the client id that the registration has
     * @param writes how many
     * @param refused what the caller may not do, with Graph's reason
     */
    public record Outcome(DesiredRegistration desired, int writes, List<Refused> refused) {
        public Outcome {
            refused = List.copyOf(refused);
        }
    }

    /**
     * A change that was not made.
     *
     * @param isForbidden whether the caller lacks a right
     */
    public record Refused(Change change, String reason, boolean isForbidden) {}

    /** What would be written now. */
    public Plan plan(DesiredRegistration desired, ActualRegistration actual, boolean prune, boolean consent)
            throws IOException, InterruptedException {
        boolean credential = credentials != null && credentials.isNeeded(actual);
        DesiredRegistration known = actual.application() == null
                ? desired
                : desired.withClientId(actual.application().path("appId").asText());
        return Diff.of(known, actual, new Diff.Options(prune, consent, credential));
    }

    /** Writes what differs, and waits, within bounds, until what it wrote is what readers see. */
    public Outcome apply(DesiredRegistration desired, boolean prune, boolean consent)
            throws GraphException, IOException, InterruptedException {
        ActualRegistration actual = reader.read(desired);
        int writes = 0;
        ObjectNode application = actual.application();
        if (application == null) {
            if (desired.clientId() != null) {
                throw new IOException(
                        "there is no registration " + desired.clientId() + " in tenant " + desired.tenantId()
                                + "; correct spec.entra.clientId, or set it to 00000000-0000-0000-0000-000000000000 to have one made");
            }
            progress.accept("+ application " + desired.displayName());
            SingleCreation.Made made = new SingleCreation(graph, reader).make(desired);
            application = made.application();
            writes++;
            actual = made.fresh()
                    // What creation answers is newer than what any replica tells.
                    ? new ActualRegistration(application, null, List.of(), List.of(), List.of(), actual.apis())
                    : around(application, actual);
        }
        DesiredRegistration known =
                desired.withClientId(application.path("appId").asText());
        Plan plan = plan(known, actual, prune, consent);
        Writing writing = new Writing(application, actual.servicePrincipal());
        List<Refused> refused = new ArrayList<>();
        for (Change change : plan.changes()) {
            if (writing.lacksPrincipal(change)) {
                refused.add(new Refused(change, "the enterprise application that bears it could not be made", false));
                continue;
            }
            progress.accept((change.needed().isEmpty() ? "- " : "+ ")
                    + change.path()
                    + (change.needed().isEmpty() ? "" : ": " + change.needed()));
            try {
                for (Step step : change.steps()) {
                    writing.write(step);
                    writes++;
                }
            } catch (GraphException e) {
                if (!concernsThisAlone(e)) {
                    throw e;
                }
                refused.add(new Refused(change, String.valueOf(e.getMessage()), e.isForbidden()));
            }
        }
        if (writes > 0) {
            Diff.Options options = new Diff.Options(prune, consent, false);
            graph.awaitReplicated("what was written", () -> isTold(known, options, refused));
        }
        return new Outcome(known, writes, refused);
    }

    /** Whether Graph refused one change, rather than the caller, or everything for now. */
    private static boolean concernsThisAlone(GraphException e) {
        return e.status() >= 400 && e.status() < 500 && e.status() != 401 && e.status() != 429;
    }

    /** Whether a reader sees what was written: what is checked next would otherwise miss what is there. */
    private boolean isTold(DesiredRegistration desired, Diff.Options options, List<Refused> refused)
            throws GraphException, InterruptedException {
        return Diff.of(desired, reader.read(desired), options).changes().stream()
                .allMatch(left ->
                        refused.stream().anyMatch(one -> one.change().path().equals(left.path())));
    }

    private ActualRegistration around(ObjectNode application, ActualRegistration before)
            throws GraphException, InterruptedException {
        return graph.onceReplicated("the application", () -> reader.around(application, before.apis()));
    }

    /** The objects that steps are about, as they come to be. */
    private final class Writing {

        private final String application;
        private final String appId;
        private @Nullable String principal;

        Writing(ObjectNode application, @Nullable ObjectNode principal) {
            this.application = application.path("id").asText();
            this.appId = application.path("appId").asText();
            this.principal = principal == null ? null : principal.path("id").asText();
        }

        /** Whether a change is about an enterprise application that there is not, since Graph refused to make it. */
        boolean lacksPrincipal(Change change) {
            return principal == null
                    && change.steps().stream()
                            .anyMatch(step -> step instanceof Step.Consent
                                    || step instanceof Step.Assign
                                    || step instanceof Step.UpdateServicePrincipal);
        }

        void write(Step step) throws GraphException, IOException, InterruptedException {
            switch (step) {
                case Step.CreateApplication create -> throw new IllegalStateException("made before everything else");
                case Step.UpdateApplication(ObjectNode body) ->
                    afterApplication(() -> graph.patch("/applications/" + application, body));
                case Step.CreateServicePrincipal create -> servicePrincipal();
                case Step.UpdateServicePrincipal(ObjectNode body) ->
                    afterPrincipal(() -> graph.patch("/servicePrincipals/" + principal(), body));
                case Step.AddFederated(ObjectNode body) ->
                    afterApplication(
                            () -> graph.post("/applications/" + application + "/federatedIdentityCredentials", body));
                case Step.UpdateFederated(String id, ObjectNode body) ->
                    graph.patch("/applications/" + application + "/federatedIdentityCredentials/" + id, body);
                case Step.RemoveFederated(String id) ->
                    graph.delete("/applications/" + application + "/federatedIdentityCredentials/" + id);
                case Step.Consent(String grant, String api, String scopes) -> consent(grant, api, scopes);
                case Step.Assign(String api, String role) -> assign(api, role);
                case Step.MakeCredential make -> credential();
            }
        }

        private void credential() throws GraphException, IOException, InterruptedException {
            CredentialKeeper keeper = credentials;
            if (keeper != null) {
                afterApplication(() -> graph.get("/applications/" + application));
                keeper.make(graph, application);
            }
        }

        private void servicePrincipal() throws GraphException, InterruptedException {
            ObjectNode body = JsonNodeFactory.instance.objectNode();
            body.put("appId", appId);
            principal = afterApplication(() -> graph.post("/servicePrincipals", body))
                    .path("id")
                    .asText();
        }

        private void consent(@Nullable String grant, String api, String scopes)
                throws GraphException, InterruptedException {
            ObjectNode body = JsonNodeFactory.instance.objectNode();
            body.put("scope", scopes);
            if (grant != null) {
                graph.patch("/oauth2PermissionGrants/" + grant, body);
                return;
            }
            body.put("clientId", principal());
            body.put("consentType", "AllPrincipals");
            body.put("resourceId", api);
            afterPrincipal(() -> graph.post("/oauth2PermissionGrants", body));
        }

        private void assign(String api, String role) throws GraphException, InterruptedException {
            ObjectNode body = JsonNodeFactory.instance.objectNode();
            body.put("appRoleId", role);
            body.put("principalId", principal());
            body.put("resourceId", api);
            afterPrincipal(() -> graph.post("/servicePrincipals/" + principal() + "/appRoleAssignments", body));
        }

        private String principal() {
            if (principal == null) {
                throw new IllegalStateException("the enterprise application is made before what it bears");
            }
            return principal;
        }

        private JsonNode afterApplication(GraphClient.Attempt<ObjectNode> attempt)
                throws GraphException, InterruptedException {
            return graph.onceReplicated("the application", attempt);
        }

        private void afterPrincipal(GraphClient.Attempt<ObjectNode> attempt)
                throws GraphException, InterruptedException {
            graph.onceReplicated("the enterprise application", attempt);
        }
    }
}
