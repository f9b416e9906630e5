/**
 * What the operator says about resources: conditions, statuses and the events that announce their changes.
 *
 * <p>Everything here is a function of plain records; nothing talks to an API server or reads a clock. First {@link
 * dev.ostiary.operator.status.Enforcement} judges, once per gateway, what its replicas enforce; then {@link
 * dev.ostiary.operator.status.Situation} joins that with what the compiler found; then one class per kind makes the status.
 *
 * <p>A status function is given the resource as last seen, with the status before. It returns <em>the same instance</em>
 * when nothing changed, and then nothing is to be written.
 */
@NullMarked
package dev.ostiary.operator.status;

import org.jspecify.annotations.NullMarked;
