"""Charts of compounds and buildings (房态图, 楼态图), how their signs are read, and the grades of buildings."""
