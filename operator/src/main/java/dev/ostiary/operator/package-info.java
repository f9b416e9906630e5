/** The operator: resources in, objects and a true status out. */
@NullMarked
package dev.ostiary.operator;

import org.jspecify.annotations.NullMarked;
