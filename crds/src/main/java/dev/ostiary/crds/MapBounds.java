package dev.ostiary.crds;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Bounds of a map of strings: every map of the API has them. */
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.FIELD, ElementType.METHOD})
@interface MapBounds {

    /** The most entries. */
    long maxEntries();

    /** The longest value, in characters; 0 for no bound. */
    long valueMaxLength() default 0;

    /** A regular expression for every value; empty for none. */
    String valuePattern() default "";
}
