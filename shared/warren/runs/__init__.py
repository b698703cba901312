"""Runs in compiler and coordinator: loaded by replay, their commands carried out, batches of messages processed."""
