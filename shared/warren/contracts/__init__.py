"""Contracts: messages, events, names, topology and value codec: what processes agree on, and nothing that acts."""
