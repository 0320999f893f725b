"""The desk's pages of homes, the people in them and what they need."""
