package dev.ostiary.crds;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * How Kubernetes merges a list when several writers apply it: every list of the API says so. Becomes {@code
 * x-kubernetes-list-type} and {@code x-kubernetes-list-map-keys}.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.FIELD, ElementType.METHOD})
@interface ListKind {

    Merge value();

    /** The members that identify an item; with {@link Merge#MAP} only. */
    String[] keys() default {};

    /** The most items; 0 for no bound. */
    long maxItems() default 0;

    /** The least items. */
    long minItems() default 0;

    /** A regular expression for every item of a list of strings; empty for none. */
    String itemPattern() default "";

    /** The longest item of a list of strings, in characters; 0 for no bound. */
    long itemMaxLength() default 0;

    enum Merge {
        /** One writer owns the whole list; its order matters. */
        ATOMIC,
        /** Each value once, whatever the order. */
        SET,
        /** Each key once. */
        MAP
    }
}
