package dev.ostiary.connect.az;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a token is asked for.
 *
 * @param resource an identifier URI such as {@code api://…}; null when scopes are named
 * @param scopes of one resource; empty when the resource is named
 * @param tenant null: the one of the login
 */
public record AzRequest(
        @Nullable String resource,
        List<String> scopes,
        @Nullable String tenant) {

    public AzRequest {
        scopes = List.copyOf(scopes);
        if ((resource == null) == scopes.isEmpty()) {
            throw new IllegalArgumentException("either a resource or scopes");
        }
    }

    /** For messages. */
    public String target() {
        return resource == null ? String.join(" ", scopes) : resource;
    }

    /** The same without a tenant. */
    AzRequest withoutTenant() {
        return new AzRequest(resource, scopes, null);
    }

    List<String> tokenArguments() {
        List<String> arguments = new ArrayList<>(List.of("account", "get-access-token", "--output", "json"));
        if (resource != null) {
            arguments.addAll(List.of("--resource", resource));
        } else {
            arguments.add("--scope");
            arguments.addAll(scopes);
        }
        addTenant(arguments);
        return arguments;
    }

    List<String> loginArguments(boolean deviceCode) {
        List<String> arguments =
                new ArrayList<>(List.of("login", "--output", "none", "--allow-no-subscriptions", "--scope"));
        if (resource != null) {
            arguments.add(resource + "/.default");
        } else {
            arguments.addAll(scopes);
        }
        if (deviceCode) {
            arguments.add("--use-device-code");
        }
        addTenant(arguments);
        return arguments;
    }

    private void addTenant(List<String> arguments) {
        if (tenant != null) {
            arguments.addAll(List.of("--tenant", tenant));
        }
    }
}
