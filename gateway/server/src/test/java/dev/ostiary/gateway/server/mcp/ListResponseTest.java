package dev.ostiary.gateway.server.mcp;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ListResponseTest {

    private static final int DEPTH = 64;

    @Test
    void keepingAllKeepsEveryByte() {
        byte[] body =
                " { \"id\" : \"é\\u0041\" , \"result\":{\"tools\":[ {\"name\":\"a\", \"x\":1.0e2} ,\n{\"name\":\"b\"} ], \"nextCursor\":\"c\" } ,\"jsonrpc\":\"2.0\"}\n"
                        .getBytes(UTF_8);

        ListResponse.Rendered rendered = page(body, ListKind.TOOLS).render(item -> true);

        assertThat(rendered.body()).isSameAs(body);
        assertThat(rendered.kept()).isEqualTo(2);
        assertThat(rendered.removed()).isZero();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "a | {\"name\":\"a\", \"x\": 1}",
                "b | {\"name\":\"b\"}",
                "ac | {\"name\":\"a\", \"x\": 1},{ \"name\" : \"c\" }",
                "'' | ''"
            })
    void whatIsKeptIsKeptByteForByteAndTheRestIsGone(String keep, String items) {
        String head = "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"_meta\":{\"x\":[1, 2]},\"tools\":[";
        String tail = "],\"nextCursor\":\"z\"}}";
        byte[] body =
                (head + " {\"name\":\"a\", \"x\": 1} , {\"name\":\"b\"},{ \"name\" : \"c\" } " + tail).getBytes(UTF_8);

        ListResponse.Rendered rendered = page(body, ListKind.TOOLS).render(item -> keep.contains(item.key()));

        assertThat(new String(rendered.body(), UTF_8)).isEqualTo(head + items + tail);
        assertThat(rendered.kept() + rendered.removed()).isEqualTo(3);
    }

    @ParameterizedTest
    @CsvSource({
        "TOOLS, tools, name",
        "PROMPTS, prompts, name",
        "RESOURCES, resources, uri",
        "RESOURCE_TEMPLATES, resourceTemplates, uriTemplate",
        "TASKS, tasks, taskId"
    })
    void everyKindOfListHasItsMemberAndKey(ListKind kind, String member, String key) {
        byte[] body = ("{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"" + member + "\":[{\"title\":\"t\",\"" + key
                        + "\":\"k\"}]}}")
                .getBytes(UTF_8);

        assertThat(page(body, kind).items()).extracting(ListedItem::key).containsExactly("k");
    }

    @Test
    void aToolSaysItsHints() {
        ListResponse.Page page = page(
                tools(
                        "{\"name\":\"a\",\"annotations\":{\"title\":\"A\",\"readOnlyHint\":true,\"destructiveHint\":false,"
                                + "\"openWorldHint\":null}},{\"name\":\"b\",\"annotations\":null},{\"name\":\"c\"}"),
                ListKind.TOOLS);

        ListedItem a = page.items().getFirst();
        assertThat(a.readOnlyHint()).isTrue();
        assertThat(a.destructiveHint()).isFalse();
        assertThat(a.idempotentHint()).isNull();
        assertThat(a.openWorldHint()).isNull();
        assertThat(page.items()).extracting(ListedItem::key).containsExactly("a", "b", "c");
        assertThat(page.items().get(1).readOnlyHint()).isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "1",
                "null",
                "\"a\"",
                "[]",
                "{}",
                "{\"name\":null}",
                "{\"name\":1}",
                "{\"name\":\"\"}",
                "{\"Name\":\"a\"}",
                "{\"title\":\"no name\"}",
                "{\"name\":\"a\",\"name\":\"a\"}",
                "{\"name\":\"a\",\"n\\u0061me\":\"evil\"}",
                "{\"name\":\"a\",\"Name\":\"evil\"}",
                "{\"name\":\"a\",\"inputSchema\":{\"x\":1,\"x\":2}}",
                "{\"name\":\"a\",\"annotations\":[]}",
                "{\"name\":\"a\",\"annotations\":\"x\"}",
                "{\"name\":\"a\",\"annotations\":{\"readOnlyHint\":\"true\"}}",
                "{\"name\":\"a\",\"annotations\":{\"readOnlyHint\":1}}",
                "{\"name\":\"a\",\"annotations\":{\"destructiveHint\":false,\"destructiveHint\":true}}",
                "{\"name\":\"a\",\"annotations\":{\"readOnlyHint\":true,\"ReadOnlyHint\":false}}",
                "{\"name\":\"a\",\"annotations\":{\"READONLYHINT\":true}}",
                "{\"name\":\"a\",\"annotations\":{},\"Annotations\":{\"readOnlyHint\":true}}",
                "{\"name\":\"good\"}"
            })
    void anItemThatCannotBeReadIsNeverShown(String item) {
        ListResponse.Page page = page(tools("{\"name\":\"good\"}," + item + ",{\"name\":\"last\"}"), ListKind.TOOLS);

        assertThat(page.dropped()).isEqualTo(1);
        assertThat(new String(page.render(kept -> true).body(), UTF_8))
                .isEqualTo(
                        "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"tools\":[{\"name\":\"good\"},{\"name\":\"last\"}]}}");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "x",
                "[]",
                "{}",
                "{\"jsonrpc\":\"2.0\",\"id\":1}",
                "{\"jsonrpc\":\"1.0\",\"id\":1,\"result\":{\"tools\":[]}}",
                "{\"id\":1,\"result\":{\"tools\":[]}}",
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}",
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":[]}",
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"tools\":{}}}",
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"tools\":null}}",
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"Tools\":[]}}",
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"tools\":[],\"Tools\":[{\"name\":\"hidden\"}]}}",
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"tools\":[],\"tools\":[{\"name\":\"hidden\"}]}}",
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"tools\":[]},\"result\":{}}",
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"tools\":[]},\"error\":{}}",
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"tools\":[}}",
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"tools\":[]}} x",
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"prompts\":[{\"name\":\"p\"}]}}"
            })
    void aResponseThatIsNotTheListShowsNothing(String body) {
        assertThat(ListResponse.read(body.getBytes(UTF_8), ListKind.TOOLS, DEPTH))
                .isInstanceOf(ListResponse.Unreadable.class);
    }

    @Test
    void anErrorIsPassedOn() {
        assertThat(ListResponse.read(
                        "{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":-32601,\"message\":\"x\"}}".getBytes(UTF_8),
                        ListKind.TOOLS,
                        DEPTH))
                .isInstanceOf(ListResponse.Failure.class);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"ttlMs\":300000,\"cacheScope\":\"public\" | \"ttlMs\":60000,\"cacheScope\":\"private\"",
                "\"cacheScope\" : \"public\", \"ttlMs\" : 60001 | \"cacheScope\" : \"private\", \"ttlMs\" : 60000",
                "\"ttlMs\":60000,\"cacheScope\":\"private\" | \"ttlMs\":60000,\"cacheScope\":\"private\"",
                "\"ttlMs\":0,\"x\":1 | \"ttlMs\":0,\"x\":1",
                "\"ttlMs\":1e300,\"x\":1 | \"ttlMs\":60000,\"x\":1",
                "\"ttlMs\":\"long\",\"cacheScope\":null | \"ttlMs\":0,\"cacheScope\":\"private\"",
                "\"cacheScope\":\"publ\\u0069c\" | \"cacheScope\":\"private\"",
                "\"x\":{\"ttlMs\":300000} | \"x\":{\"ttlMs\":300000}"
            })
    void cacheHintsAreLimitedWhereverTheyStand(String hints, String limited) {
        String list = "\"tools\":[{\"name\":\"a\"},{\"name\":\"b\"}]";
        String head = "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{";

        assertThat(new String(
                        page((head + hints + "," + list + "}}").getBytes(UTF_8), ListKind.TOOLS)
                                .render(item -> item.key().equals("b"))
                                .body(),
                        UTF_8))
                .isEqualTo(head + limited + ",\"tools\":[{\"name\":\"b\"}]}}");
        assertThat(new String(
                        page((head + list + "," + hints + "}}").getBytes(UTF_8), ListKind.TOOLS)
                                .render(item -> true)
                                .body(),
                        UTF_8))
                .isEqualTo(head + list + "," + limited + "}}");
        assertThat(new String(CacheHints.limit((head + list + "," + hints + "}}").getBytes(UTF_8), DEPTH), UTF_8))
                .isEqualTo(head + list + "," + limited + "}}");
    }

    @Test
    void aResultWithoutCacheHintsStaysTheSameArray() {
        byte[] body = "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"contents\":[{\"ttlMs\":99999999}]}}".getBytes(UTF_8);

        assertThat(CacheHints.limit(body, DEPTH)).isSameAs(body);
        assertThat(CacheHints.limit("{\"result\":{\"ttlMs\":1,\"ttlMs\":2}}".getBytes(UTF_8), DEPTH))
                .isNull();
    }

    @Test
    void aResponseWithinABatchIsReadInItsRange() {
        byte[] list = tools("{\"name\":\"a\"},{\"name\":\"b\"}");
        byte[] body = ("[" + new String(list, UTF_8) + "]").getBytes(UTF_8);

        ListResponse read = ListResponse.read(body, 1, body.length - 1, ListKind.TOOLS, DEPTH);

        assertThat(((ListResponse.Page) read).render(item -> true).body()).isEqualTo(list);
    }

    @Test
    void aDescriptionCutInTheMiddleOfAPairIsShownAndHashed() {
        byte[] body = tools("{\"name\":\"a\",\"description\":\"cut \\ud83d\"},{\"name\":\"b\\ude00\"}");
        ListResponse.Page page = page(body, ListKind.TOOLS);

        assertThat(page.items()).extracting(ListedItem::key).containsExactly("a");
        assertThat(page.items().getFirst().definitionHash()).startsWith("sha256:");
        assertThat(new String(page.render(item -> true).body(), UTF_8)).contains("\"cut \\ud83d\"");
    }

    @Test
    void theDefinitionHashIsOfTheMeaning() {
        List<ListedItem> items = page(
                        tools("{\"name\":\"a\",\"inputSchema\":{\"type\":\"object\",\"x\":1}},"
                                + "{\"inputSchema\": {\"x\":1.0,\"type\":\"obj\\u0065ct\"}, \"name\":\"a2\"}"),
                        ListKind.TOOLS)
                .items();
        byte[] first = CanonicalJson.write(items.getFirst().definition().put("name", "n"));
        byte[] second = CanonicalJson.write(items.get(1).definition().put("name", "n"));

        assertThat(new String(first, UTF_8))
                .isEqualTo("{\"inputSchema\":{\"type\":\"object\",\"x\":1},\"name\":\"n\"}");
        assertThat(second).isEqualTo(first);
        assertThat(items.getFirst().definitionHash())
                .matches("sha256:[0-9a-f]{64}")
                .isNotEqualTo(items.get(1).definitionHash());
    }

    @ParameterizedTest
    @CsvSource({
        "1, 1",
        "1.0, 1",
        "100, 100",
        "1e2, 100",
        "-0, 0",
        "0.0, 0",
        "1.50, 1.5",
        "1e999, 1e999",
        "10e998, 1e999",
        "1e-999, 1e-999"
    })
    void aNumberHasOneCanonicalForm(String written, String canonical) {
        byte[] body = ("{\"n\":" + written + "}").getBytes(UTF_8);

        assertThat(new String(CanonicalJson.write(JsonTrees.object(body, 0, body.length)), UTF_8))
                .isEqualTo("{\"n\":" + canonical + "}");
    }

    /** Whatever a server says around and inside its items stays as it is; keeping some keeps exactly those. */
    @Test
    void randomListsKeepTheirBytes() {
        Random random = new Random(7);
        for (int round = 0; round < 2_000; round++) {
            List<String> items = new ArrayList<>();
            for (int i = random.nextInt(6); i > 0; i--) {
                items.add("{" + space(random) + "\"name\":\"t" + i + "\",\"v\":" + value(random, 4) + space(random)
                        + "}");
            }
            String head = space(random) + "{\"jsonrpc\":\"2.0\",\"id\":" + random.nextInt(100) + ",\"result\":{\"a\":"
                    + value(random, 4) + ",\"tools\"" + space(random) + ":[";
            String tail = "]" + space(random) + ",\"z\":" + value(random, 4) + "}}" + space(random);
            String separator = space(random) + "," + space(random);
            byte[] body = (head + String.join(separator, items) + tail).getBytes(UTF_8);
            ListResponse.Page page = page(body, ListKind.TOOLS);

            assertThat(page.render(item -> true).body()).isEqualTo(body);

            long mask = random.nextLong();
            List<String> kept = new ArrayList<>();
            for (int i = 0; i < items.size(); i++) {
                if ((mask >> i & 1) == 1) {
                    kept.add(items.get(i));
                }
            }
            int[] at = {0};
            String rendered =
                    new String(page.render(item -> (mask >> at[0]++ & 1) == 1).body(), UTF_8);
            String separatorLeft = kept.size() == items.size() ? separator : ",";
            assertThat(rendered).isEqualTo(head + String.join(separatorLeft, kept) + tail);
        }
    }

    private static String space(Random random) {
        return " \n\t".substring(0, random.nextInt(4));
    }

    private static String value(Random random, int depth) {
        return switch (random.nextInt(depth == 0 ? 5 : 7)) {
            case 0 -> "null";
            case 1 -> Boolean.toString(random.nextBoolean());
            case 2 -> Double.toString(random.nextDouble() * random.nextInt());
            case 3 -> Integer.toString(random.nextInt());
            case 4 ->
                "\"" + List.of("", "é", "\\u00e9", "😀", "]}", "\\\"", "a\\\\").get(random.nextInt(7)) + "\"";
            case 5 -> "[" + value(random, depth - 1) + "," + space(random) + value(random, depth - 1) + "]";
            default ->
                "{\"x\":" + value(random, depth - 1) + space(random) + ",\"name\":" + value(random, depth - 1) + "}";
        };
    }

    private static byte[] tools(String items) {
        return ("{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"tools\":[" + items + "]}}").getBytes(UTF_8);
    }

    private static ListResponse.Page page(byte[] body, ListKind kind) {
        ListResponse read = ListResponse.read(body, kind, DEPTH);
        assertThat(read).isInstanceOf(ListResponse.Page.class);
        return (ListResponse.Page) read;
    }
}
