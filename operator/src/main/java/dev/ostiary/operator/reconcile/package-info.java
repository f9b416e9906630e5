/** The three reconcilers: they fetch, call the functions that decide, write what differs, and report. */
@NullMarked
package dev.ostiary.operator.reconcile;

import org.jspecify.annotations.NullMarked;
