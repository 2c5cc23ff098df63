"""One function a chapter: it takes what is asked and gives a page's readings as topics of the pack."""
