@NullMarked
package dev.ostiary.connect.state;

import org.jspecify.annotations.NullMarked;
