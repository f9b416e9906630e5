@NullMarked
package dev.ostiary.connect.metadata;

import org.jspecify.annotations.NullMarked;
