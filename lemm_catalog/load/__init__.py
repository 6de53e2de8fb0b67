"""Reading a catalog: strict YAML, schemas, and the values behind them."""
