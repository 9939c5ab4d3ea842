"""Two hosts of each kind in network namespaces of this machine, and what is lost when one of each is gone."""
