package dev.ostiary.crds;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Bounds of a duration, both inclusive and written as resources write them. Becomes a validation rule. */
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.FIELD, ElementType.METHOD})
@interface Within {

    /** The shortest. */
    String least();

    /** The longest. */
    String most();
}
