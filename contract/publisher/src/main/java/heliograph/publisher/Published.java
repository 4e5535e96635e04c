package heliograph.publisher;

import heliograph.contract.Cursor;

/**
 * The relay has stored an event.
 *
 * @param id the event's id
 * @param cursor the event's place in the log of its tenant
 * @param duplicate whether it was stored before this request: by an attempt whose answer was lost,
 *     or by an earlier publish of the same tenant, source and id. It is in the log once in either
 *     case, with this cursor
 */
public record Published(String id, Cursor cursor, boolean duplicate) {}
