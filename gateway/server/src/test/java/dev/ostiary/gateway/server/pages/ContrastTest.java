package dev.ostiary.gateway.server.pages;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The colours of the stylesheet can be told apart, in light and dark (WCAG 2.2, success criteria 1.4.3 and 1.4.11). */
class ContrastTest {

    private static final double TEXT = 4.5;
    private static final double CONTROL = 3;
    private static final Pattern COLOUR = Pattern.compile("--([a-z-]+): (#[0-9a-f]{6});");

    private record Pair(String front, String back, double ratio) {}

    private static final List<Pair> PAIRS = List.of(
            new Pair("text", "card", TEXT),
            new Pair("text", "ground", TEXT),
            new Pair("quiet", "card", TEXT),
            new Pair("quiet", "ground", TEXT),
            new Pair("on-main", "main", TEXT),
            new Pair("on-notice", "notice", TEXT),
            new Pair("edge", "card", CONTROL),
            new Pair("main", "card", TEXT),
            new Pair("notice-edge", "card", CONTROL),
            new Pair("notice-edge", "notice", CONTROL));

    @TestFactory
    Stream<DynamicTest> coloursCanBeToldApart() {
        String css = Stylesheet.TEXT.markup();
        int dark = css.indexOf("@media (prefers-color-scheme: dark)");
        Map<String, String> light = colours(css.substring(0, dark));
        Map<String, String> night = colours(css.substring(dark));
        assertThat(night.keySet()).isEqualTo(light.keySet());
        return PAIRS.stream().flatMap(pair -> Stream.of(test("light", light, pair), test("dark", night, pair)));
    }

    @Test
    void noColourIsUsedThatHasNoName() {
        String rules = Stylesheet.TEXT.markup().replaceAll("--[a-z-]+: #[0-9a-f]{6};", "");

        assertThat(rules).doesNotContain("#", "rgb", "hsl");
    }

    @Test
    void blackOnWhiteIsTwentyOne() {
        assertThat(ratio("#000000", "#ffffff")).isEqualTo(21);
        assertThat(ratio("#777777", "#ffffff")).isLessThan(TEXT);
    }

    private static DynamicTest test(String scheme, Map<String, String> colours, Pair pair) {
        return DynamicTest.dynamicTest(
                scheme + ": " + pair.front() + " on " + pair.back(),
                () -> assertThat(ratio(colours.get(pair.front()), colours.get(pair.back())))
                        .isGreaterThanOrEqualTo(pair.ratio()));
    }

    private static Map<String, String> colours(String css) {
        Map<String, String> colours = new HashMap<>();
        COLOUR.matcher(css).results().forEach(colour -> colours.put(colour.group(1), colour.group(2)));
        return colours;
    }

    private static double ratio(String one, String other) {
        double a = luminance(one);
        double b = luminance(other);
        return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    }

    private static double luminance(String colour) {
        int rgb = Integer.parseInt(colour.substring(1), 16);
        return 0.2126 * linear(rgb >> 16) + 0.7152 * linear(rgb >> 8 & 255) + 0.0722 * linear(rgb & 255);
    }

    private static double linear(int channel) {
        double share = channel / 255.0;
        return share <= 0.04045 ? share / 12.92 : Math.pow((share + 0.055) / 1.055, 2.4);
    }
}
