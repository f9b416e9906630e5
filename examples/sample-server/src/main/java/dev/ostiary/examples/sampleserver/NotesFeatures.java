package dev.ostiary.examples.sampleserver;

import io.modelcontextprotocol.server.McpStatelessServerFeatures.SyncPromptSpecification;
import io.modelcontextprotocol.server.McpStatelessServerFeatures.SyncResourceSpecification;
import io.modelcontextprotocol.server.McpStatelessServerFeatures.SyncResourceTemplateSpecification;
import io.modelcontextprotocol.server.McpStatelessServerFeatures.SyncToolSpecification;
import io.modelcontextprotocol.spec.McpError;
import io.modelcontextprotocol.spec.McpSchema.CallToolResult;
import io.modelcontextprotocol.spec.McpSchema.GetPromptResult;
import io.modelcontextprotocol.spec.McpSchema.Prompt;
import io.modelcontextprotocol.spec.McpSchema.PromptArgument;
import io.modelcontextprotocol.spec.McpSchema.PromptMessage;
import io.modelcontextprotocol.spec.McpSchema.ReadResourceResult;
import io.modelcontextprotocol.spec.McpSchema.Resource;
import io.modelcontextprotocol.spec.McpSchema.ResourceTemplate;
import io.modelcontextprotocol.spec.McpSchema.Role;
import io.modelcontextprotocol.spec.McpSchema.TextContent;
import io.modelcontextprotocol.spec.McpSchema.TextResourceContents;
import io.modelcontextprotocol.spec.McpSchema.Tool;
import io.modelcontextprotocol.spec.McpSchema.ToolAnnotations;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What the notes look like in MCP: tools with honest annotations, a prompt, a resource and a resource template. */
final class NotesFeatures {

    static final String README = "notes://readme";
    private static final String NOTE_PREFIX = "notes://note/";
    private static final int INVALID_PARAMS = -32602;
    private static final int RESOURCE_NOT_FOUND = -32002;

    private static final String README_TEXT = """
            # Notes

            Short texts by id. `list_notes`, `read_note` and `search_notes` read; `write_note` creates or replaces;
            `delete_note` removes for good. Every note is also the resource `notes://note/{id}`.
            """;

    private final Notes notes;

    NotesFeatures(Notes notes) {
        this.notes = notes;
    }

    List<SyncToolSpecification> tools() {
        return List.of(
                tool(
                        "list_notes",
                        "List notes",
                        "The ids of all notes.",
                        reads(),
                        List.of(),
                        _ -> text(lines(notes.ids()))),
                tool(
                        "read_note",
                        "Read a note",
                        "The text of one note.",
                        reads(),
                        List.of(new Argument("id", "which note")),
                        arguments -> {
                            String text = notes.read(arguments.get("id"));
                            return text == null ? noSuchNote(arguments.get("id")) : text(text);
                        }),
                tool(
                        "search_notes",
                        "Search notes",
                        "The ids of the notes that contain some words, whatever their case.",
                        reads(),
                        List.of(new Argument("query", "the words")),
                        arguments -> text(lines(notes.search(arguments.get("query"))))),
                tool(
                        "write_note",
                        "Write a note",
                        "Creates a note, or replaces the one with this id.",
                        ToolAnnotations.builder()
                                .readOnlyHint(false)
                                .destructiveHint(false)
                                .idempotentHint(true)
                                .openWorldHint(false)
                                .build(),
                        List.of(
                                new Argument("id", "lower-case letters, digits and hyphens"),
                                new Argument("text", "what the note says")),
                        arguments -> {
                            notes.write(arguments.get("id"), arguments.get("text"));
                            return text("Wrote " + arguments.get("id") + ".");
                        }),
                tool(
                        "delete_note",
                        "Delete a note",
                        "Removes one note for good.",
                        ToolAnnotations.builder()
                                .readOnlyHint(false)
                                .destructiveHint(true)
                                .idempotentHint(true)
                                .openWorldHint(false)
                                .build(),
                        List.of(new Argument("id", "which note")),
                        arguments -> notes.delete(arguments.get("id"))
                                ? text("Deleted " + arguments.get("id") + ".")
                                : noSuchNote(arguments.get("id"))));
    }

