"""apply: what workers made of a load goes into the catalog, once, and every row's outcome comes back."""
