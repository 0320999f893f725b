"""Who may do what where: permissions, row scope, sealed fields."""
