package dev.ostiary.crds;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A registration in Microsoft Entra ID. */
public record Entra(
        @Required
        @Pattern(Api.GUID)
        @ValidationRule(
                value = Rules.GUID,
                message = "must be a GUID; the registration's overview page in the Entra admin center shows it.")
        @JsonPropertyDescription("Directory (tenant) id. Only users and apps of this tenant may sign in.")
        String tenantId,

        @Required
        @Pattern(Api.GUID)
        @ValidationRule(
                value = Rules.GUID,
                message = "must be a GUID; the registration's overview page in the Entra admin center shows it.")
        @JsonPropertyDescription("Application (client) id of the gateway's registration.")
        String clientId,

        @JsonPropertyDescription(
                "How the gateway proves to Entra that it is the registration. Needed for the facade, for looking up groups and "
                        + "for acting on behalf of users; validating tokens needs none.")
        Credential credential,

        @Default("Public")
        @JsonPropertyDescription(
                "The national cloud that the tenant is in. It decides the hosts of the login service and of Microsoft Graph.")
        Cloud cloud,

        @Pattern(Api.ORIGIN)
        @ValidationRule(
                value = Rules.SAFE_ORIGIN,
                message =
                        "must be an https origin without a path, such as https://login.microsoftonline.com; http is accepted for loopback hosts only.")
        @Size(max = 263)
        @JsonPropertyDescription(
                "Login origin instead of the cloud's, for example https://login.microsoftonline.com. http is accepted for "
                        + "loopback hosts only.")
        @Nullable
        String authorityHost,

        @Pattern(Api.ORIGIN)
        @ValidationRule(
                value = Rules.SAFE_ORIGIN,
                message =
                        "must be an https origin without a path, such as https://graph.microsoft.com; http is accepted for loopback hosts only.")
        @Size(max = 263)
        @JsonPropertyDescription(
                "Microsoft Graph origin instead of the cloud's, for example https://dod-graph.microsoft.us.")
        @Nullable
        String graphHost,

        @Pattern(Api.ORIGIN)
        @ValidationRule(
                value = Rules.SAFE_ORIGIN,
                message =
                        "must be an https origin without a path, such as https://sts.windows.net; http is accepted for loopback hosts only.")
        @Size(max = 263)
        @JsonPropertyDescription(
                "Origin in the issuer of v1.0 access tokens instead of the cloud's, for example https://sts.windows.net.")
        @Nullable
        String v1IssuerHost,

        @JsonPropertyDescription("What to do when a user is in more groups than a token can carry (\"overage\").")
        Groups groups,

        @ListKind(
                value = ListKind.Merge.SET,
                maxItems = 32,
                itemPattern = "^[A-Za-z_][A-Za-z0-9_.:/-]*$",
                itemMaxLength = 128)
        @JsonPropertyDescription(
                "Claims that policies may read as principal.claim_<name>, beyond tid, oid, roles and groups.")
        List<String> claims) {

    public Entra {
        credential = Absent.or(credential, Credential.NONE);
        cloud = Absent.or(cloud, Cloud.PUBLIC);
        groups = Absent.or(groups, Groups.DEFAULT);
        claims = Absent.list(claims);
    }

    /** National clouds. */
    public enum Cloud {
        @JsonProperty("Public")
        PUBLIC,
        @JsonProperty("USGovernment")
        US_GOVERNMENT,
        @JsonProperty("China")
        CHINA
    }

    /** A client credential. */
    @ValidationRule(
            value = "!(self.type in ['Certificate', 'ClientSecret']) || has(self.secretRef)",
            message = "is missing; name a Secret of this namespace.",
            fieldPath = ".secretRef")
    @ValidationRule(
            value = "self.type in ['Certificate', 'ClientSecret'] || !has(self.secretRef)",
            message = "belongs to the types Certificate and ClientSecret; remove it or change the type.",
            fieldPath = ".secretRef")
    @ValidationRule(
            value = "self.type == 'ManagedIdentity' || !has(self.clientId)",
            message = "belongs to the type ManagedIdentity; the registration's own id is spec.entra.clientId.",
            fieldPath = ".clientId")
    public record Credential(
            @Required
            @JsonPropertyDescription(
                    "WorkloadIdentity: the pod's ServiceAccount token, federated with the registration. ManagedIdentity: an "
                            + "Azure managed identity, federated likewise. Certificate or ClientSecret: from a Secret. None: no credential.")
            Type type,

            @Pattern(Api.GUID)
            @JsonPropertyDescription(
                    "With ManagedIdentity: client id of a user-assigned identity; left out, the system-assigned one.")
            @Nullable
            String clientId,

            @JsonPropertyDescription(
                    "With Certificate: a Secret with the keys tls.crt and tls.key. With ClientSecret: the secret's value; "
                            + "usual key: client-secret.")
            @Nullable
            SecretKeyRef secretRef) {

        static final Credential NONE = new Credential(Type.NONE, null, null);

        /** Kinds of credentials. */
        public enum Type {
            @JsonProperty("WorkloadIdentity")
            WORKLOAD_IDENTITY,
            @JsonProperty("ManagedIdentity")
            MANAGED_IDENTITY,
            @JsonProperty("Certificate")
            CERTIFICATE,
            @JsonProperty("ClientSecret")
            CLIENT_SECRET,
            @JsonProperty("None")
            NONE
        }
    }

    /** Group overage. */
    public record Groups(
            @Default("Graph")
            @JsonPropertyDescription(
                    "Graph: ask Microsoft Graph about the groups that policies name. Deny: refuse the call and say why.")
            Overage overage,

            @Default("App")
            @JsonPropertyDescription(
                    "With overage Graph, whose permission is used. App: the registration's own (GroupMember.Read.All). "
                            + "OnBehalfOf: the user's (User.Read).")
            Lookup lookup) {

        static final Groups DEFAULT = new Groups(Overage.GRAPH, Lookup.APP);

        public Groups {
            overage = Absent.or(overage, Overage.GRAPH);
            lookup = Absent.or(lookup, Lookup.APP);
        }

        /** What overage leads to. */
        public enum Overage {
            @JsonProperty("Graph")
            GRAPH,
            @JsonProperty("Deny")
            DENY
        }

        /** Whose permission. */
        public enum Lookup {
            @JsonProperty("App")
            APP,
            @JsonProperty("OnBehalfOf")
            ON_BEHALF_OF
        }
    }
}
