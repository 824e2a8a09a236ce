"""What the customers of the demo write, and how a good support manager would judge it. Data only."""
