package dev.ostiary.gateway.compiler;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.ostiary.crds.McpGateway;
import java.io.IOException;
import java.io.InputStream;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** Words that the compiler and the rules of the CRDs both list are the same ones. */
class RuleAgreementTest {

    private static final Pattern LIST = Pattern.compile("\\[('[^\\]]*')]");
    private static final Pattern WORD = Pattern.compile("'([^']+)'");

    @Test
    void reservedRoutesAreTheSame() throws IOException {
        JsonNode workload = schema("mcpworkloads");
        assertThat(listed(workload.at("/properties/spec/properties/route"), 0)).isEqualTo(RouteNames.RESERVED);
        assertThat(listed(workload, 0)).as("where the name is the route").isEqualTo(RouteNames.RESERVED);
    }

    @Test
    void headersThatCarryNoCredentialAreTheSame() throws IOException {
        JsonNode header = schema("mcpworkloads").at("/properties/spec/properties/upstreamAuth/properties/header");
        assertThat(listed(header, 0)).isEqualTo(UpstreamAuthReader.NOT_FOR_CREDENTIALS);
        assertThat(listed(header, 1)).isEqualTo(Set.copyOf(UpstreamAuthReader.NOT_FOR_CREDENTIALS_PREFIXES));
    }

    @Test
    void schemesThatAreNoApplicationsOwnAreTheSame() throws IOException {
        JsonNode schemes = schema("mcpgateways")
                .at(
                        "/properties/spec/properties/authorization/properties/clients/properties/redirects/properties/schemes");
        Set<String> own = new TreeSet<>(RedirectUris.NOT_PRIVATE);
        own.addAll(Set.of("http", "https"));
        assertThat(listed(schemes, 0)).isEqualTo(own);
    }

    /** The words of the list at this position among the lists of the first rule. */
    private static Set<String> listed(JsonNode schema, int position) {
        String rule = schema.at("/x-kubernetes-validations/0/rule").asText();
        Matcher list = LIST.matcher(rule);
        for (int i = 0; i <= position; i++) {
            assertThat(list.find()).as(rule).isTrue();
        }
        return WORD.matcher(list.group(1))
                .results()
                .map(word -> word.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static JsonNode schema(String plural) throws IOException {
        try (InputStream yaml =
                McpGateway.class.getResourceAsStream("/META-INF/fabric8/" + plural + ".ostiary.dev-v1.yml")) {
            Object crd = new Load(LoadSettings.builder().build()).loadFromInputStream(yaml);
            return JsonMapper.builder()
                    .build()
                    .<JsonNode>valueToTree(crd)
                    .at("/spec/versions/0/schema/openAPIV3Schema");
        }
    }
}
