"""What is looked for in rounds: overdue timers, expired leases, stalled runs, lost brokers, quarantine."""
