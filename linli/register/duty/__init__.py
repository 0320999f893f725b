"""Who answers for which place (包干)."""
