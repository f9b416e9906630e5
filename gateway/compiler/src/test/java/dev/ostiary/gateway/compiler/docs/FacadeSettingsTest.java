package dev.ostiary.gateway.compiler.docs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ostiary.crds.Authorization;
import dev.ostiary.crds.McpGatewaySpec;
import dev.ostiary.crds.SecretKeyRef;
import java.io.IOException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The settings that the page about the facade explains are those of the resource's model. */
class FacadeSettingsTest {

    private static final Path PAGE = Path.of("../../docs/facade.md");

    @Test
    void everySettingOfTheModelIsExplainedAndNoOther() throws IOException {
        Set<String> model = new TreeSet<>();
        collect(McpGatewaySpec.class, "", model);
        Matcher row = Pattern.compile("(?m)^\\| `([a-z][A-Za-z.]+)` \\|").matcher(Files.readString(PAGE));
        List<String> documented = new ArrayList<>();
        while (row.find()) {
            documented.add(row.group(1));
        }

        assertThat(documented).doesNotHaveDuplicates();
        assertThat(documented)
                .allMatch(setting ->
                        model.stream().anyMatch(field -> field.equals(setting) || field.startsWith(setting + ".")));
        assertThat(model.stream().filter(field -> field.startsWith("authorization.") || field.startsWith("store.")))
                .allMatch(field -> documented.contains(field) || field.startsWith("authorization.entraTokens."));
    }

    private static void collect(Class<?> type, String prefix, Set<String> into) {
        for (RecordComponent component : type.getRecordComponents()) {
            String name = prefix + name(component);
            Class<?> value = valueType(component.getGenericType());
            if (value.isRecord()
                    && value != SecretKeyRef.class
                    && value.getPackage() == Authorization.class.getPackage()) {
                collect(value, name + ".", into);
            } else {
                into.add(name);
            }
        }
    }

    /** {@code static} is no name for a Java record's component. */
    private static String name(RecordComponent component) {
        return component.getName().equals("statics") ? "static" : component.getName();
    }

    private static Class<?> valueType(Type type) {
        if (type instanceof ParameterizedType list && list.getActualTypeArguments().length == 1) {
            return (Class<?>) list.getActualTypeArguments()[0];
        }
        return type instanceof ParameterizedType map ? (Class<?>) map.getRawType() : (Class<?>) type;
    }
}
