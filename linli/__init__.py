"""Linli: neighbourhood joint duty and joint action for towns, committees and the people who live there."""
