/** The local side: standard input and output, calls under way, and their time-outs. */
@NullMarked
package dev.ostiary.connect.relay;

import org.jspecify.annotations.NullMarked;
