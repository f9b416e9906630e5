package dev.ostiary.gateway.server.mcp;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads one page of a list in one pass; one instance per response. */
final class ListReader {

    private static final byte[] JSONRPC = ascii("jsonrpc");
    private static final byte[] RESULT = ascii("result");
    private static final byte[] ERROR = ascii("error");
    private static final byte[] NEXT_CURSOR = ascii("nextCursor");
    private static final byte[] ANNOTATIONS = ascii("annotations");
    private static final byte[][] HINTS = {
        ascii("readOnlyHint"), ascii("destructiveHint"), ascii("idempotentHint"), ascii("openWorldHint")
    };

    private final byte[] source;
    private final int start;
    private final int end;
    private final ListKind kind;
    private final StrictJson json;
    private final byte[] listName;
    private final byte[] keyName;
    private final Set<String> resultNames;
    private final Set<String> itemNames;
    private final List<ListedItem> items = new ArrayList<>();
    private final Set<String> keys = new HashSet<>();
    private final CacheHints hints = new CacheHints();
    private @Nullable String nextCursor;
    private int dropped;
    private int listStart;
    private int listEnd;

    ListReader(byte[] source, int start, int end, ListKind kind, int maxDepth) {
        this.source = source;
        this.start = start;
        this.end = end;
        this.kind = kind;
        this.json = new StrictJson(source, start, end, maxDepth);
        json.tolerateLoneSurrogates();
        this.listName = ascii(kind.member());
        this.keyName = ascii(kind.key());
        this.resultNames = Set.of(MemberNames.folded(kind.member()), "ttlms", "cachescope", "nextcursor");
        this.itemNames = Set.of(MemberNames.folded(kind.key()), "annotations");
    }

    ListResponse read() throws JsonRefused {
        boolean version2 = false;
        boolean failed = false;
        json.enterObject();
        while (json.nextMember()) {
            if (json.nameIs(RESULT) && json.peek() == '{') {
                readResult();
            } else if (json.nameIs(ERROR)) {
                failed = json.peek() == '{';
                json.skipValue();
            } else {
                boolean version = json.nameIs(JSONRPC);
                json.skipValue();
                version2 |= version
                        && JsonText.utf8(source, json.valueStart(), json.valueEnd())
                                .equals("\"2.0\"");
            }
        }
        json.finish();
        if (!version2) {
            return new ListResponse.Unreadable("not JSON-RPC 2.0");
        }
        if (failed) {
            return listEnd == 0
                    ? new ListResponse.Failure()
                    : new ListResponse.Unreadable("both a result and an error");
        }
        if (listEnd == 0) {
            return new ListResponse.Unreadable("no list of " + kind.member(), true);
        }
        return new ListResponse.Page(source, start, end, listStart, listEnd, items, dropped, nextCursor, hints);
    }

    private void readResult() throws JsonRefused {
        json.enterObject();
        while (json.nextMember()) {
            if (json.nameIs(listName)) {
                readList();
            } else if (!hints.take(json)) {
                if (isMisspelt(resultNames, "nextCursor")) {
                    throw json.refused("a known member name in another letter case");
                }
                boolean cursor = json.nameIs(NEXT_CURSOR);
                json.skipValue();
                if (cursor && source[json.valueStart()] == '"') {
                    nextCursor = JsonText.decode(source, json.valueStart(), json.valueEnd());
                }
            }
        }
    }

    private void readList() throws JsonRefused {
        json.enterArray();
        listStart = json.position();
        json.tolerateDuplicates(true);
        while (json.nextElement()) {
            ListedItem item = null;
            if (json.peek() == '{') {
                item = readItem();
            } else {
                json.skipValue();
            }
            if (item != null && keys.add(item.key())) {
                items.add(item);
            } else {
                dropped++;
            }
        }
        json.tolerateDuplicates(false);
        listEnd = json.position() - 1;
    }

    /** An item, or null when it cannot be read as one; consumed either way. */
    private @Nullable ListedItem readItem() throws JsonRefused {
        int from = json.position();
        String key = null;
        boolean sound = true;
        byte[] found = new byte[HINTS.length];
        json.takeDuplicateSeen();
        json.enterObject();
        while (json.nextMember()) {
            if (json.nameIs(keyName)) {
                json.skipValue();
                if (source[json.valueStart()] == '"' && !json.hasLoneSurrogate()) {
                    key = JsonText.decode(source, json.valueStart(), json.valueEnd());
                }
            } else if (kind == ListKind.TOOLS && json.nameIs(ANNOTATIONS)) {
                sound &= readAnnotations(found);
            } else {
                sound &= !isMisspelt(itemNames, "");
                json.skipValue();
            }
        }
        if (json.takeDuplicateSeen() || !sound || key == null || key.isEmpty()) {
            return null;
        }
        return new ListedItem(source, from, json.position(), key, found);
    }

    private boolean readAnnotations(byte[] found) throws JsonRefused {
        if (json.peek() != '{') {
            json.skipValue();
            return source[json.valueStart()] == 'n';
        }
        boolean sound = true;
        json.enterObject();
        while (json.nextMember()) {
            int hint = -1;
            for (int i = 0; i < HINTS.length && hint < 0; i++) {
                hint = json.nameIs(HINTS[i]) ? i : -1;
            }
            if (hint < 0 && json.nameMayFold()) {
                String folded = MemberNames.folded(json.name());
                sound &= !folded.endsWith("hint") || !isHint(folded);
            }
            json.skipValue();
            byte first = source[json.valueStart()];
            if (hint >= 0) {
                found[hint] = first;
                sound &= first == 't' || first == 'f' || first == 'n';
            }
        }
        return sound;
    }

    private static boolean isHint(String folded) {
        for (byte[] hint : HINTS) {
            if (folded.equals(MemberNames.folded(new String(hint, StandardCharsets.US_ASCII)))) {
                return true;
            }
        }
        return false;
    }

    private boolean isMisspelt(Set<String> known, String exact) {
        if (!json.nameMayFold()) {
            return false;
        }
        String name = json.name();
        return !name.equals(exact) && known.contains(MemberNames.folded(name));
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
