/** Where the bearer token comes from, and what a server says when it refuses one. */
@NullMarked
package dev.ostiary.connect.token;

import org.jspecify.annotations.NullMarked;
