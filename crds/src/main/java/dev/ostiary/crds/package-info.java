/**
 * The Kubernetes API of Ostiary: {@link dev.ostiary.crds.McpGateway}, {@link dev.ostiary.crds.McpWorkload} and {@link
 * dev.ostiary.crds.McpPolicy}, group {@code ostiary.dev}, version {@code v1alpha1}.
 *
 * <p>These classes are the model; the CRD YAML under {@code META-INF/fabric8} is generated from them and checked in, and
 * the descriptions on their fields are what {@code kubectl explain} prints. They are immutable values and hold no
 * behaviour beyond the meaning of an absent field: what a resource means, and whether it makes sense, is the compiler's
 * business. A component that the schema requires is not marked nullable, yet may be null in an object that never met the
 * schema; whoever reads such objects checks.
 */
@NullMarked
package dev.ostiary.crds;

import org.jspecify.annotations.NullMarked;
