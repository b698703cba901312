"""A batch of events: read, applied, committed once, carried out."""
