"""Who moves through the model: keyed chance, the quantities drawn with it, and the people themselves."""
