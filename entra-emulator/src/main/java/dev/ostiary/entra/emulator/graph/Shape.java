package dev.ostiary.entra.emulator.graph;

import java.util.Map;
import java.util.Set;

/** What a property may hold. */
sealed interface Shape {

    /** Text of at most so many characters. */
    record Text(int max) implements Shape {}

    /** A GUID. */
    record Guid() implements Shape {}

    /** True or false. */
    record Bool() implements Shape {}

    /** One of these texts. */
    record OneOf(Set<String> values) implements Shape {}

    /** One of these numbers; empty for any whole number. */
    record WholeNumber(Set<Integer> values) implements Shape {}

    /** A list, replaced whole. */
    record Many(Shape of) implements Shape {}

    /** A complex type within a list, replaced whole. */
    record Whole(String name, Map<String, Shape> properties) implements Shape {}

    /** A complex type whose properties are written one by one. */
    record Merged(String name, Map<String, Shape> properties) implements Shape {}

    /** Any object. */
    record Open() implements Shape {}

    /** What only the directory sets. */
    record Fixed() implements Shape {}
}
