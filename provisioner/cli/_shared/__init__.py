"""Parts of the command line that several commands use: options, output, progress and exit codes."""
