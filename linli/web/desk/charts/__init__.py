"""Charts of compounds and entrances, the editor of their legends, and the grades of buildings."""
