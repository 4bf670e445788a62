"""Write plan files, read them, and check them before anything is planned from them."""
