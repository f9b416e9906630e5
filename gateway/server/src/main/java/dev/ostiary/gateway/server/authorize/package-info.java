/**
 * Every decision: reads the MCP message of an exchange, asks the policies, and hands on only what they permit.
 */
@NullMarked
package dev.ostiary.gateway.server.authorize;

import org.jspecify.annotations.NullMarked;
