"""Going from home to home with a question (逐户排查): who is left, what was tried, what was found."""
