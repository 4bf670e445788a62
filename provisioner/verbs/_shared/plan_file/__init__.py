"""Plan files: written, read, and judged before anything is planned from them."""
