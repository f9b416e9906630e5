/** JSON-RPC messages and the lines that carry them. */
@NullMarked
package dev.ostiary.connect.message;

import org.jspecify.annotations.NullMarked;
