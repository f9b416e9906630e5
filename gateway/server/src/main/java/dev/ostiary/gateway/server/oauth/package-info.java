/**
 * The facade: the gateway as the authorization server that MCP clients see (OAuth 2.1, RFC 8414, 7591, 7009, 9207, 8707), with
 * Entra behind it. Nothing is kept about strangers: until Entra has vouched for a user, everything travels sealed.
 */
@NullMarked
package dev.ostiary.gateway.server.oauth;

import org.jspecify.annotations.NullMarked;
