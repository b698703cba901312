"""What a variable of a workflow may hold, as data: calls, futures, frames, closures, containers, iterators, records."""
