"""show: print what is declared, what is live and what was last applied."""
