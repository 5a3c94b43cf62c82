"""How well answers are found, chosen and declined on open question sets."""
