"""Defines the values and protocols that all other packages share, such as Address, Plan and Provider.

The values are frozen. This package imports only the standard library.
"""
