"""What a workflow may use of the standard library: `functions` has the table, the rest what a snapshot must hold."""
