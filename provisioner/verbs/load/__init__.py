"""`load` gives an application a live assistant; `run` is the verb. Each way imports what it needs."""
