package dev.ostiary.entra.check;

import dev.ostiary.entra.plan.ActualRegistration;
import dev.ostiary.entra.plan.Change;
import dev.ostiary.entra.registration.DesiredRegistration;
import java.util.List;

/** What users see of Entra's where something is wrong, in the order in which Entra looks at a request. */
record SeenCodes(DesiredRegistration desired, ActualRegistration actual) {

    static final String PERSONAL_ACCOUNTS_ONLY = "PersonalMicrosoftAccount";

    /** The code of a difference; empty: users see none. */
    String of(Change change) {
        return switch (change.field()) {
            case REDIRECT_URIS -> redirectCode(change.there());
            case ACCOUNT_TYPES -> change.there().equals(PERSONAL_ACCOUNTS_ONLY) ? "AADSTS9002346" : "";
            case IDENTIFIER_URIS -> ofIdentifierUris(change.needed());
            case SCOPES -> "AADSTS650053";
            case PRE_AUTHORIZED -> "AADSTS65001";
            case PERMISSIONS -> change.path().equals("admin consent") ? "AADSTS90094" : "";
            case SERVICE_PRINCIPAL -> desired.facade() ? "AADSTS700016" : "AADSTS500011";
            case ENABLED -> desired.facade() ? "AADSTS7000112" : "AADSTS500014";
            case FEDERATED_CREDENTIALS -> actual.federated().isEmpty() ? "AADSTS70025" : "AADSTS700211";
            default -> "";
        };
    }

    private static String redirectCode(String there) {
        if (there.contains("spa: ")) {
            return "AADSTS9002327";
        }
        if (there.contains("publicClient: ")) {
            return "AADSTS700025";
        }
        return there.contains("web: ") ? "AADSTS7000218" : "AADSTS50011";
    }

    /** Of identifier URIs that are not as needed, with commas between. */
    String ofIdentifierUris(String uris) {
        return scopesAreBelow(uris) ? "AADSTS500011" : "AADSTS9010010";
    }

    /** Whether clients ask for a scope below one of these URIs: then they fail with the scope before the resource is compared. */
    private boolean scopesAreBelow(String uris) {
        return desired.scopes().stream()
                .filter(scope -> scope.value().startsWith("mcp."))
                .anyMatch(scope -> List.of(uris.split(", ", -1)).stream()
                        .anyMatch(uri -> uri.endsWith("/" + scope.value().substring("mcp.".length()))));
    }
}