    SyncPromptSpecification prompt() {
        Prompt prompt = Prompt.builder("summarise")
                .title("Summarise a note")
                .description("Asks for a summary of one note in a single sentence.")
                .arguments(List.of(PromptArgument.builder("id")
                        .description("which note")
                        .required(true)
                        .build()))
                .build();
        return new SyncPromptSpecification(prompt, (_, request) -> {
            Map<String, Object> arguments = request.arguments() == null ? Map.of() : request.arguments();
            if (!(arguments.get("id") instanceof String id)) {
                throw McpError.builder(INVALID_PARAMS)
                        .message("the argument id is missing or not a string")
                        .build();
            }
            String text = notes.read(id);
            if (text == null) {
                throw McpError.builder(INVALID_PARAMS)
                        .message("there is no note with this id; list_notes names them")
                        .build();
            }
            return GetPromptResult.builder(List.of(PromptMessage.builder(
                                    Role.USER,
                                    TextContent.builder("Summarise this note in one sentence:\n\n" + text)
                                            .build())
                            .build()))
                    .description("One-sentence summary of " + id)
                    .build();
        });
    }

    SyncResourceSpecification readme() {
        Resource resource = Resource.builder(README, "readme")
                .title("About the notes")
                .description("What this server keeps and how to use it.")
                .mimeType("text/markdown")
                .build();
        return new SyncResourceSpecification(
                resource, (_, request) -> contents(request.uri(), "text/markdown", README_TEXT));
    }

    SyncResourceTemplateSpecification note() {
        ResourceTemplate template = ResourceTemplate.builder(NOTE_PREFIX + "{id}", "note")
                .title("A note")
                .description("The text of one note.")
                .mimeType("text/plain")
                .build();
        return new SyncResourceTemplateSpecification(template, (_, request) -> {
            String uri = request.uri();
            String text = uri.startsWith(NOTE_PREFIX) ? notes.read(uri.substring(NOTE_PREFIX.length())) : null;
            if (text == null) {
                throw McpError.builder(RESOURCE_NOT_FOUND)
                        .message("there is no note with this id; list_notes names them")
                        .build();
            }
            return contents(uri, "text/plain", text);
        });
    }

    /** A required string argument. */
    private record Argument(String name, String description) {}

    private static SyncToolSpecification tool(
            String name,
            String title,
            String description,
            ToolAnnotations annotations,
            List<Argument> declared,
            Function<Arguments, CallToolResult> body) {
        Map<String, Object> properties = new LinkedHashMap<>();
        declared.forEach(argument ->
                properties.put(argument.name(), Map.of("type", "string", "description", argument.description())));
        Map<String, Object> schema = new LinkedHashMap<>();
        schema.put("type", "object");
        schema.put("properties", properties);
        schema.put("required", declared.stream().map(Argument::name).toList());
        schema.put("additionalProperties", false);
        Tool tool = Tool.builder(name, schema)
                .title(title)
                .description(description)
                .annotations(annotations)
                .build();
        return new SyncToolSpecification(tool, (_, request) -> {
            try {
                return body.apply(Arguments.of(request.arguments(), properties.keySet()));
            } catch (IllegalArgumentException e) {
                return error(String.valueOf(e.getMessage()));
            }
        });
    }

    /** Arguments that have exactly the declared names, and strings as values. */
    private record Arguments(Map<String, String> values) {

        static Arguments of(@Nullable Map<String, Object> given, Set<String> declared) {
            Map<String, Object> present = given == null ? Map.of() : given;
            Map<String, String> values = new LinkedHashMap<>();
            for (String name : declared) {
                if (!(present.get(name) instanceof String value)) {
                    throw new IllegalArgumentException("the argument " + name + " is missing or not a string");
                }
                values.put(name, value);
            }
            if (present.size() > declared.size()) {
                throw new IllegalArgumentException("this tool takes no arguments beside " + declared);
            }
            return new Arguments(values);
        }

        String get(String name) {
            String value = values.get(name);
            if (value == null) {
                throw new IllegalStateException("the argument " + name + " is not declared");
            }
            return value;
        }
    }

    private static ToolAnnotations reads() {
        return ToolAnnotations.builder()
                .readOnlyHint(true)
                .destructiveHint(false)
                .idempotentHint(true)
                .openWorldHint(false)
                .build();
    }

    private static ReadResourceResult contents(String uri, String mimeType, String text) {
        return ReadResourceResult.builder(List.of(TextResourceContents.builder(uri, text)
                        .mimeType(mimeType)
                        .build()))
                .build();
    }

    private static String lines(List<String> ids) {
        return ids.isEmpty() ? "(none)" : String.join("\n", ids);
    }

    private static CallToolResult noSuchNote(String id) {
        return error(id.length() > 40 ? "No such note." : "There is no note " + id + "; list_notes names them.");
    }

    private static CallToolResult text(String text) {
        return CallToolResult.builder().addTextContent(text).isError(false).build();
    }

    private static CallToolResult error(String text) {
        return CallToolResult.builder().addTextContent(text).isError(true).build();
    }
}
