"""Finding runs by what people write: the text of a search becomes a condition (`contracts.conditions`)."""

from warren.search.where import parse_where

__all__ = ["parse_where"]
