"""Parts that the tests of several rooms share: servers that misbehave, accounts, stand-ins."""
