"""The tree everything stands on: district, town, station, committee or village."""
