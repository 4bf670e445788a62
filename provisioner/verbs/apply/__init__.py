"""`apply` carries out a plan; `run` is the verb, the other modules are its parts."""
