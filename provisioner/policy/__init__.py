"""Rules that find changes and settings which a person should look at. All are pure functions."""
