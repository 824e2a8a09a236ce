"""A tenant's customers: their names, numbers and risk, kept up to date in the background, and who watches whom."""
