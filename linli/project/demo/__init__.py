"""The invented town for demonstrations: plain data, made from a seed, without Django and without a database."""
