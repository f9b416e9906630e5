@NullMarked
package dev.ostiary.entra;

import org.jspecify.annotations.NullMarked;
