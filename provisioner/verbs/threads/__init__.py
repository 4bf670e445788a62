"""threads: what no API lists, from the line in an application that registers it to its end."""
