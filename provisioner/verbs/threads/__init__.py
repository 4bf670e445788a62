"""threads: register, list, retire and erase objects that no API lists, such as threads."""
