package dev.ostiary.entra.output;

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
 * is in single quotes; nothing of a resource is ever read by the shell. The credential is left to the pipeline, since it is secret.
 */
public final class AzScript {

    private AzScript() {}

    /** The script, for a registration that is made by it. */
    public static String of(DesiredRegistration desired) {
        Plan plan = Diff.of(
                desired, ActualRegistration.none(OfflineApis.of(desired)), new Diff.Options(false, true, false));
        List<String> lines = new ArrayList<>(List.of(
                "#!/bin/sh",
                "# Makes the app registration of " + comment(desired.gateway() + " (" + desired.publicUrl() + ")")
                        + ".",
                "# Needs a login that may register applications: az login --tenant " + desired.tenantId(),
                "set -eu",
                "graph=" + quoted(desired.graph() + "/v1.0"),
                ""));
        for (Change change : plan.changes()) {
            lines.add("# " + comment(change.path() + ": " + change.why()));
            for (Step step : change.steps()) {
                lines.addAll(lines(step));
            }
            lines.add("");
        }
        if (!desired.permissions().isEmpty()) {
            lines.add("# Admin consent; without the right to give it, send an administrator this command.");
            lines.add("az ad app permission admin-consent --id \"$app_id\"");
            lines.add("");
        }
        switch (desired.credential()) {
            case DesiredRegistration.Credential.Secret secret ->
                lines.add("# A client secret: make it where its value goes straight into the Secret of the gateway.");
            case DesiredRegistration.Credential.Certificate certificate ->
                lines.add(
                        "# A certificate: az ad app credential reset --append --cert @certificate.pem --id \"$app_id\"");
            case DesiredRegistration.Credential.None none -> {}
            case DesiredRegistration.Credential.Federated federated -> {}
        }
        lines.add("printf 'spec.entra.clientId: %s\\n' \"$app_id\"");
        return String.join("\n", lines) + "\n";
    }

    private static List<String> lines(Step step) {
        return switch (step) {
            case Step.CreateApplication(ObjectNode body) ->
                List.of(
                        "app_id=$(" + rest("POST", "\"$graph/applications\"", body) + " --query appId --output tsv)",
                        "object_id=$(az ad app show --id \"$app_id\" --query id --output tsv)");
            case Step.UpdateApplication(ObjectNode body) ->
                body.toString().contains(DesiredRegistration.CLIENT_ID_TO_COME)
                        ? List.of("az ad app update --id \"$app_id\" --identifier-uris \"api://$app_id\"")
                        : List.of(rest("PATCH", "\"$graph/applications/$object_id\"", body));
            case Step.CreateServicePrincipal create -> List.of("az ad sp create --id \"$app_id\" --output none");
            case Step.AddFederated(ObjectNode body) ->
                List.of(rest("POST", "\"$graph/applications/$object_id/federatedIdentityCredentials\"", body)
                        + " --output none");
            case Step.UpdateServicePrincipal update -> List.of();
            case Step.UpdateFederated update -> List.of();
            case Step.RemoveFederated remove -> List.of();
            case Step.MakeCredential make -> List.of();
            case Step.Consent consent -> List.of();
            case Step.Assign assign -> List.of();
        };
    }

    private static String rest(String method, String url, ObjectNode body) {
        return "az rest --method " + method + " --url " + url + " --headers Content-Type=application/json --body "
                + quoted(body.toString());
    }

    /** For POSIX shells: nothing between single quotes means anything. */
    static String quoted(String text) {
        return "'" + text.replace("'", "'\\''") + "'";
    }

    private static String comment(String text) {
        return PlanText.printable(text);
    }
}
