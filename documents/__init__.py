"""Documents: the pages' readings as a board pack to print, slides to restyle, a workbook to reckon with."""
