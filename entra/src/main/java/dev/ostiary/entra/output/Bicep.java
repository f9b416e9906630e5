package dev.ostiary.entra.output;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ostiary.entra.plan.ActualRegistration;
import dev.ostiary.entra.plan.Diff;
import dev.ostiary.entra.plan.Plan;
import dev.ostiary.entra.plan.Step;
import dev.ostiary.entra.registration.DesiredRegistration;
import dev.ostiary.entra.registration.DesiredRegistration.Permission;
import dev.ostiary.entra.registration.KnownApps;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** The registration as a Bicep file with Microsoft's Graph extension. The credential is left out where it is secret. */
public final class Bicep {

    private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");

    private Bicep() {}

    /** The file. */
    public static String of(DesiredRegistration desired) {
        Plan plan = Diff.of(
                desired, ActualRegistration.none(OfflineApis.of(desired)), new Diff.Options(false, true, false));
        ObjectNode app = JsonNodeFactory.instance.objectNode();
        app.put("uniqueName", desired.uniqueName());
        List<ObjectNode> federated = new ArrayList<>();
        for (Step step : plan.steps()) {
            switch (step) {
                case Step.CreateApplication(ObjectNode body) -> merge(app, body);
                case Step.UpdateApplication(ObjectNode body) -> merge(app, body);
                case Step.AddFederated(ObjectNode body) -> federated.add(body);
                case Step.CreateServicePrincipal create -> {}
                case Step.UpdateServicePrincipal update -> {}
                case Step.UpdateFederated update -> {}
                case Step.RemoveFederated remove -> {}
                case Step.MakeCredential make -> {}
                case Step.Consent consent -> {}
                case Step.Assign assign -> {}
            }
        }
        boolean ownUri = app.path("identifierUris").toString().contains(DesiredRegistration.CLIENT_ID_TO_COME);
        if (ownUri) {
            // A resource cannot refer to itself, and nobody knows this id before it is made.
            app.remove("identifierUris");
        }
        StringBuilder text = new StringBuilder("// The app registration of ")
                .append(PlanText.printable(desired.gateway() + " (" + desired.publicUrl() + ")"))
                .append(".\n")
                .append("// Needs the extension microsoftGraphV1 in bicepconfig.json:\n")
                .append("// br:mcr.microsoft.com/bicep/extensions/microsoftgraph/v1.0\n")
                .append("// It writes lists whole: what others have added to them is no longer there afterwards.\n");
        desired.notes().forEach(note -> comment(note, text));
        OfflineApis.leftOut(desired).forEach(permission -> comment(permission, text));
        if (ownUri) {
            comment(
                    "Left out, since it holds an id that there is only afterwards: az ad app update --id CLIENT-ID"
                            + " --identifier-uris api://CLIENT-ID",
                    text);
        }
        text.append("extension microsoftGraphV1\n\n").append("resource app 'Microsoft.Graph/applications@v1.0' = ");
        value(app, 0, text);
        text.append("\n\nresource principal 'Microsoft.Graph/servicePrincipals@v1.0' = {\n  appId: app.appId\n}\n");
        for (ObjectNode credential : federated) {
            String own = credential.path("name").asText();
            credential.remove("name");
            text.append("\nresource federated 'Microsoft.Graph/applications/federatedIdentityCredentials@v1.0' = {\n")
                    .append("  name: '${app.uniqueName}/")
                    .append(escaped(own))
                    .append("'\n");
            members(credential, 1, text);
            text.append("}\n");
        }
        consents(desired, text);
        return text.append("\noutput clientId string = app.appId\n").toString();
    }

    private static void comment(String line, StringBuilder text) {
        text.append("// ").append(PlanText.printable(line)).append('\n');
    }

    private static void consents(DesiredRegistration desired, StringBuilder text) {
        TreeSet<String> scopes = new TreeSet<>();
        List<Permission> roles = new ArrayList<>();
        for (Permission permission : desired.permissions()) {
            if (permission.ofGraph() && permission.application()) {
                roles.add(permission);
            } else if (permission.ofGraph()) {
                scopes.add(permission.value());
            }
        }
        if (scopes.isEmpty() && roles.isEmpty()) {
            return;
        }
        text.append("\n// Admin consent: whoever deploys this needs the right to give it.\n")
                .append("resource graph 'Microsoft.Graph/servicePrincipals@v1.0' existing = {\n  appId: '")
                .append(KnownApps.GRAPH)
                .append("'\n}\n");
        if (!scopes.isEmpty()) {
            text.append("\nresource consent 'Microsoft.Graph/oauth2PermissionGrants@v1.0' = {\n")
                    .append(
                            "  clientId: principal.id\n  consentType: 'AllPrincipals'\n  resourceId: graph.id\n  scope: '")
                    .append(escaped(String.join(" ", scopes)))
                    .append("'\n}\n");
        }
        for (Permission role : roles) {
            text.append("\nresource ")
                    .append(role.value().replaceAll("[^A-Za-z0-9]", ""))
                    .append(" 'Microsoft.Graph/appRoleAssignedTo@v1.0' = {\n")
                    .append("  appRoleId: '")
                    .append(KnownApps.graphPermission(true, role.value()))
                    .append("'\n  principalId: principal.id\n  resourceId: graph.id\n}\n");
        }
    }

    private static void merge(ObjectNode into, ObjectNode more) {
        for (Map.Entry<String, JsonNode> member : more.properties()) {
            if (into.get(member.getKey()) instanceof ObjectNode there
                    && member.getValue() instanceof ObjectNode object) {
                merge(there, object);
            } else {
                into.set(member.getKey(), member.getValue().deepCopy());
            }
        }
    }

    private static void value(JsonNode node, int depth, StringBuilder text) {
        String indent = "  ".repeat(depth);
        if (node.isObject()) {
            text.append("{\n");
            members((ObjectNode) node, depth + 1, text);
            text.append(indent).append('}');
        } else if (node.isArray()) {
            text.append(node.isEmpty() ? "[" : "[\n");
            for (JsonNode one : node) {
                text.append(indent).append("  ");
                value(one, depth + 1, text);
                text.append('\n');
            }
            text.append(node.isEmpty() ? "" : indent).append(']');
        } else if (node.isTextual()) {
            text.append('\'').append(escaped(node.asText())).append('\'');
        } else {
            text.append(node.asText());
        }
    }

    private static void members(ObjectNode node, int depth, StringBuilder text) {
        for (Map.Entry<String, JsonNode> member : node.properties()) {
            String name =
                    NAME.matcher(member.getKey()).matches() ? member.getKey() : "'" + escaped(member.getKey()) + "'";
            text.append("  ".repeat(depth)).append(name).append(": ");
            value(member.getValue(), depth, text);
            text.append('\n');
        }
    }

    /** Microsoft, "Bicep data types": what strings in single quotes escape. */
    static String escaped(String text) {
        return text.replace("\\", "\\\\")
                .replace("'", "\\'")
                .replace("${", "\\${")
                .replace("\n", "\\n")
                .replace("\r", "\\r")
                .replace("\t", "\\t");
    }
}
