package dev.ostiary.gateway.policy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ostiary.gateway.policy.EntityModel.Caller;
import java.util.Collection;
import java.util.List;
import java.util.TreeSet;

/**
 * What policies may know about a caller. Immutable and thread-safe; make it once per validated token, since the digest
 * over all of it is computed here.
 */
public final class PrincipalFacts {

    private final Caller caller;
    private final String digest;

    /**
     * @param id the caller's {@code oid} or {@code sub}: {@code Client::"<id>"}
     * @param claims what policies read as {@code claim_<name>}; {@code groups} and {@code roles} in it are ignored
     * @param groups Entra object ids: {@code Group::} and {@code THVGroup::} parents, and {@code claim_groups}
     * @param roles app roles: {@code Role::} and {@code THVGroup::} parents, and {@code claim_roles}
     */
    public PrincipalFacts(String id, ObjectNode claims, Collection<String> groups, Collection<String> roles) {
        this.caller = new Caller(id, claims.deepCopy(), new TreeSet<>(groups), new TreeSet<>(roles));
        this.digest = new Digest("principal")
                .with(id)
                .with(caller.claims())
                .with(groups())
                .with(roles())
                .hex();
    }

    Caller caller() {
        return caller;
    }

    /** The caller's id. */
    public String id() {
        return caller.id();
    }

    /** Object ids of groups, sorted. */
    public List<String> groups() {
        return List.copyOf(caller.groups());
    }

    /** App roles, sorted. */
    public List<String> roles() {
        return List.copyOf(caller.roles());
    }

    /** SHA-256 over the id, all claims, groups and roles, in hex: equal only for equal facts. */
    public String digest() {
        return digest;
    }

    /** The id alone: claims may be personal. */
    @Override
    public String toString() {
        return "Client::" + caller.id();
    }
}
