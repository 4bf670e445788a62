"""Parts that several test rooms share: servers that misbehave, and ways to put them on a socket."""
