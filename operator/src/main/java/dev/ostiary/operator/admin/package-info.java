/** What people and machines see of the operator itself: probes and metrics. */
@NullMarked
package dev.ostiary.operator.admin;

import org.jspecify.annotations.NullMarked;
