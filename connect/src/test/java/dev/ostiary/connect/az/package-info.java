@NullMarked
package dev.ostiary.connect.az;

import org.jspecify.annotations.NullMarked;
