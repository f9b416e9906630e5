/** The sample server over real HTTP, and its life as a child process. */
@NullMarked
package dev.ostiary.examples.sampleserver;

import org.jspecify.annotations.NullMarked;
