"""Speed and accuracy beside peers, with the command that repeats each figure."""
