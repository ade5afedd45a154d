"""Security: flows, logins, processes and packages. No detector stands here yet; one is one file."""
