/** JSON-RPC messages as bytes: read once, strictly, and changed only where ids and tokens stand. */
@NullMarked
package dev.ostiary.gateway.bridge.message;

import org.jspecify.annotations.NullMarked;
