@NullMarked
package dev.ostiary.connect.oauth;

import org.jspecify.annotations.NullMarked;
