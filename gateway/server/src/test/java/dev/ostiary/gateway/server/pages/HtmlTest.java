package dev.ostiary.gateway.server.pages;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class HtmlTest {

    private record Row(String name, String text, String html) {}

    private static final List<Row> ROWS = List.of(
            new Row("plain", "Visual Studio Code", "Visual Studio Code"),
            new Row("what ends a style", "</style>", "&lt;/style&gt;"),
            new Row("both quotes", "\" ' ` =", "&quot; &#39; ` ="),
            new Row("an entity is a text", "&lt;&#x3c;", "&amp;lt;&amp;#x3c;"),
            new Row("format strings", "%s %n {0}", "%s %n {0}"),
            new Row("overrides", "a\u202Etxt.exe\u202C", "a\uFFFDtxt.exe\uFFFD"),
            new Row("isolates and marks of direction", "\u2066\u2069\u200E\u200F\u061C", "\uFFFD".repeat(5)),
            new Row("nothing to see", "a\u200Bb\u00ADc\uFEFFd\u2060", "a\uFFFDb\uFFFDc\uFFFDd\uFFFD"),
            new Row("control characters", "a\u0000b\u001B[31m\u007F\u0085", "a\uFFFDb\uFFFD[31m\uFFFD\uFFFD"),
            new Row("line breaks", "a\r\nb\tc\u2028d", "a  b c\uFFFDd"),
            new Row("lone surrogates", "\uD83D \uDC69", "\uFFFD \uFFFD"),
            new Row("tags", "a\uDB40\uDC41", "a\uFFFD"),
            new Row("private use", "\uE000\uF8FF", "\uFFFD\uFFFD"),
            new Row("emoji of several", "👩‍💻", "👩‍💻"),
            new Row("right to left", "مرحبا שלום", "مرحبا שלום"),
            new Row("joiners", "می\u200Cخواهم", "می\u200Cخواهم"),
            new Row("accents", "Cafe\u0301", "Cafe\u0301"),
            new Row("accents that climb", "a" + "\u0301".repeat(50) + "b", "a" + "\u0301".repeat(4) + "b"));

    @TestFactory
    Stream<DynamicTest> textsOfOthersAreShownAndDoNothing() {
        return ROWS.stream()
                .map(row -> DynamicTest.dynamicTest(row.name(), () -> {
                    assertThat(Html.text(row.text()).markup()).isEqualTo(row.html());
                    assertThat(Html.name(row.text()).markup()).isEqualTo("<bdi>" + row.html() + "</bdi>");
                }));
    }

    @Test
    void aNameIsCutAtItsEndBetweenCharacters() {
        assertThat(Html.name("x".repeat(10_000)).markup()).isEqualTo("<bdi>" + "x".repeat(120) + "…</bdi>");
        assertThat(Html.name("x".repeat(119) + "😀😀").markup()).isEqualTo("<bdi>" + "x".repeat(119) + "…</bdi>");
    }

    @Test
    void anAddressKeepsTheEndThatSaysWhoseItIs() {
        assertThat(Html.address("login.microsoftonline.com.".repeat(500) + "evil.example")
                        .markup())
                .startsWith("<bdi dir=\"ltr\">…")
                .endsWith(".evil.example</bdi>")
                .hasSizeLessThan(330);
    }

    @Test
    void anAddressBreaksAfterItsSlashes() {
        assertThat(Html.address("https://a.example/b/c").markup())
                .isEqualTo("<bdi dir=\"ltr\">https://a.example/<wbr>b/<wbr>c</bdi>");
    }

    @Test
    void aValueThatMustComeBackIsOnlyEscaped() {
        assertThat(Html.attribute("a\u202E\"<" + "x".repeat(5000)).markup())
                .isEqualTo("a\u202E&quot;&lt;" + "x".repeat(5000));
    }
}
