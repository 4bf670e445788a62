"""`migrate` moves assistants to another target; `report` compares, `run` carries it out."""
