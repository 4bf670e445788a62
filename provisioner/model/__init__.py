"""The nouns of the house: frozen values and protocols, standard library only."""
