"""Layout, tags, partials, tokens and islands shared by every face."""
