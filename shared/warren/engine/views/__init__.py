"""Runs as people look at them: where their strands stand, what they wait for, and their values. Changes nothing."""
