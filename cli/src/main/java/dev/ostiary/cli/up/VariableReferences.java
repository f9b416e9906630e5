package dev.ostiary.cli.up;

import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * {@code $(NAME)} in commands, arguments and values, as Kubernetes expands them: a variable that is not known stays as it is
 * written, and {@code $$(NAME)} is {@code $(NAME)} itself (Kubernetes, "Define Dependent Environment Variables").
 */
final class VariableReferences {

    private static final Pattern REFERENCE = Pattern.compile("\\$(\\$|\\(([-._a-zA-Z][-._a-zA-Z0-9]*)\\))");

    private VariableReferences() {}

    static String expand(String text, Map<String, String> variables) {
        return REFERENCE.matcher(text).replaceAll(found -> {
            String name = found.group(2);
            return Matcher.quoteReplacement(name == null ? "$" : variables.getOrDefault(name, found.group()));
        });
    }
}
