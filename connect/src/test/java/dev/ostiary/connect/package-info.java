@NullMarked
package dev.ostiary.connect;

import org.jspecify.annotations.NullMarked;
