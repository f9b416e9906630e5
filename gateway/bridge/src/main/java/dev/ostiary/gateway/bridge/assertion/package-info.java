/** Who calls: the gateway's signed word about its caller. */
@NullMarked
package dev.ostiary.gateway.bridge.assertion;

import org.jspecify.annotations.NullMarked;
