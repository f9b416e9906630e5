/** Child processes: started with the environment untouched, spoken to without a thread each, ended with bounds, reaped. */
@NullMarked
package dev.ostiary.gateway.bridge.child;

import org.jspecify.annotations.NullMarked;
