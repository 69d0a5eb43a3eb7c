"""Inputs fitted from files that a user holds. Reads no published target but those of role *fitted*."""
