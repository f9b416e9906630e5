@NullMarked
package dev.ostiary.connect.token;

import org.jspecify.annotations.NullMarked;
