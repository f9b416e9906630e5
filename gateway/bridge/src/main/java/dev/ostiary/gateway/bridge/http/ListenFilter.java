package dev.ostiary.gateway.bridge.http;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.ostiary.gateway.bridge.message.Message;
import dev.ostiary.gateway.bridge.message.Rpc;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What a {@code subscriptions/listen} asks for (MCP 2026-07-28, "Subscriptions") as far as a server of the older era can say it.
 *
 * @param lists the members of {@code notifications} that are true
 * @param resources the URIs asked for
 */
record ListenFilter(Set<String> lists, Set<String> resources) {

    private static final int MOST_RESOURCES = 256;
    private static final int MOST_RESOURCE_CHARS = 32 * 1024;

    private static final Map<String, String> METHODS = Map.of(
            "toolsListChanged", "notifications/tools/list_changed",
            "promptsListChanged", "notifications/prompts/list_changed",
            "resourcesListChanged", "notifications/resources/list_changed");

    /** Reads the params of a message that has been read before; what is unknown is left out. */
    static ListenFilter read(Message message) throws IOException {
        Set<String> lists = new LinkedHashSet<>();
        Set<String> resources = new LinkedHashSet<>();
        try (JsonParser json = message.paramsParser()) {
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                boolean asked = json.currentName().equals("notifications");
                if (json.nextToken() == JsonToken.START_OBJECT && asked) {
                    readNotifications(json, lists, resources);
                } else {
                    json.skipChildren();
                }
            }
        }
        return new ListenFilter(lists, resources);
    }

    private static void readNotifications(JsonParser json, Set<String> lists, Set<String> resources)
            throws IOException {
        while (json.nextToken() != JsonToken.END_OBJECT) {
            String name = json.currentName();
            JsonToken value = json.nextToken();
            if (value == JsonToken.VALUE_TRUE && METHODS.containsKey(name)) {
                lists.add(name);
            } else if (value == JsonToken.START_ARRAY && name.equals("resourceSubscriptions")) {
                int left = MOST_RESOURCE_CHARS;
                while (json.nextToken() != JsonToken.END_ARRAY) {
                    if (json.currentToken() == JsonToken.VALUE_STRING
                            && resources.size() < MOST_RESOURCES
                            && (left -= json.getTextLength()) >= 0) {
                        resources.add(json.getText());
                    } else {
                        json.skipChildren();
                    }
                }
            } else {
                json.skipChildren();
            }
        }
    }

    /** The notifications meant by {@link #lists}. */
    Set<String> methods() {
        return lists.stream().map(name -> METHODS.getOrDefault(name, "")).collect(Collectors.toUnmodifiableSet());
    }

    /** The acknowledgement: what is honoured. */
    byte[] acknowledgement(String rawId, Set<String> honoured) {
        List<String> members = new ArrayList<>();
        lists.forEach(name -> members.add(Rpc.quote(name) + ":true"));
        if (!honoured.isEmpty()) {
            members.add(honoured.stream()
                    .map(Rpc::quote)
                    .collect(Collectors.joining(",", "\"resourceSubscriptions\":[", "]")));
        }
        return Rpc.notification(
                "notifications/subscriptions/acknowledged",
                "{\"_meta\":{\"io.modelcontextprotocol/subscriptionId\":" + rawId + "},\"notifications\":{"
                        + String.join(",", members) + "}}");
    }
}
