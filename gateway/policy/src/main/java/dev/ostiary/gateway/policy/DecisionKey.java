package dev.ostiary.gateway.policy;

/**
 * The key under which a decision may be kept: equal keys always have equal decisions. It covers the policy set, static
 * entities and workload included, all facts about the principal, the action, the resource with its attributes, and the
 * arguments unless no policy of the set reads them. It says nothing about time: no decision may be kept longer than the
 * token or the group membership that it came from.
 *
 * @param policies {@link RoutePolicySet#hash()}
 * @param principal {@link PrincipalFacts#digest()}
 * @param listing whether this is for a list or for a call
 * @param target the kind of target, its id where policies can tell it from others, the attributes that they read
 * @param arguments digest of what policies can read of the arguments; empty when they read none
 */
public record DecisionKey(String policies, String principal, boolean listing, Target target, String arguments) {}
