"""Which coordinators there are, which shards each one has, and who does what only one should do."""
