"""Where contracts and procedures meet the options of an order, and a chosen option becomes drafts."""
