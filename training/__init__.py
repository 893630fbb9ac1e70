"""How the evidence model was made; nothing here is needed to run the program."""
