package dev.ostiary.operator.reconcile;

import dev.ostiary.crds.Condition;
import dev.ostiary.crds.McpPolicy;
import dev.ostiary.crds.McpPolicyStatus;
import dev.ostiary.gateway.config.ResourceName;
import dev.ostiary.operator.status.PolicyFacts;
import dev.ostiary.operator.status.PolicyStatuses;
import dev.ostiary.operator.world.World;
import dev.ostiary.operator.world.World.PolicyView;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Says what became of a policy. */
final class PolicyReconciler extends WorldReconciler<McpPolicy, McpPolicyStatus, PolicyView> {

    private final GatewayStates states;

    PolicyReconciler(Shared shared) {
        super(shared.world().policies(), McpPolicy::new, shared);
        this.states = shared.states();
    }

    @Override
    @Nullable
    PolicyView view(World world, ResourceName name) {
        return world.policies().get(name);
    }

    @Override
    McpPolicy resource(PolicyView view) {
        return view.resource();
    }

    @Override
    Result<McpPolicyStatus> reconcile(McpPolicy policy, PolicyView view, World current, Instant now) {
        if (!states.hasAll(view.gateways())) {
            return new Result<>(null, null);
        }
        return new Result<>(
                PolicyStatuses.of(
                        new PolicyFacts(policy, current.situation().with(states.enforcements(view.gateways())), now)),
                null);
    }

    @Override
    List<Condition> conditions(@Nullable McpPolicyStatus status) {
        return status == null ? List.of() : status.conditions();
    }
}
