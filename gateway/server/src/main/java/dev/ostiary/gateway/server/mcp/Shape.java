package dev.ostiary.gateway.server.mcp;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The members of one JSON object that the gateway looks at. Everything else is checked and passed over.
 *
 * <p>Where a workload acts on a member by its name, a second spelling of that name is refused: some JSON readers match
 * names without regard to case (Go's {@code encoding/json}, where the later member wins), so {@code "Name"} beside
 * {@code "name"} would be judged as one tool and run as another.
 */
final class Shape {

    // Fields of a message, each a range of the input.
    static final int JSONRPC = 0;
    static final int ID = 1;
    static final int METHOD = 2;
    static final int PARAMS = 3;
    static final int RESULT = 4;
    static final int ERROR = 5;
    static final int NAME = 6;
    static final int URI = 7;
    static final int ARGUMENTS = 8;
    static final int REF_TYPE = 9;
    static final int REF_NAME = 10;
    static final int REF_URI = 11;
    static final int TASK_ID = 12;
    static final int REQUEST_ID = 13;
    static final int PROTOCOL_VERSION = 14;
    static final int CLIENT_NAME = 15;
    static final int CLIENT_VERSION = 16;
    static final int META = 17;
    static final int META_VERSION = 18;
    static final int META_CLIENT_INFO = 19;
    static final int META_CLIENT_NAME = 20;
    static final int META_CLIENT_VERSION = 21;
    static final int META_CAPABILITIES = 22;
    static final int META_PROGRESS_TOKEN = 23;
    static final int META_TRACEPARENT = 24;
    static final int META_TRACESTATE = 25;
    static final int REQUEST_STATE = 26;
    static final int INPUT_RESPONSES = 27;
    static final int RESOURCE_SUBSCRIPTIONS = 28;
    static final int TASK_IDS = 29;
    static final int PROGRESS_TOKEN = 30;
    static final int RESULT_TYPE = 31;
    static final int RESULT_VERSION = 32;
    static final int RESULT_TASK_ID = 33;
    static final int TASK = 34;
    static final int REF = 35;
    static final int FILTER = 36;
    static final int CLIENT_INFO = 37;

    /** Not a member: where a name was first met that must not be here. */
    static final int MISSPELT = 38;

    static final int FIELDS = 39;

    private static final String PREFIX = "io.modelcontextprotocol/";

    /** {@code params.arguments}: policies read its members, so two that differ in case alone are refused. */
    private static final Shape ARGUMENTS_SHAPE = new Shape(Spelling.CASE_BLIND);

    private static final Shape CLIENT_INFO_SHAPE =
            new Shape(Spelling.ANY).with("name", CLIENT_NAME).with("version", CLIENT_VERSION);

    private static final Shape META_CLIENT_INFO_SHAPE =
            new Shape(Spelling.ANY).with("name", META_CLIENT_NAME).with("version", META_CLIENT_VERSION);

    private static final Shape META_SHAPE = new Shape(Spelling.EXACT)
            .with(PREFIX + "protocolVersion", META_VERSION)
            .with(PREFIX + "clientInfo", META_CLIENT_INFO, META_CLIENT_INFO_SHAPE)
            .with(PREFIX + "clientCapabilities", META_CAPABILITIES)
            .with("progressToken", META_PROGRESS_TOKEN)
            .with("traceparent", META_TRACEPARENT)
            .with("tracestate", META_TRACESTATE);

    private static final Shape REF_SHAPE = new Shape(Spelling.EXACT)
            .with("type", REF_TYPE)
            .with("name", REF_NAME)
            .with("uri", REF_URI);

    private static final Shape FILTER_SHAPE = new Shape(Spelling.EXACT)
            .with("resourceSubscriptions", RESOURCE_SUBSCRIPTIONS)
            .with("taskIds", TASK_IDS);

    private static final Shape PARAMS_SHAPE = new Shape(Spelling.EXACT)
            .with("name", NAME)
            .with("uri", URI)
            .with("arguments", ARGUMENTS, ARGUMENTS_SHAPE)
            .with("_meta", META, META_SHAPE)
            .with("ref", REF, REF_SHAPE)
            .with("taskId", TASK_ID)
            .with("task", TASK)
            .with("requestId", REQUEST_ID)
            .with("protocolVersion", PROTOCOL_VERSION)
            .with("clientInfo", CLIENT_INFO, CLIENT_INFO_SHAPE)
            .with("requestState", REQUEST_STATE)
            .with("inputResponses", INPUT_RESPONSES)
            .with("notifications", FILTER, FILTER_SHAPE)
            .with("progressToken", PROGRESS_TOKEN);

    private static final Shape RESULT_TASK_SHAPE = new Shape(Spelling.ANY).with("taskId", RESULT_TASK_ID);

    private static final Shape RESULT_SHAPE = new Shape(Spelling.ANY)
            .with("resultType", RESULT_TYPE)
            .with("protocolVersion", RESULT_VERSION)
            .with("taskId", RESULT_TASK_ID)
            .with("task", TASK, RESULT_TASK_SHAPE);

    /** A message from a client: nothing but the members of JSON-RPC. */
    static final Shape FROM_CLIENT = new Shape(Spelling.CLOSED)
            .with("jsonrpc", JSONRPC)
            .with("id", ID)
            .with("method", METHOD)
            .with("params", PARAMS, PARAMS_SHAPE)
            .with("result", RESULT)
            .with("error", ERROR);

    /** A message from a workload. */
    static final Shape FROM_SERVER = new Shape(Spelling.EXACT)
            .with("jsonrpc", JSONRPC)
            .with("id", ID)
            .with("method", METHOD)
            .with("params", PARAMS, PARAMS_SHAPE)
            .with("result", RESULT, RESULT_SHAPE)
            .with("error", ERROR);

    /** How names other than the known ones are treated. */
    enum Spelling {
        /** Pass over. */
        ANY,
        /** Pass over, but refuse a known name in other letter case. */
        EXACT,
        /** Refuse. */
        CLOSED,
        /** No names are known; refuse any two that differ in case alone. */
        CASE_BLIND
    }

    /** A member that is looked at. */
    private static final class Member {
        private final byte[] name;
        private final int field;
        private final @Nullable Shape shape;

        Member(byte[] name, int field, @Nullable Shape shape) {
            this.name = name;
            this.field = field;
            this.shape = shape;
        }
    }

    private final Spelling spelling;
    private final List<Member> members = new ArrayList<>();
    private final Set<String> folded = new HashSet<>();
    private Member[] table = {};

    private Shape(Spelling spelling) {
        this.spelling = spelling;
    }

    private Shape with(String name, int field) {
        return with(name, field, null);
    }

    private Shape with(String name, int field, @Nullable Shape shape) {
        members.add(new Member(name.getBytes(StandardCharsets.US_ASCII), field, shape));
        folded.add(MemberNames.folded(name));
        table = members.toArray(Member[]::new);
        return this;
    }

    /**
     * Reads the object that comes next and notes where its known members are.
     *
     * @param fields start of field n at 2n, end at 2n + 1
     */
    void read(StrictJson json, int[] fields) throws JsonRefused {
        if (spelling == Spelling.CASE_BLIND) {
            json.enterCaseBlindObject();
        } else {
            json.enterObject();
        }
        while (json.nextMember()) {
            Member member = find(json);
            if (member == null) {
                if (fields[2 * MISSPELT + 1] == 0 && isMisspelt(json)) {
                    fields[2 * MISSPELT] = json.position();
                    fields[2 * MISSPELT + 1] = json.position();
                }
                json.skipValue();
                continue;
            }
            if (member.shape == null || json.peek() != '{') {
                json.skipValue();
                fields[2 * member.field] = json.valueStart();
                fields[2 * member.field + 1] = json.valueEnd();
            } else {
                int start = json.position();
                member.shape.read(json, fields);
                fields[2 * member.field] = start;
                fields[2 * member.field + 1] = json.position();
            }
        }
    }

    private @Nullable Member find(StrictJson json) {
        int length = json.nameLength();
        for (Member member : table) {
            if (member.name.length == length && json.nameIs(member.name)) {
                return member;
            }
        }
        return null;
    }

    private boolean isMisspelt(StrictJson json) {
        return switch (spelling) {
            case ANY, CASE_BLIND -> false;
            case CLOSED -> true;
            case EXACT -> json.nameMayFold() && folded.contains(MemberNames.folded(json.name()));
        };
    }
}
