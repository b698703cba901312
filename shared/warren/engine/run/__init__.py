"""One run while it is advanced: its state, starting, completing and cancelling things, and the interpreter."""
