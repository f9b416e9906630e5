package dev.ostiary.gateway.policy;

import org.jspecify.annotations.Nullable;

/** What a caller wants to use; the resource of Cedar's request, always {@code in MCP::"<workload>"}. */
public sealed interface Target {

    /** The tool's or prompt's name, the resource's URI, the URI template: the id of the Cedar entity. */
    String id();

    /**
     * {@code Tool::"<name>"}.
     *
     * @param name as in {@code tools/list}
     * @param readOnlyHint an annotation of the tool, an attribute of the same name; null, and absent, when not given
     * @param destructiveHint likewise
     * @param idempotentHint likewise
     * @param openWorldHint likewise
     */
    record Tool(
            String name,
            @Nullable Boolean readOnlyHint,
            @Nullable Boolean destructiveHint,
            @Nullable Boolean idempotentHint,
            @Nullable Boolean openWorldHint)
            implements Target {

        /** A tool without annotations. */
        public Tool(String name) {
            this(name, null, null, null, null);
        }

        @Override
        public String id() {
            return name;
        }
    }

    /** {@code Prompt::"<name>"}. */
    record Prompt(String name) implements Target {
        @Override
        public String id() {
            return name;
        }
    }

    /** {@code Resource::"<exact URI>"}. */
    record Resource(String uri) implements Target {
        @Override
        public String id() {
            return uri;
        }
    }

    /**
     * A resource template, decided on its type and server alone: {@code Resource::"<template>"} with neither {@code name}
     * nor {@code uri}. Which URIs it will expand to is unknown, so what reads them is left out of the policies as
     * arguments are left out for lists: a permit for {@code resource.uri like "docs://*"} shows the templates of the
     * server, and a forbid of that kind hides none. A policy on one exact URI says nothing about a template: such a permit
     * does not reveal it, such a forbid does not hide it. Expanding a template and reading the result is a call, decided
     * on the exact URI.
     */
    record ResourceTemplate(String uriTemplate) implements Target {
        @Override
        public String id() {
            return uriTemplate;
        }
    }
}
