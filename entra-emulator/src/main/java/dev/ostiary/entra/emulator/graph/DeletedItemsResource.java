package dev.ostiary.entra.emulator.graph;

import dev.ostiary.entra.emulator.http.Response;
import dev.ostiary.entra.emulator.objects.DeletedApplication;

/**
 * {@code /directory/deletedItems} of applications ([D] microsoft-graph-docs-contrib {@code api-reference/v1.0/api/}:
 * directory-deleteditems-list, -get, -delete). Nothing is restored here.
 */
final class DeletedItemsResource {

    private static final String CONTEXT = "directoryObjects";

    private final GraphContext context;

    DeletedItemsResource(GraphContext context) {
        this.context = context;
    }

    Response answer(Call call) {
        Call.Key items = call.key();
        if (items == null
                || !items.value().equalsIgnoreCase("deletedItems")
                || call.rest().size() != 1) {
            throw call.notHere();
        }
        String last = call.rest().getFirst();
        boolean all = last.equals("microsoft.graph.application");
        return switch (call.request().method()) {
            case "GET" -> all ? list(call) : get(call, last);
            case "DELETE" -> purge(call, last);
            default -> throw call.notHere();
        };
    }

    private Response list(Call call) {
        call.rights().readApplications();
        return ObjectQuery.of(call.request())
                .page(
                        context.origin(),
                        CONTEXT,
                        call.objects().deletedApplications().stream()
                                .map(one -> ApplicationsResource.withoutKeys(one.json()))
                                .toList());
    }

    private Response get(Call call, String id) {
        call.rights().readApplications();
        return ObjectQuery.of(call.request())
                .entity(
                        200,
                        context.origin(),
                        CONTEXT,
                        ApplicationsResource.withoutKeys(one(call, id).json()));
    }

    private Response purge(Call call, String id) {
        DeletedApplication application = one(call, id);
        call.rights().purge(application);
        call.objects().purge(application);
        return Response.empty(204);
    }

    private static DeletedApplication one(Call call, String id) {
        return call.objects().deletedApplications().stream()
                .filter(candidate -> candidate.id().equals(id))
                .findFirst()
                .orElseThrow(() -> GraphException.notFound(id));
    }
}
