"""The Assistants API of the embedded server: assistants, threads, messages, runs and run steps."""
