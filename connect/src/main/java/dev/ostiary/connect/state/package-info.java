/** What outlives the process: tokens, for this user alone, and the locks that several processes share. */
@NullMarked
package dev.ostiary.connect.state;

import org.jspecify.annotations.NullMarked;
