/** Sign-in at any server with OAuth metadata, and where its tokens are kept. */
@NullMarked
package dev.ostiary.connect.oauth;

import org.jspecify.annotations.NullMarked;
