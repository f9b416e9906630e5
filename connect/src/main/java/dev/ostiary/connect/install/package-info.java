/** Entries in the configuration files of MCP clients. */
@NullMarked
package dev.ostiary.connect.install;

import org.jspecify.annotations.NullMarked;
