@NullMarked
package dev.ostiary.cli.connect;

import org.jspecify.annotations.NullMarked;
