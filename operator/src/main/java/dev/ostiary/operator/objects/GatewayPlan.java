package dev.ostiary.operator.objects;

import dev.ostiary.crds.McpGateway;
import dev.ostiary.gateway.compiler.CompiledGateway;
import java.util.SortedSet;

/**
 * Everything that the objects of a gateway are made of.
 *
 * @param gateway the resource, with its UID; its {@code spec} is there
 * @param compiled what became of it
 * @param images the gateway's image
 * @param replicas who owns the number of pods: {@link Replicas#of}
 * @param metricsFrom namespaces whose pods may connect to the admin port; empty: all
 */
public record GatewayPlan(
        McpGateway gateway,
        CompiledGateway compiled,
        Images images,
        Replicas replicas,
        SortedSet<String> metricsFrom) {}
