"""Operations on values that take from the budget before they do their work. They know no run."""
