"""Commands of the house: setting up, and pictures of the pages."""
