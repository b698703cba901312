"""Lowering: from the structured IR to the program, a graph of nodes."""

from warren.lowering.lower import lower

__all__ = ["lower"]
