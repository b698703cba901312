"""One module for each family of commands: signatures and help here, the work behind lazy imports."""
