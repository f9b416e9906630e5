package dev.ostiary.gateway.config;

import java.time.Duration;

/**
 * How MCP sessions of a route are kept.
 *
 * @param maxPerPod most sessions one pod of ours serves at a time
 * @param idleTimeout after this long without a message a session ends
 * @param gatewayReinitializes whether the gateway may start a new upstream session by itself when one is lost
 */
public record SessionSettings(int maxPerPod, Duration idleTimeout, boolean gatewayReinitializes) {

    public static final SessionSettings DEFAULT = new SessionSettings(200, Duration.ofMinutes(30), false);
}
