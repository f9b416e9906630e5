/** What one connection is to be like, from the command line and the environment. */
@NullMarked
package dev.ostiary.connect.settings;

import org.jspecify.annotations.NullMarked;
