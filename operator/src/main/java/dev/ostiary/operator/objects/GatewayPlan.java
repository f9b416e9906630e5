package dev.ostiary.operator.objects;

import dev.ostiary.crds.McpGateway;
import dev.ostiary.gateway.compiler.CompiledGateway;

/**
 * Everything that the objects of a gateway are made of.
 *
 * @param gateway the resource, with its UID; its {@code spec} is there
 * @param compiled what became of it
 * @param images the gateway's image
 * @param replicas who owns the number of pods: {@link Replicas#of}
 */
public record GatewayPlan(McpGateway gateway, CompiledGateway compiled, Images images, Replicas replicas) {}
