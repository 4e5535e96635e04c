package heliograph.recipes.spring;

/** What happened within a transaction, told to whoever in this application listens. */
record OrderPaid(String tenant, long order, String by) {}
