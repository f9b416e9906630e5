package dev.ostiary.gateway.server.inspect;

import java.util.Map;

/** Told what is seen of workloads. */
@FunctionalInterface
public interface InspectionListener {

    /**
     * Something is seen otherwise than before. On a virtual thread, one call at a time; changes that come meanwhile are told
     * together afterwards.
     *
     * @param sightings of all open routes, by name
     */
    void seen(Map<String, Sighting> sightings);
}
