/**
 * What people see, in a real browser: Chromium without a window opens the pages as they are served, and is asked what it made of
 * them. Belongs to the level "clients"; without Chromium and its driver it is skipped with one line.
 */
@NullMarked
package dev.ostiary.e2e.browser;

import org.jspecify.annotations.NullMarked;
