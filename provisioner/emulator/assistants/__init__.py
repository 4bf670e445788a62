"""The Assistants API: assistants, threads, messages, runs and run steps."""
