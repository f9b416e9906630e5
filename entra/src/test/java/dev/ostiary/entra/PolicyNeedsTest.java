package dev.ostiary.entra;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ostiary.entra.registration.DesiredRegistration;
import dev.ostiary.entra.registration.RegistrationOptions;
import dev.ostiary.entra.registration.RegistrationOptions.Federation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Roles and groups are read from policies as Cedar reads them. */
class PolicyNeedsTest {

    private static final RegistrationOptions OPTIONS = new RegistrationOptions(
            null, RegistrationOptions.Uris.ROUTES, null, null, true, new Federation(null, null, null));

    @TempDir
    private Path folder;

    @Test
    void rolesThatAreNamed() throws Exception {
        assertThat(roles("""
                permit(principal in Role::"Notes.Read", action, resource);
                permit(principal, action, resource) when { principal in [ Role::"Notes.Write", Role::"Notes.Admin" ] };
                permit(principal, action, resource)
                when { principal.claim_roles . containsAny ( [ "Notes.Any", "Notes.Other" ] ) };
                permit(principal, action, resource) when { principal.claim_roles.contains("Notes.One") };
                """))
                .containsExactly("Notes.Admin", "Notes.Any", "Notes.One", "Notes.Other", "Notes.Read", "Notes.Write");
    }

    @Test
    void notThoseInCommentsAnnotationsAndStrings() throws Exception {
        String cedar = """
                // permit(principal in Role::"Commented.Out", action, resource);
                @note("Role::\\"In.An.Annotation\\"")
                permit(principal, action, resource) when { resource.name == "Role::\\"In.A.String\\" // Group::" };
                """;
        assertThat(roles(cedar)).isEmpty();
        assertThat(desired(cedar).groups().needed()).isFalse();
    }

    @Test
    void groupsThatAreNamedOrNot() throws Exception {
        for (String cedar : List.of(
                "permit(principal in Group::\"3d4b0f7e-0000-4000-8000-000000000101\", action, resource);",
                "permit(principal in THVGroup::\"Readers\", action, resource);",
                "permit(principal, action, resource) when { principal.claim_groups.contains(\"x\") };",
                "permit(principal, action, resource) when { principal in resource.owner };")) {
            assertThat(desired(cedar).groups().needed()).as(cedar).isTrue();
        }
        assertThat(desired("permit(principal, action, resource);").groups().needed())
                .isFalse();
    }

    @Test
    void aPolicyThatDoesNotParseIsNamed() throws Exception {
        DesiredRegistration desired = desired("permit(principal in Role::\"Notes.Read\", action, resource)");

        assertThat(desired.appRoles()).isEmpty();
        assertThat(desired.notes()).anySatisfy(note -> assertThat(note).startsWith("Cedar cannot read mcp/reading:"));
    }

    private List<String> roles(String cedar) throws IOException {
        return desired(cedar).appRoles().stream()
                .map(DesiredRegistration.AppRole::value)
                .toList();
    }

    private DesiredRegistration desired(String cedar) throws IOException {
        Path file = Files.writeString(folder.resolve("resources.yaml"), """
                apiVersion: ostiary.dev/v1alpha1
                kind: McpGateway
                metadata: { name: engineering, namespace: mcp }
                spec:
                  publicUrl: https://mcp.example.com
                  entra:
                    tenantId: 3d4b0f7e-0000-4000-8000-000000000001
                    clientId: 00000000-0000-0000-0000-000000000000
                    credential: { type: None }
                ---
                apiVersion: ostiary.dev/v1alpha1
                kind: McpPolicy
                metadata: { name: reading, namespace: mcp }
                spec:
                  targetRefs: [{ kind: McpGateway, name: engineering }]
                  cedar: |
                %s""".formatted(cedar.indent(4)));
        return Given.registration(file, OPTIONS);
    }
}
