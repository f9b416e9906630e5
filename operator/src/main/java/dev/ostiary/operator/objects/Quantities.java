package dev.ostiary.operator.objects;

import dev.ostiary.crds.ResourceNeeds;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import io.fabric8.kubernetes.api.model.ResourceRequirementsBuilder;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Quantities as the API server stores them: no fraction, the largest suffix that keeps the number whole (Kubernetes API
 * reference, {@code resource.Quantity}). {@code 1000m} is stored as {@code 1}, {@code 1.5Gi} as {@code 1536Mi}; written otherwise,
 * what is desired would differ from what is there for ever.
 */
final class Quantities {

    private static final Pattern QUANTITY =
            Pattern.compile("(-?(?:[0-9]+(?:\\.[0-9]+)?|\\.[0-9]+))([numkMGTPE]|[KMGTPE]i|e[+-]?[0-9]{1,3})?");
    private static final List<String> BINARY = List.of("", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei");
    private static final List<String> DECIMAL = List.of("n", "u", "m", "", "k", "M", "G", "T", "P", "E");
    private static final int DECIMAL_UNIT = DECIMAL.indexOf("");
    private static final BigDecimal THOUSAND = BigDecimal.valueOf(1000);
    private static final BigInteger KIBI = BigInteger.valueOf(1024);
    private static final int MILLI = 3;

    private Quantities() {}

    /** Requests and limits, where whatever is not stated of CPU or memory is {@code usual}. */
    static @Nullable ResourceRequirements of(@Nullable ResourceNeeds stated, Map<String, Needs> usual) {
        Map<String, Quantity> requests = new TreeMap<>();
        Map<String, Quantity> limits = new TreeMap<>();
        if (stated != null) {
            requests.putAll(stated.requests());
            limits.putAll(stated.limits());
        }
        usual.forEach((resource, needs) -> {
            // Half of a pair could contradict the other half.
            if (!requests.containsKey(resource) && !limits.containsKey(resource)) {
                requests.put(resource, new Quantity(needs.request()));
                if (needs.limit() != null) {
                    limits.put(resource, new Quantity(needs.limit()));
                }
            }
        });
        if (requests.isEmpty() && limits.isEmpty()) {
            return null;
        }
        return new ResourceRequirementsBuilder()
                .withRequests(canonical(requests))
                .withLimits(canonical(limits))
                .build();
    }

    /** What a container asks for of one resource unless somebody says otherwise. */
    record Needs(String request, @Nullable String limit) {}

    static Map<String, Quantity> canonical(Map<String, Quantity> quantities) {
        Map<String, Quantity> canonical = new TreeMap<>();
        quantities.forEach((name, quantity) -> canonical.put(name, new Quantity(canonical(quantity.toString()))));
        return canonical;
    }

    /** The quantity as it is stored; what is none is left to the API server to refuse, and so are spellings that it keeps. */
    static String canonical(String text) {
        Matcher matcher = QUANTITY.matcher(text);
        if (!matcher.matches()) {
            return text;
        }
        BigDecimal number = new BigDecimal(matcher.group(1));
        String suffix = matcher.group(2) == null ? "" : matcher.group(2);
        if (BINARY.indexOf(suffix) > 0) {
            return binary(number.multiply(new BigDecimal(KIBI.pow(BINARY.indexOf(suffix)))));
        }
        if (DECIMAL.contains(suffix)) {
            return decimal(number.scaleByPowerOfTen(3 * (DECIMAL.indexOf(suffix) - DECIMAL_UNIT)));
        }
        return exponent(number.scaleByPowerOfTen(Integer.parseInt(suffix.substring(1))));
    }

    private static String binary(BigDecimal value) {
        boolean whole = value.stripTrailingZeros().scale() <= 0;
        if (!whole || value.abs().compareTo(new BigDecimal(KIBI)) < 0) {
            return decimal(value);
        }
        BigInteger rest = value.toBigIntegerExact();
        int suffix = 0;
        while (suffix < BINARY.size() - 1
                && rest.signum() != 0
                && rest.mod(KIBI).signum() == 0) {
            rest = rest.divide(KIBI);
            suffix++;
        }
        return rest + BINARY.get(suffix);
    }

    private static String decimal(BigDecimal value) {
        BigDecimal rest = milli(value).scaleByPowerOfTen(MILLI);
        int suffix = DECIMAL.indexOf("m");
        while (suffix < DECIMAL.size() - 1
                && rest.signum() != 0
                && rest.remainder(THOUSAND).signum() == 0) {
            rest = rest.divide(THOUSAND);
            suffix++;
        }
        return rest.signum() == 0 ? "0" : rest.toBigIntegerExact() + DECIMAL.get(suffix);
    }

    private static String exponent(BigDecimal value) {
        BigDecimal rest = milli(value).scaleByPowerOfTen(MILLI);
        int exponent = -MILLI;
        while (rest.signum() != 0 && rest.remainder(THOUSAND).signum() == 0) {
            rest = rest.divide(THOUSAND);
            exponent += 3;
        }
        if (rest.signum() == 0) {
            return "0";
        }
        return rest.toBigIntegerExact() + (exponent == 0 ? "" : "e" + exponent);
    }

    /** Amounts of resources have nothing smaller; it is rounded up. */
    private static BigDecimal milli(BigDecimal value) {
        return value.setScale(MILLI, RoundingMode.UP);
    }
}
