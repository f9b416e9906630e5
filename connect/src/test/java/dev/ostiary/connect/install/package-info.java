@NullMarked
package dev.ostiary.connect.install;

import org.jspecify.annotations.NullMarked;
