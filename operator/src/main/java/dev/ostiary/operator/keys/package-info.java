/** The gateways' own keys: made once, changed step by step, never replaced behind anybody's back. */
@NullMarked
package dev.ostiary.operator.keys;

import org.jspecify.annotations.NullMarked;
