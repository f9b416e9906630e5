package dev.ostiary.entra.output;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ostiary.entra.plan.ActualRegistration;
import dev.ostiary.entra.plan.Change;
import dev.ostiary.entra.plan.Diff;
import dev.ostiary.entra.plan.Plan;
import dev.ostiary.entra.plan.Step;
import dev.ostiary.entra.registration.DesiredRegistration;
import java.util.ArrayList;
import java.util.List;

/**
 * The writes of a plan as a script for {@code sh} and the Azure CLI, for organisations where only a pipeline may write. Every value
 * is in single quotes; nothing of a resource is ever read by the shell. It can be run again: what it makes has alternate keys. The
 * credential is left to the pipeline, since it is secret.
 */
public final class AzScript {

    /** Of {@code az rest}, for bodies; {@code create} is the same with what makes an object that is missing. */
    private static final List<String> HEAD = List.of(
            "set -eu",
            "json=Content-Type=application/json",
            "create=Prefer=create-if-missing",
            "",
            "# Some of Graph's replicas do not know yet what has just been made.",
            "again() {",
            "  tries=1",
            "  until \"$@\"; do",
            "    [ \"$tries\" -lt 12 ] || return 1",
            "    tries=$((tries + 1))",
            "    sleep 5",
            "  done",
            "}",
            "");

    private final DesiredRegistration desired;
    private final List<String> lines = new ArrayList<>();

    private AzScript(DesiredRegistration desired) {
        this.desired = desired;
    }

    /** The script. */
    public static String of(DesiredRegistration desired) {
        AzScript script = new AzScript(desired);
        script.head();
        Plan plan = Diff.of(
                desired, ActualRegistration.none(OfflineApis.of(desired)), new Diff.Options(false, true, false));
        for (Change change : plan.changes()) {
            script.comment(change.path() + ": " + change.why());
            change.steps().forEach(script::step);
            script.lines.add("");
        }
        script.tail();
        return String.join("\n", script.lines) + "\n";
    }

    private void head() {
        lines.add("#!/bin/sh");
        comment("Makes the app registration of " + desired.gateway() + " (" + desired.publicUrl() + ").");
        comment("Needs a login that may register applications: az login --tenant " + desired.tenantId());
        comment("Of another cloud than the public one: az cloud set, before the login.");
        comment(
                "It can be run again. It writes lists whole: what others have added to them is no longer there afterwards.");
        desired.notes().forEach(this::comment);
        OfflineApis.leftOut(desired).forEach(this::comment);
        lines.addAll(HEAD);
        lines.add("graph=" + quoted(desired.graph() + "/v1.0"));
        lines.add("name=" + quoted(desired.uniqueName()));
        lines.add("");
    }

    private void tail() {
        lines.add("printf 'spec.entra.clientId: %s\\n' \"$app_id\"");
        switch (desired.credential()) {
            case DesiredRegistration.Credential.Secret secret ->
                comment("A client secret: make it where its value goes straight into the Secret of the gateway.");
            case DesiredRegistration.Credential.Certificate certificate ->
                comment("A certificate: az ad app credential reset --append --cert @certificate.pem --id \"$app_id\"");
            case DesiredRegistration.Credential.None none -> {}
            case DesiredRegistration.Credential.Federated federated -> {}
        }
        if (!desired.permissions().isEmpty()) {
            lines.add("");
            comment("Admin consent; without the right to give it, send an administrator this command.");
            lines.add("az ad app permission admin-consent --id \"$app_id\"");
        }
    }

    private void step(Step step) {
        switch (step) {
            case Step.CreateApplication(ObjectNode body) -> {
                lines.add(rest("PATCH", "\"$graph/applications(uniqueName='$name')\"", true, body) + " --output none");
                // The assignment's own exit code is that of what it runs.
                lines.add(
                        "app_id=$(again az rest --method GET --url \"$graph/applications(uniqueName='$name')?\\$select=appId\" --query appId"
                                + " --output tsv)");
            }
            case Step.UpdateApplication(ObjectNode body) ->
                lines.add("again " + rest("PATCH", "\"$graph/applications(uniqueName='$name')\"", false, body));
            case Step.CreateServicePrincipal create -> {
                ObjectNode body = body();
                body.put("accountEnabled", true);
                lines.add("again " + rest("PATCH", "\"$graph/servicePrincipals(appId='$app_id')\"", true, body)
                        + " --output none");
            }
            case Step.AddFederated(ObjectNode body) -> {
                ObjectNode rest = body.deepCopy();
                rest.remove("name");
                lines.add("credential=" + quoted(body.path("name").asText()));
                lines.add("again "
                        + rest(
                                "PATCH",
                                "\"$graph/applications(appId='$app_id')/federatedIdentityCredentials(name='$credential')\"",
                                true,
                                rest)
                        + " --output none");
            }
            case Step.UpdateServicePrincipal update -> {}
            case Step.UpdateFederated update -> {}
            case Step.RemoveFederated remove -> {}
            case Step.MakeCredential make -> {}
            case Step.Consent consent -> {}
            case Step.Assign assign -> {}
        }
    }

    private static String rest(String method, String url, boolean create, ObjectNode body) {
        String text = quoted(body.toString())
                // Known to the shell only.
                .replace(DesiredRegistration.CLIENT_ID_TO_COME, "'\"$app_id\"'");
        return "az rest --method " + method + " --url " + url + " --headers \"$json\"" + (create ? " \"$create\"" : "")
                + " --body " + text;
    }

    private static ObjectNode body() {
        return JsonNodeFactory.instance.objectNode();
    }

    /** For POSIX shells: nothing between single quotes means anything. */
    static String quoted(String text) {
        return "'" + text.replace("'", "'\\''") + "'";
    }

    private void comment(String text) {
        lines.add("# " + PlanText.printable(text));
    }
}
