"""The long campaigns at full size: what `make test` does a tenth of."""
