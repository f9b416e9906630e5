package dev.ostiary.gateway.bridge.assertion;

/** Whom a gateway speaks for; equal for all requests of one principal through one gateway. */
public record Caller(String issuer, String tenant, String subject) {}
