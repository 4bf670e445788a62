"""Rules over what is declared and what exists: pure functions that find what is worth a warning."""
