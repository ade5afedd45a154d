"""The commands of `rca`, one a file: `NAME`, `HELP`, `arguments(parser)` and `run(options, context)`."""
