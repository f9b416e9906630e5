/** What is said to people: what is wrong and what to do. */
@NullMarked
package dev.ostiary.connect.diagnostics;

import org.jspecify.annotations.NullMarked;
